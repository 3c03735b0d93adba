"""Words as the index has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.search.spelling import edits
from shortscience.search.text import author_keys, forms, joined_words, words_in

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Über Galois-Theorie", "uber galois theorie"),
        (
            "Piotr Dollár, Łukasz Kaiser, Ørsted, Straße",
            "piotr dollar lukasz kaiser orsted strasse",
        ),
        ("Dolla\u0301r", "dollar"),
        ("$\\beta$-VAE", "beta vae"),
        ("β-VAE", "beta vae"),
        ("$\\mathcal{O}(n \\log n)$ sorting", "o n n sorting"),
        ("$\\ell_1$ and ℓ1", "l 1 and l1"),
        ("word2vec GPT-3", "word2vec gpt 3"),
        ("深度学习 deep", "深 度 学 习 deep"),
        ("", ""),
    ],
)
def test_accents_case_and_formulas_do_not_matter(text: str, words: str) -> None:
    assert " ".join(words_in(text)) == words


def test_words_with_hyphens_are_also_one_word() -> None:
    assert joined_words("Pre-training of State-of-the-Art models") == [
        "Pretraining",
        "StateoftheArt",
    ]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("network", "networks"), ("networks", "network"), ("study", "studies"),
        ("studies", "study"), ("loss", "losses"), ("losses", "loss"), ("box", "boxes"),
    ],
)  # fmt: skip
def test_both_numbers_of_a_word_are_asked_for(word: str, other: str) -> None:
    assert forms(word) == [word, other]


@pytest.mark.parametrize("word", ["gas", "bert2", "über", "analysis", "corpus"])
def test_what_is_no_plain_word_has_one_form(word: str) -> None:
    assert forms(word) == [word]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Luc Van Gool", ["luc van gool", "l gool"]),
        ("Piotr Dollár", ["piotr dollar", "p dollar"]),
        ("K. He", ["k he", "k he"]),
        ("Martin Luther King Jr", ["martin luther king", "m king"]),
        ("Plato", ["plato"]),
        ("…", []),
    ],
)
def test_names_have_a_full_key_and_one_by_initial(name: str, keys: list[str]) -> None:
    assert author_keys(name) == keys


@given(st.text(max_size=200))
def test_any_text_has_words_or_none(text: str) -> None:
    for word in words_in(text):
        assert word.strip()


@pytest.mark.parametrize(
    ("one", "other", "number"),
    [("loss", "los", 1), ("form", "from", 1), ("abc", "abc", 0), ("", "ab", 2), ("ca", "abc", 3)],
)
def test_edits_are_letters_left_out_added_changed_or_swapped(
    one: str, other: str, number: int
) -> None:
    assert edits(one, other) == number


@given(st.text(alphabet="abc", max_size=7), st.text(alphabet="abc", max_size=7))
def test_edits_are_the_same_both_ways(one: str, other: str) -> None:
    assert edits(one, other) == edits(other, one)
