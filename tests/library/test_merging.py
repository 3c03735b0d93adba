"""Two papers become one, and two again: what people saved and listed goes with them."""

from __future__ import annotations

import pytest

from shortscience.accounts.models import User
from shortscience.library.actions.lists import add_to_list, make_list
from shortscience.library.actions.saving import save_paper, write_on
from shortscience.library.models import ListItem, SavedPaper
from shortscience.moderation.merging import merge_papers, undo_merge
from shortscience.papers.models import Paper
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep(db: None) -> Paper:
    return make_paper("Kept")


@pytest.fixture
def drop(db: None) -> Paper:
    return make_paper("Dropped")


def shelf(owner: User) -> list[tuple[str, str, list[str]]]:
    rows = SavedPaper.objects.of(owner).newest_first()
    return [(row.paper.title, row.note, row.tag_names) for row in rows]


def save(owner: User, paper: Paper, note: str = "", tags: str = "") -> None:
    saved = save_paper(member=owner, paper=paper)
    write_on(member=owner, saved=saved, note=note, tags=tags)


def test_a_saved_paper_moves_and_comes_back(
    alice: User, mona: User, keep: Paper, drop: Paper
) -> None:
    save(alice, drop, "Mine.", "x")

    merge = merge_papers(keep=keep, drop=drop, by=mona, reason="one")
    assert shelf(alice) == [("Kept", "Mine.", ["x"])]
    undo_merge(merge=merge, by=mona, reason="two")

    assert shelf(alice) == [("Dropped", "Mine.", ["x"])]


def test_who_saved_both_has_one_with_both_notes_and_later_two_again(
    alice: User, mona: User, keep: Paper, drop: Paper
) -> None:
    save(alice, keep, "First.", "a")
    save(alice, drop, "**Second.**", "a, b")
    before = shelf(alice)

    merge = merge_papers(keep=keep, drop=drop, by=mona, reason="one")
    assert shelf(alice) == [("Kept", "First.\n\n**Second.**", ["a", "b"])]
    assert "<strong>Second.</strong>" in SavedPaper.objects.of(alice).get().note_html
    undo_merge(merge=merge, by=mona, reason="two")

    assert shelf(alice) == before


def test_a_note_that_was_changed_meanwhile_stays_as_its_owner_left_it(
    alice: User, mona: User, keep: Paper, drop: Paper
) -> None:
    save(alice, keep, "First.")
    save(alice, drop, "Second.")
    merge = merge_papers(keep=keep, drop=drop, by=mona, reason="one")
    write_on(member=alice, saved=SavedPaper.objects.of(alice).get(), note="New.", tags="")

    undo_merge(merge=merge, by=mona, reason="two")

    assert {title: note for title, note, _ in shelf(alice)} == {
        "Kept": "New.",
        "Dropped": "Second.",
    }


def test_lists_hold_the_kept_paper_once_and_are_as_before_after_an_undo(
    alice: User, bob: User, mona: User, keep: Paper, drop: Paper
) -> None:
    one = make_list(owner=alice, name="One of them")
    both = make_list(owner=bob, name="Both")
    add_to_list(by=alice, reading_list=one, papers=[make_paper("Other"), drop])
    add_to_list(by=bob, reading_list=both, papers=[drop, make_paper("Middle"), keep])

    def papers() -> list[list[str]]:
        return [
            [item.paper.title for item in ListItem.objects.of(made).in_order()]
            for made in (one, both)
        ]

    before = papers()
    merge = merge_papers(keep=keep, drop=drop, by=mona, reason="one")
    assert papers() == [["Other", "Kept"], ["Middle", "Kept"]]
    undo_merge(merge=merge, by=mona, reason="two")

    assert papers() == before
