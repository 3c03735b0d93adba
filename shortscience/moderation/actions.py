"""What members report and what moderators do about it. Every act is logged with its reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.claims import counts as claim_counts
from shortscience.claims.models import Claim
from shortscience.discussion import mentions
from shortscience.discussion.actions import refresh_counts
from shortscience.discussion.models import Comment
from shortscience.evidence import deciding
from shortscience.evidence.models import ExternalEvidence
from shortscience.evidence.models import Report as RunReport
from shortscience.lib.errors import NotAllowed, Refused
from shortscience.lib.limits import check_limit
from shortscience.library.models import ReadingList
from shortscience.moderation.models import LogEntry, Report
from shortscience.moderation.rules import REPORTS
from shortscience.papers.models import Paper
from shortscience.papers.outbox import changed
from shortscience.summaries import counts
from shortscience.summaries.models import Summary
from shortscience.summaries.tasks import refresh_references_later

# What can be taken out of sight.
Hideable = Summary | Comment | Paper | ReadingList | Claim | RunReport | ExternalEvidence
Target = Hideable | User


def require_moderator(viewer: Viewer) -> User:
    """Return the viewer as a moderator.

    Raises:
        NotAllowed: anybody else.
    """
    member = require_member(viewer)
    if not member.is_staff:
        raise NotAllowed(gettext("Only moderators can do this."))
    return member


def target_field(target: Target) -> str:
    """Return the name of the column of a report or log entry that points to such a thing."""
    names = {
        Summary: "summary",
        Comment: "comment",
        Paper: "paper",
        User: "person",
        ReadingList: "reading_list",
        Claim: "claim",
        RunReport: "run_report",
        ExternalEvidence: "external_evidence",
    }
    return names[type(target)]


def in_words(target: Target) -> str:
    """Return what the log calls this thing; never who wrote a text."""
    match target:
        case Summary():
            return f"a summary of “{target.paper.title[:180]}”"
        case Comment():
            return f"a comment on “{target.paper.title[:180]}”"
        case Paper():
            return f"the paper “{target.title[:180]}”"
        case User():
            return f"the account {target.username}"
        case Claim():
            return f"a claim of “{target.paper.title[:180]}”"
        case RunReport():
            return f"a report on “{target.paper.title[:180]}”"
        case ExternalEvidence():
            return f"imported evidence on “{target.paper.title[:180]}”"
        case ReadingList():
            # What somebody keeps for themselves is told to nobody, moderators neither.
            return f"the reading list “{target.name}”" if target.is_public else "a private list"


@transaction.atomic
def report(*, reporter: Viewer, target: Target, reason: str, note: str = "") -> Report:
    """Tell the moderators about something. One open report per person and thing.

    Raises:
        SignInFirst, NotAllowed: the person may not report.
        TooFast: too many reports in an hour.
    """
    member = require_member(reporter)
    about = {target_field(target): target}
    again = Report.objects.open().filter(reporter=member, **about).first()
    if again is not None:
        again.reason, again.note = Report.Reason(reason), note
        again.save(update_fields=["reason", "note"])
        return again
    _check_pace(member)
    return Report.objects.create(
        reporter=member,
        reason=Report.Reason(reason),
        note=note,
        created_at=timezone.now(),
        about=in_words(target),
        **about,
    )


@transaction.atomic
def hide(*, moderator: Viewer, target: Hideable, reason: str) -> LogEntry:
    """Take something out of sight of everyone but moderators (and of its own writer)."""
    return _set_hidden(moderator, target, timezone.now(), LogEntry.Act.HIDE, reason)


@transaction.atomic
def restore(*, moderator: Viewer, target: Hideable, reason: str) -> LogEntry:
    """Bring something hidden back."""
    return _set_hidden(moderator, target, None, LogEntry.Act.RESTORE, reason)


@transaction.atomic
def keep(*, moderator: Viewer, target: Target, reason: str) -> LogEntry:
    """Close the open reports about something without doing anything to it."""
    actor = require_moderator(moderator)
    _close_reports(actor, target, Report.Outcome.KEPT)
    return _log(actor, LogEntry.Act.KEEP, target, reason)


@transaction.atomic
def ban(*, moderator: Viewer, person: User, reason: str) -> LogEntry:
    """Close an account for signing in and writing, and end its sessions. Texts stay.

    Raises:
        Refused: on oneself or another moderator.
    """
    actor = require_moderator(moderator)
    locked = User.objects.select_for_update().get(pk=person.pk)
    if locked.pk == actor.pk or locked.is_staff:
        raise Refused(gettext("A moderator’s account cannot be banned here; ask the operator."))
    locked.banned_at = timezone.now()
    locked.ban_reason = reason[:200]
    locked.is_active = False
    locked.save(update_fields=["banned_at", "ban_reason", "is_active"])
    _close_reports(actor, locked, Report.Outcome.HIDDEN)
    return _log(actor, LogEntry.Act.BAN, locked, reason)


@transaction.atomic
def unban(*, moderator: Viewer, person: User, reason: str) -> LogEntry:
    """Open a banned account again."""
    actor = require_moderator(moderator)
    locked = User.objects.select_for_update().get(pk=person.pk)
    locked.banned_at = None
    locked.ban_reason = ""
    locked.is_active = not locked.is_imported
    locked.save(update_fields=["banned_at", "ban_reason", "is_active"])
    return _log(actor, LogEntry.Act.UNBAN, locked, reason)


def _set_hidden(
    moderator: Viewer,
    target: Hideable,
    moment: datetime | None,
    act: LogEntry.Act,
    reason: str,
) -> LogEntry:
    actor = require_moderator(moderator)
    model = type(target)
    locked = model._default_manager.select_for_update(of=("self",)).get(pk=target.pk)
    if isinstance(locked, Paper) and locked.merged_into_id is not None:
        raise Refused(gettext("This paper was merged into another one; undo the merge instead."))
    locked.hidden_at = moment
    locked.save(update_fields=["hidden_at"])
    match locked:
        case Summary():
            counts.refresh(locked.paper, people=locked.named_authors)
            claim_counts.refresh(locked.paper)
        case Claim():
            claim_counts.refresh(locked.paper)
        case RunReport():
            # Only what everybody sees counts for a claim.
            deciding.refresh_for(locked)
        case Comment():
            refresh_counts(locked)
            mentions.refresh_of(locked)
        case Paper():
            changed([locked.pk])
            refresh_references_later(locked)
            deciding.refresh(Claim.objects.of(locked).values_list("pk", flat=True))
    if act is LogEntry.Act.HIDE:
        _close_reports(actor, locked, Report.Outcome.HIDDEN)
    return _log(actor, act, locked, reason)


def _close_reports(actor: User, target: Target, outcome: Report.Outcome) -> None:
    Report.objects.open().filter(**{target_field(target): target}).update(
        resolved_at=timezone.now(), resolved_by=actor, outcome=outcome
    )


def _log(actor: User, act: LogEntry.Act, target: Target, reason: str) -> LogEntry:
    return LogEntry.objects.create(
        actor=actor,
        act=act,
        reason=reason[:200],
        happened_at=timezone.now(),
        about=in_words(target),
        **{target_field(target): target},
    )


def _check_pace(member: User) -> None:
    times = Report.objects.filter(reporter=member).order_by("-created_at")
    check_limit(
        REPORTS,
        times.values_list("created_at", flat=True),
        now=timezone.now(),
        sentence=gettext("That is a lot of reports for one hour. Thank you; continue later."),
    )
