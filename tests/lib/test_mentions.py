"""Mentions: `@handle` in comments, and in nothing else."""

from collections.abc import Collection

import pytest

from shortscience.lib import markup


def people(handles: Collection[str]) -> dict[str, str]:
    return {handle: f"/@{handle}" for handle in handles if handle != "nobody"}


def rendered(text: str) -> markup.Rendered:
    return markup.render_comment(text, people=people)


def test_a_mention_is_a_link_to_the_person_as_it_was_typed() -> None:
    assert rendered("Ask @Bob.").html == '<p>Ask <a class="mention" href="/@bob">@Bob</a>.</p>\n'


def test_a_handle_that_nobody_has_stays_a_word() -> None:
    assert rendered("Ask @nobody.").html == "<p>Ask @nobody.</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "mail@bob.example",
        "a@bob",
        "`@bob`",
        "    @bob",
        "$@bob$",
        "\\@bob",
        "@@bob",
        "@bob@example.org",
        "/@bob",
        "[@bob](/about)",
        "@-",
        "@",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    note = rendered(text)

    assert 'class="mention"' not in note.html
    assert note.mentions == ()


def test_handles_are_told_once_and_in_order() -> None:
    assert rendered("@carol, @bob_2.x and @Carol").mentions == ("carol", "bob_2.x")


def test_a_quoted_mention_is_a_link_and_calls_nobody() -> None:
    note = rendered("> Ask @bob.\n\nI would, @carol.")

    assert note.html.count('class="mention"') == 2
    assert note.mentions == ("carol",)


def test_summaries_know_no_mentions() -> None:
    assert "mention" not in markup.render("Ask @bob.").html
