"""What people type, and what we understand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.search.language import MAX_PARTS, MAX_QUERY, Part, Where, Years, understood

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("deep learning", [Part("deep"), Part("learning")]),
        ('"deep learning" he', [Part("deep learning", is_phrase=True), Part("he")]),
        ("“deep learning”", [Part("deep learning", is_phrase=True)]),
        ('"never closed', [Part("never closed", is_phrase=True)]),
        ("author:he", [Part("he", Where.AUTHOR)]),
        ('by:"Kaiming He"', [Part("Kaiming He", Where.AUTHOR, is_phrase=True)]),
        ("Venue:CVPR", [Part("CVPR", Where.VENUE)]),
        ("in:cvpr title:residual", [Part("cvpr", Where.VENUE), Part("residual", Where.TITLE)]),
        ("-visual", [Part("visual", is_excluded=True)]),
        ('-"visual words"', [Part("visual words", is_phrase=True, is_excluded=True)]),
        ("-author:he", [Part("he", Where.AUTHOR, is_excluded=True)]),
        ("has:summary", [Part("summary", Where.HAS)]),
        ("has:summaries -has:reproduction",
         [Part("summary", Where.HAS), Part("reproduced", Where.HAS, is_excluded=True)]),
        ("has:cheese", [Part("cheese")]),
        ("pre-training", [Part("pre-training")]),
        ("Korean -(ul) kes", [Part("Korean"), Part("-(ul)"), Part("kes")]),
        ("a - b", [Part("a"), Part("b")]),
        ("cats AND dogs", [Part("cats"), Part("dogs")]),
        ("BERT: Pre-training", [Part("BERT:"), Part("Pre-training")]),
        ("what:ever", [Part("what ever")]),
        ("C++ c#", [Part("C++"), Part("c#")]),
        ("", []),
        ('"" - : "', []),
    ],
)  # fmt: skip
def test_words_phrases_and_fields(text: str, parts: list[Part]) -> None:
    assert list(understood(text).parts) == parts


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("year:2015", Years(2015, 2015)),
        ("year:2015..2018", Years(2015, 2018)),
        ("year:2018..2015", Years(2015, 2018)),
        ("year:2015-2018", Years(2015, 2018)),
        ("year:2015..", Years(2015, 9999)),
        ("year:..2010", Years(1, 2010)),
        ("-year:2015", Years(2015, 2015, is_excluded=True)),
    ],
)
def test_years(text: str, years: Years) -> None:
    assert understood(text).years == (years,)


@pytest.mark.parametrize("text", ["year:", "year:soon", "year:..", "year:20155", "year:20"])
def test_what_is_no_year_is_a_word(text: str) -> None:
    asked = understood(text)

    assert asked.years == ()
    assert asked.parts


@pytest.mark.parametrize(
    ("text", "is_typing"),
    [("neural netw", True), ("neural netw ", False), ("author:he", False), ('"neural netw', False)],
)
def test_only_a_last_word_without_space_after_it_may_be_unfinished(
    text: str, is_typing: bool
) -> None:
    assert understood(text, typing=True).is_typing is is_typing
    assert understood(text).is_typing is False


@given(st.text(max_size=300))
def test_reading_never_fails(text: str) -> None:
    asked = understood(text, typing=True)

    assert len(asked.parts) <= MAX_PARTS
    assert len(asked.text) <= MAX_QUERY


@given(st.lists(st.sampled_from(['"', "-", ":", "year:", "author:", "..", "a", " ", "(", "2015"])))
def test_reading_never_fails_on_signs(pieces: list[str]) -> None:
    understood("".join(pieces))


def test_a_megabyte_is_read_in_no_time() -> None:
    assert len(understood("a" * 1_000_000).text) == MAX_QUERY
    assert len(understood("-" * 1_000_000).text) == MAX_QUERY
