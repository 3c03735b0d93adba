"""Writes about who reads a text that is not for everybody, and who writes it together."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.groups.actions import lock_as_owner
from shortscience.groups.models import Group, Membership
from shortscience.lib.plaintext import squeeze
from shortscience.lib.tokens import digest, new_token
from shortscience.sharing.models import AuthorInvitation, SecretLink
from shortscience.sharing.rules import (
    INVITATION_LASTS,
    MAX_LABEL,
    MOST_AUTHORS,
    MOST_LINKS,
    AuthorAlready,
    NoSuchMember,
    NotAnAuthor,
    NothingToShare,
    NotInvited,
    OnlyFirstAuthor,
    TooManyAuthors,
    TooManyLinks,
)
from shortscience.summaries import authors
from shortscience.summaries.models import Summary
from shortscience.summaries.rules import NotYours
from shortscience.voting.actions import rescore
from shortscience.voting.models import SummaryVote

# --- secret links -----------------------------------------------------------------------------


@transaction.atomic
def make_link(
    *, summary: Summary, by: Viewer, lasts: timedelta | None, label: str = ""
) -> tuple[SecretLink, str]:
    """Make a secret link; return it with its secret, which nobody is told a second time.

    Args:
        lasts: how long it works; None until it is taken back.

    Raises:
        NotYours: somebody else wrote the summary.
        OnlyFirstAuthor: the person wrote it with others, and is not the first of them.
        NothingToShare: everybody reads it anyway.
        TooManyLinks: see there.
    """
    locked = _lock_as_first(summary, by)
    if locked.is_for_all:
        raise NothingToShare
    now = timezone.now()
    locked.secret_links.filter(expires_at__lte=now).delete()
    if locked.secret_links.count() >= MOST_LINKS:
        raise TooManyLinks
    token = new_token()
    made = SecretLink.objects.create(
        summary=locked,
        digest=digest(token),
        label=squeeze(label)[:MAX_LABEL],
        created_at=now,
        expires_at=None if lasts is None else now + lasts,
    )
    return made, token


@transaction.atomic
def take_link_back(*, summary: Summary, number: int, by: Viewer) -> None:
    """End a secret link; one that ended already stays ended."""
    _lock_as_first(summary, by).secret_links.filter(pk=number).delete()


# --- groups -----------------------------------------------------------------------------------


@transaction.atomic
def close_group(*, group: Group, by: Viewer) -> None:
    """End a group: its texts go back to their writers, who alone read them then.

    What was said about them stays for those writers. Nothing of the group is shown any more.

    Raises:
        NotAnOwner: only an owner closes it.
    """
    _close(lock_as_owner(group, by))


def leave_groups(leaver: User) -> None:
    """Take somebody who leaves the site out of their groups.

    Who is longest in a group becomes its owner if nobody else is; an empty one is closed.
    """
    places = Membership.objects.of(leaver).select_related("group").order_by("group")
    for place in places:
        group = Group.objects.select_for_update().get(pk=place.group_id)
        place.delete()
        rest = group.memberships.in_order()
        oldest = rest.first()
        if oldest is None:
            _close(group)
        elif not oldest.is_owner:
            oldest.role = Membership.Role.OWNER
            oldest.save(update_fields=["role"])


def _close(group: Group) -> None:
    texts = Summary.objects.select_for_update().filter(group=group, visibility="group")
    # Whoever wrote these left the site: nobody could read them any more.
    texts.filter(author__isnull=True).delete()
    texts.update(visibility=Summary.Visibility.PRIVATE, group=None, comment_count=0)
    group.memberships.all().delete()
    group.invitations.all().delete()
    group.name, group.about, group.closed_at = "", "", timezone.now()
    group.save(update_fields=["name", "about", "closed_at"])


# --- writing together -------------------------------------------------------------------------


@transaction.atomic
def invite_author(*, summary: Summary, handle: str, by: Viewer) -> AuthorInvitation:
    """Ask a member to be an author of one's summary, too.

    They read it before they answer, and learn who wrote it, also of an anonymous one.

    Raises:
        NotYours, OnlyFirstAuthor: as for links.
        NoSuchMember: nobody who can sign in has this handle.
        AuthorAlready, TooManyAuthors: see there.
    """
    locked = _lock_as_first(summary, by)
    people = User.objects.by_handle(squeeze(handle).lstrip("@"))
    person: User | None = people.filter(is_active=True, banned_at__isnull=True).first()
    if person is None:
        raise NoSuchMember
    if locked.is_by(person):
        raise AuthorAlready
    _check_room(locked)
    now = timezone.now()
    known = locked.author_invitations.filter(invited=person).first()
    if known is not None and known.declined_at is None and known.expires_at > now:
        raise AuthorAlready
    # A "no" can be asked again once, by a new row: the person sees when.
    locked.author_invitations.filter(invited=person).delete()
    return AuthorInvitation.objects.create(
        summary=locked, invited=person, created_at=now, expires_at=now + INVITATION_LASTS
    )


@transaction.atomic
def invite_author_by_link(*, summary: Summary, by: Viewer) -> tuple[AuthorInvitation, str]:
    """Make a link whose first taker becomes an author; return it with its secret."""
    locked = _lock_as_first(summary, by)
    _check_room(locked)
    token, now = new_token(), timezone.now()
    made = AuthorInvitation.objects.create(
        summary=locked,
        digest=digest(token),
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    return made, token


@transaction.atomic
def take_author_invitation_back(*, summary: Summary, number: int, by: Viewer) -> None:
    _lock_as_first(summary, by).author_invitations.filter(pk=number).delete()


def invitation_by_name(number: int, viewer: Viewer) -> AuthorInvitation | None:
    """Return the open invitation of this number, if it is to the viewer."""
    found = AuthorInvitation.objects.open(timezone.now()).to(viewer).for_reading()
    return found.filter(pk=number).first()


def invitation_by_link(token: str) -> AuthorInvitation | None:
    """Return the open invitation with this secret: a wrong and an ended one are alike."""
    found = AuthorInvitation.objects.open(timezone.now()).opened_by(token).for_reading()
    return found.first()


@transaction.atomic
def accept_authorship(*, invitation: AuthorInvitation, by: Viewer) -> Summary:
    """Become an author of the summary; one's vote on it goes, as on any text of one's own.

    Raises:
        NotInvited: it was taken back, has ended, or is for somebody else.
        TooManyAuthors: others were quicker.
    """
    member = require_member(by)
    locked = AuthorInvitation.objects.select_for_update().filter(pk=invitation.pk).first()
    is_open = locked is not None and locked.declined_at is None
    if locked is None or not is_open or locked.expires_at <= timezone.now():
        raise NotInvited
    if locked.invited_id not in (None, member.pk):
        raise NotInvited
    summary = Summary.objects.select_for_update(of=("self",)).get(pk=locked.summary_id)
    locked.delete()
    if summary.joint_count + 1 >= MOST_AUTHORS:
        raise TooManyAuthors
    joined = authors.join(summary, member)
    summary.author_invitations.filter(invited=member).delete()
    if SummaryVote.objects.by(member).filter(summary=summary).delete()[0]:
        rescore(joined)
    return joined


@transaction.atomic
def decline_authorship(*, invitation: AuthorInvitation, by: Viewer) -> None:
    """Say no. The first author sees that; a link that was declined still works for others."""
    member = require_member(by)
    rows = AuthorInvitation.objects.filter(pk=invitation.pk, invited=member)
    rows.update(declined_at=timezone.now())


@transaction.atomic
def remove_author(*, summary: Summary, person: User, by: Viewer) -> Summary:
    """Take an author off: oneself, or as the first author somebody else.

    Raises:
        NotYours, OnlyFirstAuthor: as for links.
        NotAnAuthor: the person is none, or the only one.
    """
    member = require_member(by)
    locked = _lock(summary)
    if member.pk != person.pk:
        _check_first(locked, member)
    if not locked.is_by(person) or not locked.joint_count:
        raise NotAnAuthor
    return authors.part(locked, person)


@transaction.atomic
def hand_over(*, summary: Summary, person: User, by: Viewer) -> Summary:
    """Make another author the first one, who decides about the summary from then on."""
    locked = _lock_as_first(summary, by)
    if not locked.authorships.filter(person=person).exists():
        raise NotAnAuthor
    return authors.lead(locked, person)


@transaction.atomic
def move_author_up(*, summary: Summary, person: User, by: Viewer) -> None:
    """Name a further author one place earlier."""
    locked = _lock_as_first(summary, by)
    people = list(locked.further_authors)
    place = next((n for n, one in enumerate(people) if one.pk == person.pk), None)
    if place is None:
        raise NotAnAuthor
    if place > 0:
        people[place - 1], people[place] = people[place], people[place - 1]
        authors.arrange(locked, people)


def _lock(summary: Summary) -> Summary:
    return Summary.objects.select_for_update(of=("self",)).get(pk=summary.pk)


def _lock_as_first(summary: Summary, by: Viewer) -> Summary:
    locked = _lock(summary)
    _check_first(locked, require_member(by))
    return locked


def _check_first(summary: Summary, member: User) -> None:
    if not summary.is_by(member):
        raise NotYours
    if not summary.is_led_by(member):
        raise OnlyFirstAuthor


def _check_room(summary: Summary) -> None:
    asked = summary.author_invitations.open(timezone.now()).count()
    if 1 + summary.joint_count + asked >= MOST_AUTHORS:
        raise TooManyAuthors
