"""Reading lists: one's own, in an order, public or not."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.lib.errors import NotAllowed, Refused, TooFast
from shortscience.library.actions import lists
from shortscience.library.actions.lists import (
    add_to_list,
    change_list,
    comment_on_item,
    delete_list,
    make_list,
    place_item,
    remove_item,
    step_item,
)
from shortscience.library.models import ListItem, ReadingList
from shortscience.library.rules import NameTaken, TooMuch
from shortscience.papers.models import Paper
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


def list_of(owner: User, *titles: str, name: str = "To read", public: bool = False) -> ReadingList:
    made = make_list(owner=owner, name=name, is_public=public)
    add_to_list(by=owner, reading_list=made, papers=[make_paper(title) for title in titles])
    return made


def titles(made: ReadingList) -> list[str]:
    return [item.paper.title for item in ListItem.objects.of(made).in_order()]


def item(made: ReadingList, title: str) -> ListItem:
    return made.items.get(paper__title=title)


def test_papers_stand_in_the_order_in_which_they_came_each_once(alice: User) -> None:
    made = list_of(alice, "A", "B")
    again = [Paper.objects.get(title="B"), make_paper("C"), Paper.objects.get(title="A")]

    added = add_to_list(by=alice, reading_list=made, papers=[*again, *again])

    assert added == 1
    assert titles(made) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("title", "up", "order"),
    [
        ("A", True, "ABC"),
        ("A", False, "BAC"),
        ("B", True, "BAC"),
        ("B", False, "ACB"),
        ("C", True, "ACB"),
        ("C", False, "ABC"),
    ],
)
def test_a_paper_steps_up_and_down_and_stays_at_the_ends(
    alice: User, title: str, up: bool, order: str
) -> None:
    made = list_of(alice, *"ABC")

    step_item(by=alice, item=item(made, title), up=up)

    assert "".join(titles(made)) == order


@pytest.mark.parametrize("moved", "ABCD")
@pytest.mark.parametrize("behind", [*"ABCD", None])
def test_a_paper_is_placed_behind_any_other_or_at_the_top(
    alice: User, moved: str, behind: str | None
) -> None:
    made = list_of(alice, *"ABCD")
    rest = [title for title in "ABCD" if title != moved]
    at = "ABCD".index(moved) if behind == moved else rest.index(behind) + 1 if behind else 0

    target = item(made, behind).pk if behind else None
    place_item(by=alice, item=item(made, moved), behind=target)

    assert titles(made) == [*rest[:at], moved, *rest[at:]]


def test_order_survives_removals_and_many_moves(alice: User) -> None:
    made = list_of(alice, *"ABCDEF")

    remove_item(by=alice, item=item(made, "C"))
    for _ in range(3):
        step_item(by=alice, item=item(made, "F"), up=True)
    place_item(by=alice, item=item(made, "E"), behind=None)

    assert "".join(titles(made)) == "EAFBD"


def test_a_place_in_another_list_is_refused(alice: User) -> None:
    made, other = list_of(alice, "A"), list_of(alice, "B", name="Other")

    with pytest.raises(Refused, match="changed meanwhile"):
        place_item(by=alice, item=item(made, "A"), behind=item(other, "B").pk)


def test_others_change_nothing(alice: User, bob: User, mona: User) -> None:
    made = list_of(alice, "A", "B", public=True)
    first = item(made, "A")

    for other in (bob, mona):
        with pytest.raises(NotAllowed):
            add_to_list(by=other, reading_list=made, papers=[make_paper()])
        with pytest.raises(NotAllowed):
            change_list(by=other, reading_list=made, name="X", description="", is_public=True)
        with pytest.raises(NotAllowed):
            delete_list(by=other, reading_list=made)
        with pytest.raises(NotAllowed):
            remove_item(by=other, item=first)
        with pytest.raises(NotAllowed):
            step_item(by=other, item=first, up=False)
        with pytest.raises(NotAllowed):
            place_item(by=other, item=first, behind=None)
        with pytest.raises(NotAllowed):
            comment_on_item(by=other, item=first, comment="X")

    assert titles(made) == ["A", "B"]


def test_a_name_is_taken_once_by_a_person(alice: User, bob: User) -> None:
    first = list_of(alice, name="To read")
    list_of(bob, name="To read")

    with pytest.raises(NameTaken, match="“to READ”"):
        make_list(owner=alice, name=" to  READ ")

    change_list(by=alice, reading_list=first, name="To Read", description="", is_public=False)


@pytest.mark.parametrize(("name", "slug"), [("Vision, 2016!", "vision-2016"), ("读书", "list")])
def test_the_address_follows_the_name(alice: User, name: str, slug: str) -> None:
    made = list_of(alice)

    changed = change_list(by=alice, reading_list=made, name=name, description="", is_public=True)

    assert changed.get_absolute_url() == f"/lists/{made.pk}/{slug}"


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_list_needs_a_name_of_a_length(alice: User, name: str) -> None:
    with pytest.raises(Refused):
        make_list(owner=alice, name=name)


def test_limits_are_said_in_sentences(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_ITEMS", 2)
    made = list_of(alice, "A", "B")

    with pytest.raises(TooMuch, match="2 papers"):
        add_to_list(by=alice, reading_list=made, papers=[make_paper()])
    with pytest.raises(TooMuch, match="at most 500"):
        comment_on_item(by=alice, item=item(made, "A"), comment="x" * 501)
    with pytest.raises(TooMuch, match="at most 5000"):
        make_list(owner=alice, name="Long", description="x" * 5001)
    monkeypatch.setattr(lists, "MAX_LISTS", 1)
    with pytest.raises(TooMuch, match="1 lists"):
        make_list(owner=alice, name="Another")


def test_a_day_takes_so_many_new_lists(alice: User) -> None:
    for n in range(30):
        make_list(owner=alice, name=f"List {n}")

    with pytest.raises(TooFast):
        make_list(owner=alice, name="One more")


def test_who_sees_which_lists(alice: User, bob: User, mona: User) -> None:
    public = list_of(alice, name="Public", public=True)
    private = list_of(alice, name="Private")
    hidden = list_of(alice, name="Hidden", public=True)
    hidden.hidden_at = timezone.now()
    hidden.save()

    def seen(viewer: User | AnonymousUser) -> set[ReadingList]:
        return set(ReadingList.objects.visible_to(viewer))

    assert seen(AnonymousUser()) == seen(bob) == {public}
    assert seen(mona) == {public, hidden}
    assert seen(alice) == {public, private, hidden}


def test_lists_of_closed_accounts_are_not_public(alice: User) -> None:
    list_of(alice, public=True)
    alice.banned_at = timezone.now()
    alice.is_active = False
    alice.save()

    assert not ReadingList.objects.public().exists()


def test_hidden_papers_are_not_among_what_others_see(alice: User) -> None:
    made = list_of(alice, "A", "B")
    Paper.objects.filter(title="A").update(hidden_at=timezone.now())

    assert [i.paper.title for i in ListItem.objects.of(made).with_open_papers()] == ["B"]
    assert titles(made) == ["A", "B"]
    assert vars(ReadingList.objects.with_counts().get(pk=made.pk))["paper_count"] == 1


def test_papers_stay_when_a_list_is_deleted(alice: User) -> None:
    made = list_of(alice, "A")

    delete_list(by=alice, reading_list=made)

    assert Paper.objects.filter(title="A").exists()
    assert not ListItem.objects.exists()
