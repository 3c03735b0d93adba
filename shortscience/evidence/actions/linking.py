"""Saying which claim of the site a version of a reproduction tests."""

from __future__ import annotations

from collections.abc import Container

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.claims.models import Claim
from shortscience.evidence import deciding
from shortscience.evidence.models import ClaimEvidence, Report, TestedClaim
from shortscience.evidence.rules import (
    LINKS,
    MAX_REASON,
    AlreadyTakenOff,
    AnotherPaper,
    NotForAll,
    NotYourLink,
    ReasonMissing,
)
from shortscience.lib import markup
from shortscience.lib.limits import check_limit
from shortscience.lib.plaintext import squeeze
from shortscience.papers.models import Paper


@transaction.atomic
def link_claim(*, by: Viewer, tested: TestedClaim, claim: Claim, reason: str = "") -> ClaimEvidence:
    """Say that this is the claim that those reports test; its status follows.

    Who sent a report of that reproduction needs no reason, anybody else gives one. Again by
    anybody, it is the link that is there.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        NotForAll: not everybody can read the claim.
        AnotherPaper: the claim is of another paper.
        ReasonMissing, TooFast: no reason; too many in a day.
    """
    member = require_member(by)
    told = _checked(reason)
    paper = tested.version.reproduction.paper
    Paper.objects.select_for_update(of=("self",)).only("pk").get(pk=paper.pk)
    # Reports of what was joined to another claim count for that one; so does its link.
    locked = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if locked.paper_id != paper.pk:
        raise AnotherPaper
    if not Claim.objects.public().standing().filter(pk=locked.pk).exists():
        raise NotForAll
    there = ClaimEvidence.objects.standing().filter(tested=tested, claim=locked).first()
    if there is not None:
        return _renewed(there, locked)
    if not told and not _sent_a_report(member, tested):
        raise ReasonMissing
    _check_pace(member)
    link = ClaimEvidence.objects.create(
        tested=tested,
        claim=locked,
        claim_version=locked.version,
        linked_by=member,
        linked_at=timezone.now(),
        reason=told,
    )
    deciding.refresh([locked.pk])
    return link


@transaction.atomic
def unlink_claim(*, by: Viewer, link: ClaimEvidence, reason: str = "") -> ClaimEvidence:
    """Take a link off; who made it needs no reason, anybody else gives one.

    Raises:
        NotYourLink: the person has no part in it.
        AlreadyTakenOff: somebody did so meanwhile.
        ReasonMissing: no reason.
    """
    member = require_member(by)
    told = _checked(reason)
    Paper.objects.select_for_update(of=("self",)).only("pk").get(claims=link.claim_id)
    rows = ClaimEvidence.objects.select_for_update(of=("self",))
    locked = rows.select_related("claim__summary", "tested__version").get(pk=link.pk)
    if not may_unlink(member, locked):
        raise NotYourLink
    if not locked.is_standing:
        raise AlreadyTakenOff
    if not told and locked.linked_by_id != member.pk:
        raise ReasonMissing
    locked.taken_off_at, locked.taken_off_by = timezone.now(), member
    locked.taken_off_reason = told
    locked.save(update_fields=["taken_off_at", "taken_off_by", "taken_off_reason"])
    deciding.refresh([locked.claim_id])
    return locked


def may_unlink(viewer: Viewer, link: ClaimEvidence, tried: Container[int] | None = None) -> bool:
    """Whether the viewer may take this link off.

    Args:
        tried: the reproductions of which the viewer sent a report, for a page with many links.
    """
    if not isinstance(viewer, User):
        return False
    return (
        viewer.is_staff
        or link.linked_by_id == viewer.pk
        or link.claim.is_by(viewer)
        or (
            _sent_a_report(viewer, link.tested)
            if tried is None
            else link.tested.version.reproduction_id in tried
        )
    )


def _renewed(link: ClaimEvidence, claim: Claim) -> ClaimEvidence:
    """Who links again what was changed since says that it is still what is tested."""
    if link.claim_version != claim.version:
        link.claim_version = claim.version
        link.save(update_fields=["claim_version"])
        deciding.refresh([claim.pk])
    return link


def _sent_a_report(person: User, tested: TestedClaim) -> bool:
    mine = Report.objects.standing().by(person)
    return mine.filter(version__reproduction=tested.version.reproduction_id).exists()


def _checked(reason: str) -> str:
    told = squeeze(reason)[:MAX_REASON]
    if told:
        markup.check_source(told)
    return told


def _check_pace(member: User) -> None:
    times = ClaimEvidence.objects.filter(linked_by=member).order_by("-linked_at")
    check_limit(
        LINKS,
        times.values_list("linked_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of links for one day. Continue tomorrow."),
    )
