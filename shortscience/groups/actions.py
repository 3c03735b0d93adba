"""Writes about groups and who is in them. What becomes of their texts: `sharing.actions`."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.groups.models import Group, GroupInvitation, Membership
from shortscience.groups.rules import (
    MAX_ABOUT,
    MAX_NAME,
    MOST_GROUPS,
    MOST_INVITATIONS,
    MOST_MEMBERS,
    GroupIsFull,
    LastOwner,
    NameMissing,
    NotAMember,
    NotAnOwner,
    TooManyGroups,
    TooManyInvitations,
)
from shortscience.lib.plaintext import squeeze
from shortscience.lib.tokens import digest, new_token


@transaction.atomic
def make_group(*, owner: Viewer, name: str, about: str = "") -> Group:
    """Make a group with one member, its owner.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        NameMissing, TooManyGroups: see there.
    """
    member = require_member(owner)
    _check_room(member)
    group = Group(created_at=timezone.now())
    _call(group, name, about)
    group.save()
    _add(group, member, Membership.Role.OWNER)
    return group


@transaction.atomic
def change_group(*, group: Group, by: Viewer, name: str, about: str) -> Group:
    """Give the group another name and description."""
    locked = lock_as_owner(group, by)
    _call(locked, name, about)
    locked.save(update_fields=["name", "about"])
    return locked


@transaction.atomic
def invite(*, group: Group, by: Viewer, lasts: timedelta) -> tuple[GroupInvitation, str]:
    """Make a link to join by; return it with its secret, which nobody is told a second time."""
    locked = lock_as_owner(group, by)
    now = timezone.now()
    locked.invitations.filter(expires_at__lte=now).delete()
    if locked.invitations.count() >= MOST_INVITATIONS:
        raise TooManyInvitations
    token = new_token()
    made = GroupInvitation.objects.create(
        group=locked,
        digest=digest(token),
        made_by=require_member(by),
        created_at=now,
        expires_at=now + lasts,
    )
    return made, token


@transaction.atomic
def take_invitation_back(*, group: Group, number: int, by: Viewer) -> None:
    """End an invitation; one that ended already stays ended. Who joined by it stays."""
    lock_as_owner(group, by).invitations.filter(pk=number).delete()


def invitation_of(token: str) -> GroupInvitation | None:
    """Return the open invitation with this secret: a wrong and an ended one are alike."""
    found = GroupInvitation.objects.open(timezone.now()).filter(digest=digest(token))
    return found.select_related("group").first()


@transaction.atomic
def accept(*, token: str, by: Viewer) -> Group | None:
    """Join by a link; return the group, or None where there is no such invitation (any more).

    Who is in the group already stays what they are.
    """
    member = require_member(by)
    invitation = invitation_of(token)
    if invitation is None:
        return None
    group = Group.objects.select_for_update().get(pk=invitation.group_id)
    if group.closed_at is not None:
        return None
    if not group.memberships.filter(member=member).exists():
        _check_room(member)
        if group.memberships.count() >= MOST_MEMBERS:
            raise GroupIsFull
        _add(group, member, Membership.Role.MEMBER)
        GroupInvitation.objects.filter(pk=invitation.pk).update(uses=F("uses") + 1)
    return group


@transaction.atomic
def leave(*, group: Group, by: Viewer) -> None:
    """Go. What one shared stays with the group until its writer takes it back.

    Raises:
        LastOwner: others are left, and nobody of them owns the group.
    """
    member = require_member(by)
    locked = _lock(group)
    mine = locked.memberships.filter(member=member).first()
    if mine is None:
        return
    _check_owner_stays(locked, mine)
    mine.delete()


@transaction.atomic
def remove(*, group: Group, person: User, by: Viewer) -> None:
    """Take somebody out of the group; an owner steps down first."""
    locked = lock_as_owner(group, by)
    found = locked.memberships.filter(member=person).first()
    if found is None:
        return
    _check_owner_stays(locked, found)
    found.delete()


@transaction.atomic
def set_role(*, group: Group, person: User, role: Membership.Role, by: Viewer) -> None:
    """Make a member an owner, or an owner a member: this is how a group is handed over.

    Raises:
        NotAMember: the person is not in the group.
        LastOwner: nobody would own it.
    """
    locked = lock_as_owner(group, by)
    found = locked.memberships.filter(member=person).first()
    if found is None:
        raise NotAMember
    if role is not Membership.Role.OWNER:
        _check_owner_stays(locked, found)
    found.role = role
    found.save(update_fields=["role"])


def lock_as_owner(group: Group, by: Viewer) -> Group:
    """Return the group locked, for a write that only an owner may do.

    Raises:
        NotAnOwner: anybody else.
    """
    member = require_member(by)
    locked = _lock(group)
    if not locked.memberships.owners().filter(member=member).exists():
        raise NotAnOwner
    return locked


def _lock(group: Group) -> Group:
    return Group.objects.select_for_update().get(pk=group.pk)


def _check_owner_stays(group: Group, going: Membership) -> None:
    if going.is_owner and not group.memberships.owners().exclude(pk=going.pk).exists():
        raise LastOwner


def _check_room(member: User) -> None:
    if Membership.objects.of(member).count() >= MOST_GROUPS:
        raise TooManyGroups


def _call(group: Group, name: str, about: str) -> None:
    group.name, group.about = squeeze(name), squeeze(about)[:MAX_ABOUT]
    if not group.name or len(group.name) > MAX_NAME:
        raise NameMissing


def _add(group: Group, member: User, role: Membership.Role) -> None:
    Membership.objects.create(group=group, member=member, role=role, joined_at=timezone.now())
