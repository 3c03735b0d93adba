"""Joining two claims that say the same, and parting them again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.claims import counts
from shortscience.claims.lines import what_it_says
from shortscience.claims.models import Claim, ClaimMerge
from shortscience.claims.rules import (
    MERGES,
    AlreadyMerged,
    MergeUndone,
    NotTheSame,
    NotYourMerge,
)
from shortscience.claims.signals import changed
from shortscience.lib.errors import Refused
from shortscience.lib.limits import check_limit
from shortscience.papers.models import Paper


@transaction.atomic
def join(*, keep: Claim, drop: Claim, by: Viewer) -> ClaimMerge:
    """Make `drop` a part of the line of `keep`: its address leads there. Texts stay as they are.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        NotTheSame: they differ, and the person does not moderate.
        AlreadyMerged: one of them is part of another line.
        Refused: they are one claim, or of two papers.
        TooFast: too many in a day.
    """
    member = require_member(by)
    keep, drop = _locked(keep, drop)
    if keep.pk == drop.pk:
        raise Refused(_("This is the same claim. Choose another one."))
    if keep.is_merged or drop.is_merged:
        raise AlreadyMerged
    says = what_it_says(keep)
    if not member.is_staff and (says is None or says != what_it_says(drop)):
        raise NotTheSame
    _check_pace(member)
    drop.merged_into = keep
    drop.save(update_fields=["merged_into"])
    merge = ClaimMerge.objects.create(keep=keep, drop=drop, by=member, merged_at=timezone.now())
    counts.refresh(keep.paper)
    changed.send(Claim, claims=[keep.pk, drop.pk])
    return merge


@transaction.atomic
def part(*, merge: ClaimMerge, by: Viewer) -> ClaimMerge:
    """Make two lines of one again.

    Raises:
        NotYourMerge: the person has no part in it.
        MergeUndone: somebody did so meanwhile.
    """
    member = require_member(by)
    keep, drop = _locked(merge.keep, merge.drop)
    locked = ClaimMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if not may_part(locked, member, keep, drop):
        raise NotYourMerge
    if locked.is_undone:
        raise MergeUndone
    drop.merged_into = None
    drop.save(update_fields=["merged_into"])
    locked.undone_at, locked.undone_by = timezone.now(), member
    locked.save(update_fields=["undone_at", "undone_by"])
    counts.refresh(keep.paper)
    changed.send(Claim, claims=[keep.pk, drop.pk])
    return locked


def may_part(merge: ClaimMerge, person: Viewer, keep: Claim, drop: Claim) -> bool:
    if not isinstance(person, User):
        return False
    has_a_part = merge.by_id == person.pk or keep.is_by(person) or drop.is_by(person)
    return has_a_part or person.is_staff


def _locked(one: Claim, other: Claim) -> tuple[Claim, Claim]:
    papers = {one.paper_id, other.paper_id}
    if len(papers) > 1:
        raise Refused(_("These are claims of two papers."))
    Paper.objects.select_for_update(of=("self",)).only("pk").get(pk=papers.pop())
    rows = Claim.objects.select_for_update(of=("self",)).select_related("paper", "summary")
    found = {row.pk: row for row in rows.filter(pk__in=(one.pk, other.pk)).order_by("pk")}
    return found[one.pk], found[other.pk]


def _check_pace(member: User) -> None:
    times = ClaimMerge.objects.filter(by=member).order_by("-merged_at")
    check_limit(
        MERGES,
        times.values_list("merged_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of joins for one day. Continue tomorrow."),
    )
