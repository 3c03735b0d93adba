"""Notes: comments on a passage that stay with it through edits."""

import pytest

from shortscience.accounts.models import User
from shortscience.discussion.actions import add_comment, delete_comment
from shortscience.discussion.models import Passage
from shortscience.discussion.notes import Choice
from shortscience.discussion.rules import NOTES_COMPARED, PassageRefused
from shortscience.lib.passages import MAX_QUOTE, Fate
from shortscience.summaries.actions import (
    delete_summary,
    restore_version,
    save_summary,
    withdraw_version,
)
from shortscience.summaries.models import Summary
from tests.factories import make_comment, make_paper, make_summary

pytestmark = pytest.mark.django_db

TEXT = "The network learns what is added, $y = F(x) + x$.\n\nIt is deep. It is wide."


def note_on(words: str, writer: User, *, private: bool = False) -> Passage:
    summary = make_summary(make_paper(), writer=writer, text=TEXT, private=private)
    return make_comment(summary=summary, writer=writer, passage=words).passage


def changed(passage: Passage, text: str, *, is_anonymous: bool = False) -> Passage:
    """Save the summary again, for everybody."""
    summary = Summary.objects.select_related("paper", "author").get(pk=passage.summary_id)
    assert summary.author is not None
    save_summary(
        writer=summary.author,
        paper=summary.paper,
        text=text,
        base_version=summary.version,
        is_anonymous=is_anonymous,
    )
    passage.refresh_from_db()
    return passage


def test_a_note_keeps_its_words_and_its_place(alice: User) -> None:
    passage = note_on("what is added, y=F(x)+x", alice)

    assert passage.exact == "what is added, $y = F(x) + x$"
    assert (passage.start, passage.end) == (19, 19 + len(passage.exact))
    assert passage.prefix == "The network learns "
    assert passage.words == passage.exact


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("never said", "do not stand in the summary"),
        ("It is", "2 times"),
        (" ", "Copy the passage"),
        ("x" * (MAX_QUOTE + 1), "at most"),
    ],
)
def test_a_passage_that_is_none_is_refused_in_words(alice: User, words: str, reason: str) -> None:
    with pytest.raises(PassageRefused, match=reason):
        note_on(words, alice)


def test_what_stands_around_tells_equal_passages_apart(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, text=TEXT)

    comment = add_comment(
        writer=bob,
        paper=summary.paper,
        summary=summary,
        text="?",
        passage=Choice("It is", suffix=" wide."),
    )

    assert comment.passage.suffix == " wide."


def test_an_edit_elsewhere_moves_the_note(alice: User) -> None:
    passage = changed(note_on("what is added", alice), f"Before all.\n\n{TEXT}")

    assert passage.fate == Fate.SAME
    assert passage.start == 19 + len("Before all. ")
    assert passage.prefix.endswith("learns ")


def test_reworded_words_are_followed_and_the_old_ones_kept(alice: User) -> None:
    passage = changed(
        note_on("The network learns what is added", alice),
        TEXT.replace("network learns what", "network only learns what"),
    )

    assert passage.fate == Fate.ALTERED
    assert passage.words == "The network only learns what is added"
    assert passage.words_before == "The network learns what is added"
    assert passage.get_version_url() == f"/s/{passage.summary_id}/r/1"


def test_words_taken_out_are_gone_and_come_back_with_the_old_version(alice: User) -> None:
    passage = changed(note_on("It is deep.", alice), "Nothing of that.")
    assert passage.fate == Fate.GONE
    assert passage.words == ""
    assert passage.words_before == "It is deep."

    summary = Summary.objects.select_related("paper").get(pk=passage.summary_id)
    restore_version(summary=summary, number=1, base_version=2, by=alice)
    passage.refresh_from_db()

    assert passage.fate == Fate.SAME
    assert passage.words == "It is deep."


def test_words_that_were_private_are_shown_to_nobody_when_the_text_has_others(
    alice: User,
) -> None:
    passage = changed(note_on("It is deep.", alice, private=True), "Other.")

    assert passage.words_before == ""


def test_words_from_before_the_name_was_taken_off_are_shown_to_nobody(alice: User) -> None:
    passage = changed(note_on("It is deep.", alice), "Other.", is_anonymous=True)

    assert passage.words_before == ""


def test_words_of_a_withdrawn_version_are_shown_to_nobody(alice: User) -> None:
    passage = changed(note_on("It is deep.", alice), "Other.")
    assert passage.words_before == "It is deep."

    withdraw_version(summary=passage.summary, number=1, by=alice)

    passage.refresh_from_db()
    assert passage.words_before == ""


def test_of_very_many_notes_whose_words_are_gone_some_are_not_compared(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert NOTES_COMPARED >= 100
    monkeypatch.setattr("shortscience.discussion.notes.NOTES_COMPARED", 0)

    passage = changed(
        note_on("The network learns what is added", alice),
        TEXT.replace("network learns what", "network only learns what"),
    )

    assert passage.fate == Fate.GONE


def test_a_deleted_comment_leaves_no_words_of_the_passage(alice: User) -> None:
    passage = note_on("It is deep.", alice)
    make_comment(parent=passage.comment)

    delete_comment(by=alice, comment=passage.comment)

    assert not Passage.objects.exists()


def test_with_the_summary_the_words_go_and_the_comment_stays(alice: User) -> None:
    passage = note_on("It is deep.", alice)

    delete_summary(summary=passage.summary, by=alice)

    passage.comment.refresh_from_db()
    assert not Passage.objects.exists()
    assert passage.comment.outlived_summary
