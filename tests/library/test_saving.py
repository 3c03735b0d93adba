"""Saving papers: once, with a note and tags that are one's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.lib.errors import NotAllowed, SignInFirst
from shortscience.lib.markup import SourceRefused
from shortscience.library import querysets, rules
from shortscience.library.actions import saving
from shortscience.library.actions.saving import save_paper, unsave_paper, write_on
from shortscience.library.models import PaperTag, SavedPaper
from shortscience.library.querysets import mark_of
from shortscience.library.rules import TooMuch
from shortscience.library.tags import tags_in
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


def test_a_paper_is_saved_once_by_a_person(alice: User, bob: User) -> None:
    paper = make_paper()

    first = save_paper(member=alice, paper=paper)
    again = save_paper(member=alice, paper=paper)
    save_paper(member=bob, paper=paper)

    assert first == again
    assert SavedPaper.objects.count() == 2


def test_strangers_and_banned_people_save_nothing(alice: User) -> None:
    alice.banned_at = timezone.now()

    with pytest.raises(SignInFirst):
        save_paper(member=AnonymousUser(), paper=make_paper())
    with pytest.raises(NotAllowed):
        save_paper(member=alice, paper=make_paper())


def test_a_full_library_says_so(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "MAX_SAVED", 1)
    save_paper(member=alice, paper=make_paper())

    with pytest.raises(TooMuch, match="holds 1 papers"):
        save_paper(member=alice, paper=make_paper())


def test_what_was_taken_out_comes_back_as_it_was(alice: User) -> None:
    paper = make_paper()
    saved = save_paper(member=alice, paper=paper)
    write_on(member=alice, saved=saved, note="See **§3**.", tags="vision, to read")

    kept = unsave_paper(member=alice, paper=paper)
    assert not SavedPaper.objects.exists()
    back = save_paper(member=alice, paper=paper, as_before=kept)

    assert (back.note, back.tag_names, back.saved_at) == (
        "See **§3**.",
        ["to read", "vision"],
        saved.saved_at,
    )
    assert "<strong>§3</strong>" in back.note_html


def test_taking_out_what_is_not_there_does_nothing(alice: User) -> None:
    assert unsave_paper(member=alice, paper=make_paper()) is None


def test_only_the_owner_writes_on_it(alice: User, bob: User) -> None:
    saved = save_paper(member=alice, paper=make_paper())

    with pytest.raises(NotAllowed):
        write_on(member=bob, saved=saved, note="Mine.", tags="")

    saved.refresh_from_db()
    assert saved.note == ""


def test_tags_are_replaced_by_what_is_typed(alice: User) -> None:
    saved = save_paper(member=alice, paper=make_paper())
    write_on(member=alice, saved=saved, note="", tags="vision, old")

    write_on(member=alice, saved=saved, note="", tags="Vision; new")

    assert saved.tag_names == ["new", "vision"]


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("Vision", ["vision"]),
        (" #To  Read ,VISION;\nvision ", ["to read", "vision"]),
        ("Größe, größe", ["größe"]),
        ("e\u0301tude, \u00e9tude", ["étude"]),
        ("深度学习", ["深度学习"]),
        (",, ;\n # ,", []),
        ("a\u200bb\x00c\u202e", ["abc"]),
        ("<script>", ["<script>"]),
    ],
)
def test_tags_are_kept_in_one_form(typed: str, tags: list[str]) -> None:
    assert tags_in(typed) == tags


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (",".join(f"t{n}" for n in range(21)), "at most 20 tags"),
        ("x" * 41, "longer than 40 characters"),
    ],
)
def test_too_many_or_too_long_tags_are_refused(typed: str, sentence: str) -> None:
    with pytest.raises(TooMuch, match=sentence):
        tags_in(typed)


@pytest.mark.parametrize("note", ["x" * (rules.MAX_NOTE + 1), "a\x00b"])
def test_a_note_that_cannot_be_kept_changes_nothing(alice: User, note: str) -> None:
    saved = save_paper(member=alice, paper=make_paper())
    write_on(member=alice, saved=saved, note="Before.", tags="old")

    with pytest.raises((TooMuch, SourceRefused)):
        write_on(member=alice, saved=saved, note=note, tags="new")

    saved.refresh_from_db()
    assert (saved.note, saved.tag_names) == ("Before.", ["old"])


def test_a_note_cannot_carry_scripts(alice: User) -> None:
    saved = save_paper(member=alice, paper=make_paper())

    write_on(member=alice, saved=saved, note="<script>alert(1)</script> [x](javascript:a)", tags="")

    assert "<script" not in saved.note_html
    assert 'href="javascript' not in saved.note_html


def test_nobody_reads_what_others_saved(alice: User, bob: User, mona: User) -> None:
    save_paper(member=alice, paper=make_paper())

    assert SavedPaper.objects.of(alice).count() == 1
    for other in (bob, mona, AnonymousUser()):
        assert not SavedPaper.objects.of(other).exists()


def test_words_are_sought_in_titles_and_notes(alice: User) -> None:
    titled = save_paper(member=alice, paper=make_paper("Residual Learning"))
    noted = save_paper(member=alice, paper=make_paper("Another"))
    write_on(member=alice, saved=noted, note="About residual nets, learning rates.", tags="x")
    save_paper(member=alice, paper=make_paper("Nothing of it"))

    found = SavedPaper.objects.of(alice).with_words(["LEARNING", "residual"])

    assert set(found) == {titled, noted}
    assert SavedPaper.objects.of(alice).with_words(["100%"]).count() == 0


def test_the_pages_of_a_library_part_nothing_and_double_nothing(alice: User) -> None:
    moment = timezone.now()
    for n in range(7):
        saved = save_paper(member=alice, paper=make_paper())
        # Three of each moment, as an undo may bring back.
        saved.saved_at = moment - timedelta(seconds=n // 3)
        saved.save()
    everything = list(SavedPaper.objects.of(alice).newest_first())

    read: list[SavedPaper] = []
    while page := list(
        SavedPaper.objects.of(alice).after(mark_of(read[-1]) if read else "").newest_first()[:2]
    ):
        read += page

    assert read == everything


@pytest.mark.parametrize("mark", ["", "x", "1-", "-1", "9" * 30 + "-1", "١-١", "1-1-1"])
def test_a_wrong_mark_is_the_first_page(alice: User, mark: str) -> None:
    save_paper(member=alice, paper=make_paper())

    assert SavedPaper.objects.of(alice).after(mark).count() == 1


def test_tags_are_counted_for_their_owner_only(alice: User, bob: User) -> None:
    for member, tags in ((alice, "b, a"), (alice, "b"), (bob, "c")):
        write_on(
            member=member, saved=save_paper(member=member, paper=make_paper()), note="", tags=tags
        )

    assert PaperTag.objects.used_by(alice) == [("a", 1), ("b", 2)]


def test_of_very_many_tags_the_most_used_are_listed(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(querysets, "TAGS_SHOWN", 2)
    for tags in ("b, c", "c, a", "b"):
        saved = save_paper(member=alice, paper=make_paper())
        write_on(member=alice, saved=saved, note="", tags=tags)

    assert PaperTag.objects.used_by(alice) == [("b", 2), ("c", 2)]
