"""Writes about claims that people propose. What texts mark is written by `following`."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.claims import counts
from shortscience.claims.models import Claim, ClaimMerge, ClaimVersion
from shortscience.claims.rules import (
    CHANGES,
    MAX_REASON,
    MOST_A_PAPER,
    PROPOSALS,
    ChangeTheText,
    Decided,
    NotYourClaim,
    NotYourText,
    TooManyClaims,
)
from shortscience.claims.saying import RENDERED, Said, checked, fill, keep_version, render
from shortscience.claims.signals import changed
from shortscience.claims.wrapping import marked_in
from shortscience.lib import markup
from shortscience.lib.errors import NotAllowed
from shortscience.lib.limits import check_limit
from shortscience.lib.plaintext import squeeze
from shortscience.papers.models import Paper
from shortscience.summaries.actions import save_summary
from shortscience.summaries.models import Summary


def propose(*, by: Viewer, paper: Paper, said: Said, summary: Summary | None = None) -> Claim:
    """Add a claim to the paper's list, or propose to a summary's writer to mark it in the text.

    The proposer's name stands beside it.

    Raises:
        SignInFirst, NotAllowed: the person may not write, or not here.
        WrongStatement, markup.SourceRefused: it is no claim; the sentence says what to change.
        TooManyClaims, TooFast: there are enough.
    """
    member = require_member(by)
    told = checked(said)
    with transaction.atomic():
        locked = Paper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
        if summary is not None and not summary.is_public:
            raise NotAllowed(_("This summary is not public: nothing can be proposed for it."))
        if summary is not None and summary.is_by(member):
            raise NotAllowed(_("This summary is yours: mark the claim in its text."))
        _check_pace(member)
        if Claim.objects.of(locked).count() >= MOST_A_PAPER:
            raise TooManyClaims
        now = timezone.now()
        claim = Claim(
            paper=locked,
            summary=summary,
            origin=Claim.Origin.PAGE if summary is None else Claim.Origin.SUMMARY,
            proposed_by=member,
            created_at=now,
        )
        fill(claim, told)
        claim.save()
        keep_version(claim, editor=member, at=now)
        counts.refresh(locked)
    return claim


def change(*, by: Viewer, claim: Claim, said: Said) -> Claim:
    """Change what a proposed claim says, as a new version.

    Raises:
        NotYourClaim: somebody else proposed it, and the person does not moderate.
        ChangeTheText: a text says it.
        WrongStatement, markup.SourceRefused, TooFast: as in `propose`.
    """
    member = require_member(by)
    told = checked(said)
    with transaction.atomic():
        locked = _locked(claim)
        if locked.mark:
            raise ChangeTheText
        if locked.proposed_by_id != member.pk and not member.is_staff:
            raise NotYourClaim
        if fill(locked, told):
            _check_changes(member)
            locked.version += 1
            locked.save()
            keep_version(locked, editor=member, at=timezone.now())
            # Its metric may make it one with others, or part it from them.
            counts.refresh(locked.paper)
            changed.send(Claim, claims=[locked.pk])
    return locked


def withdraw(*, by: Viewer, claim: Claim) -> Claim | None:
    """Take one's own proposal back. Discussed or tested, it stays as it is; return it then.

    Raises:
        NotYourClaim: somebody else proposed it.
        ChangeTheText: a text says it.
    """
    member = require_member(by)
    with transaction.atomic():
        locked = _locked(claim)
        if locked.mark:
            raise ChangeTheText
        if locked.proposed_by_id != member.pk:
            raise NotYourClaim
        if locked.comment_count or locked.is_tested or _is_joined(locked):
            locked.proposed_by = None
            locked.save(update_fields=["proposed_by"])
            locked.versions.filter(editor=member).update(editor=None)
            return locked
        paper = locked.paper
        locked.delete()
        counts.refresh(paper)
    return None


def take_over(*, by: Viewer, claim: Claim) -> tuple[Claim, bool]:
    """Write a proposed claim into the text that it was proposed for, as its writer.

    Returns:
        The claim, and whether its sentence stood in the text; else it is the text's last line now.

    Raises:
        NotYourText: somebody else wrote the summary.
        Decided: it was taken over, declined or withdrawn meanwhile.
        Refused: as `save_summary`.
    """
    member = require_member(by)
    with transaction.atomic():
        locked, summary = _proposal(claim, member)
        text, name, was_there = marked_in(summary.text, locked, _marks_of(summary))
        locked.mark = name
        locked.save(update_fields=["mark"])
        save_summary(
            writer=member,
            paper=summary.paper,
            text=text,
            is_anonymous=summary.is_anonymous,
            is_private=summary.is_private,
            group=summary.group,
            base_version=summary.version,
            which=summary.pk,
            note=_("Marked a claim that was proposed"),
        )
        locked.refresh_from_db()
    return locked, was_there


def decline(*, by: Viewer, claim: Claim, reason: str) -> Claim:
    """Say no to a claim that was proposed for one's text; the reason stands beside it.

    Raises:
        NotYourText: somebody else wrote the summary.
        Decided: it was taken over, declined or withdrawn meanwhile.
    """
    member = require_member(by)
    told = squeeze(reason)[:MAX_REASON]
    if told:
        markup.check_source(told)
    with transaction.atomic():
        locked, _summary = _proposal(claim, member)
        locked.declined_at, locked.decline_reason = timezone.now(), told
        locked.save(update_fields=["declined_at", "decline_reason"])
        counts.refresh(locked.paper)
    return locked


def rerender_claim(claim: Claim) -> None:
    """Make the HTML again from the stored statement with today's renderer and papers."""
    with transaction.atomic():
        locked = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
        render(locked)
        locked.save(update_fields=RENDERED)


def forget_unpublished(summary: Summary) -> None:
    """Remove what only the writer could read, when the writer leaves the summary behind."""
    ClaimVersion.objects.filter(claim__summary=summary, is_shown=False).delete()


def erase_proposals(leaver: User) -> None:
    """Remove what a person proposed who leaves with all texts; what others discuss stays."""
    for claim in Claim.objects.filter(proposed_by=leaver, mark="").oldest_first():
        withdraw(by=leaver, claim=claim)


def _locked(claim: Claim) -> Claim:
    # In the order of all writes: the paper first.
    Paper.objects.select_for_update(of=("self",)).only("pk").get(claims=claim.pk)
    locked = Claim.objects.select_for_update(of=("self",)).select_related("paper", "summary")
    return locked.get(pk=claim.pk)


def _proposal(claim: Claim, member: User) -> tuple[Claim, Summary]:
    locked = _locked(claim)
    if locked.summary is None or not locked.summary.is_by(member):
        raise NotYourText
    if not locked.is_proposal or locked.is_hidden:
        raise Decided
    return locked, locked.summary


def _marks_of(summary: Summary) -> set[str]:
    """Return the ids that a claim of this text has or had."""
    return set(Claim.objects.in_text(summary).values_list("mark", flat=True))


def _is_joined(claim: Claim) -> bool:
    return ClaimMerge.objects.filter(keep=claim, undone_at__isnull=True).exists()


def _check_pace(member: User) -> None:
    times = Claim.objects.filter(proposed_by=member).order_by("-created_at")
    check_limit(
        PROPOSALS,
        times.values_list("created_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of claims for one day. Your text is kept here."),
    )


def _check_changes(member: User) -> None:
    times = ClaimVersion.objects.filter(editor=member).order_by("-saved_at")
    check_limit(
        CHANGES,
        times.values_list("saved_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of changes for one day. Your text is kept here."),
    )
