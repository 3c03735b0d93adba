"""Groups: who is in them, who decides, and what becomes of their texts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from shortscience.accounts.models import User
from shortscience.discussion.actions import add_comment
from shortscience.discussion.models import Comment
from shortscience.groups.actions import (
    accept,
    invite,
    leave,
    make_group,
    remove,
    set_role,
    take_invitation_back,
)
from shortscience.groups.models import Group, GroupInvitation, Membership
from shortscience.groups.rules import (
    MOST_GROUPS,
    LastOwner,
    NameMissing,
    NotAMember,
    NotAnOwner,
    TooManyGroups,
)
from shortscience.lib.errors import NotAllowed
from shortscience.membership.actions import Texts
from shortscience.membership.actions import leave as leave_site
from shortscience.sharing.actions import close_group
from shortscience.summaries import counts
from shortscience.summaries.actions import save_summary
from shortscience.summaries.models import Summary
from shortscience.voting.actions import vote_on_summary
from tests.factories import make_comment, make_paper, make_summary, make_user

pytestmark = pytest.mark.django_db

OWNER, MEMBER = Membership.Role.OWNER, Membership.Role.MEMBER


@pytest.fixture
def lab(alice: User, bob: User) -> Group:
    """A group that alice owns and bob is in."""
    group = make_group(owner=alice, name="The lab")
    join(group, by=alice, person=bob)
    return group


def join(group: Group, *, by: User, person: User) -> None:
    _made, token = invite(group=group, by=by, lasts=timedelta(days=1))
    assert accept(token=token, by=person) == group


def seen_by(viewer: User | AnonymousUser, summary: Summary) -> bool:
    return Summary.objects.visible_to(viewer).filter(pk=summary.pk).exists()


def test_members_alone_see_a_text_for_the_group(
    lab: Group, alice: User, bob: User, mona: User
) -> None:
    text = make_summary(writer=alice, group=lab)

    assert seen_by(bob, text)
    assert not seen_by(make_user(), text)
    assert not seen_by(mona, text)
    assert not seen_by(AnonymousUser(), text)
    assert not Summary.objects.public().filter(pk=text.pk).exists()
    assert text.paper.summary_count == 0
    assert text.published_at is None


def test_nobody_shares_with_a_group_that_they_are_not_in(lab: Group) -> None:
    with pytest.raises(NotAMember):
        make_summary(writer=make_user(), group=lab)

    assert not Summary.objects.exists()


def test_who_left_may_change_the_text_that_they_left_there(
    lab: Group, alice: User, bob: User
) -> None:
    text = make_summary(writer=bob, group=lab)
    leave(group=lab, by=bob)

    changed = save_summary(
        writer=bob, paper=text.paper, text="Changed.", group=lab, base_version=text.version
    )

    assert seen_by(alice, changed)
    assert changed.text == "Changed."


def test_leaving_ends_reading_and_takes_no_text_along(lab: Group, alice: User, bob: User) -> None:
    theirs = make_summary(writer=alice, group=lab)
    own = make_summary(writer=bob, group=lab, anonymous=True)

    leave(group=lab, by=bob)

    assert not seen_by(bob, theirs)
    # Had it gone, everybody would know who wrote it.
    assert seen_by(alice, own)


def test_what_is_said_in_the_group_stays_there_when_the_text_is_published(
    lab: Group, alice: User, bob: User
) -> None:
    text = make_summary(writer=alice, group=lab)
    said = make_comment(summary=text, writer=bob, text="Between us.")

    published = save_summary(writer=alice, paper=text.paper, text="Out.", base_version=text.version)
    answer = add_comment(writer=alice, paper=text.paper, parent=said, text="Still between us.")
    published.refresh_from_db()
    in_public = make_comment(summary=published, writer=bob)

    for stranger in (AnonymousUser(), make_user()):
        assert list(Comment.objects.visible_to(stranger)) == [in_public]
    assert set(Comment.objects.visible_to(bob)) == {said, answer, in_public}
    published.refresh_from_db()
    assert published.comment_count == 1
    assert counts.recount()["summaries"] == 0


def test_what_is_said_in_one_group_is_not_shown_to_another(
    lab: Group, alice: User, bob: User
) -> None:
    other = make_group(owner=alice, name="The other lab")
    carol = make_user("carol")
    join(other, by=alice, person=carol)
    text = make_summary(writer=alice, group=lab)
    said = make_comment(summary=text, writer=bob)

    moved = save_summary(
        writer=alice, paper=text.paper, text="Moved.", group=other, base_version=text.version
    )

    assert seen_by(carol, moved)
    assert not Comment.objects.visible_to(carol).exists()
    assert not Comment.objects.visible_to(bob).exists()
    assert list(Comment.objects.visible_to(alice)) == [said]
    moved.refresh_from_db()
    assert moved.comment_count == 0


def test_others_neither_comment_nor_vote_on_a_groups_text(lab: Group, alice: User) -> None:
    text = make_summary(writer=alice, group=lab)

    with pytest.raises(NotAllowed):
        make_comment(summary=text, writer=make_user())
    with pytest.raises(NotAllowed):
        vote_on_summary(voter=make_user(), summary=text, value=1)


def test_an_invitation_works_until_it_ends_or_is_taken_back(lab: Group, alice: User) -> None:
    made, token = invite(group=lab, by=alice, lasts=timedelta(days=1))
    _other, ended = invite(group=lab, by=alice, lasts=timedelta(days=-1))

    assert token not in str(GroupInvitation.objects.values())
    assert accept(token=ended, by=make_user()) is None
    assert accept(token="A" * 22, by=make_user()) is None
    assert accept(token=token, by=make_user()) == lab
    take_invitation_back(group=lab, number=made.pk, by=alice)
    assert accept(token=token, by=make_user()) is None


def test_joining_twice_changes_nothing(lab: Group, alice: User) -> None:
    made, token = invite(group=lab, by=alice, lasts=timedelta(days=1))

    accept(token=token, by=alice)

    made.refresh_from_db()
    assert made.uses == 0
    assert lab.memberships.owners().get().member == alice


def test_only_owners_invite_take_out_and_close(lab: Group, alice: User, bob: User) -> None:
    with pytest.raises(NotAnOwner):
        invite(group=lab, by=bob, lasts=timedelta(days=1))
    with pytest.raises(NotAnOwner):
        remove(group=lab, person=alice, by=bob)
    with pytest.raises(NotAnOwner):
        close_group(group=lab, by=bob)


def test_a_group_always_has_an_owner(lab: Group, alice: User, bob: User) -> None:
    with pytest.raises(LastOwner):
        leave(group=lab, by=alice)
    with pytest.raises(LastOwner):
        set_role(group=lab, person=alice, role=MEMBER, by=alice)

    set_role(group=lab, person=bob, role=OWNER, by=alice)
    leave(group=lab, by=alice)

    assert lab.memberships.owners().get().member == bob


def test_closing_gives_the_texts_back_to_their_writers(lab: Group, alice: User, bob: User) -> None:
    text = make_summary(writer=bob, group=lab)
    said = make_comment(summary=text, writer=alice)

    close_group(group=lab, by=alice)

    text.refresh_from_db()
    assert text.is_private
    assert seen_by(bob, text)
    assert not seen_by(alice, text)
    assert list(Comment.objects.visible_to(bob)) == [said]
    assert not Comment.objects.visible_to(alice).exists()
    assert not Group.objects.visible_to(alice).exists()
    lab.refresh_from_db()
    assert (lab.name, lab.about) == ("", "")
    assert set(counts.recount().values()) == {0}


def test_an_owner_who_leaves_the_site_leaves_the_group_to_the_next(
    lab: Group, alice: User, bob: User
) -> None:
    text = make_summary(writer=alice, group=lab)

    leave_site(person=alice, texts=Texts.DISOWN)

    assert lab.memberships.owners().get().member == bob
    text.refresh_from_db()
    assert text.author is None
    assert seen_by(bob, text)


def test_a_group_whose_last_member_leaves_the_site_is_closed() -> None:
    carol = make_user("carol")
    group = make_group(owner=carol, name="Alone")
    text = make_summary(writer=carol, group=group)

    leave_site(person=carol, texts=Texts.DISOWN)

    group.refresh_from_db()
    assert group.closed_at is not None
    assert not Summary.objects.filter(pk=text.pk).exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_group_needs_a_name_that_fits(name: str, alice: User) -> None:
    with pytest.raises(NameMissing):
        make_group(owner=alice, name=name)


def test_a_person_is_in_few_groups(alice: User) -> None:
    for number in range(MOST_GROUPS):
        make_group(owner=alice, name=f"Group {number}")

    with pytest.raises(TooManyGroups):
        make_group(owner=alice, name="One more")


def test_the_words_of_a_version_for_the_group_are_read_by_the_group_only(
    lab: Group, alice: User, bob: User
) -> None:
    text = make_summary(make_paper(), writer=alice, group=lab)
    changed = save_summary(
        writer=alice, paper=text.paper, text="Second.", group=lab, base_version=text.version
    )

    assert changed.revisions.visible_to(bob, changed).count() == 2
    published = save_summary(
        writer=alice, paper=text.paper, text="Third.", base_version=changed.version
    )
    readable = published.revisions.visible_to(bob, published)
    assert [revision.text for revision in readable] == ["Third."]
