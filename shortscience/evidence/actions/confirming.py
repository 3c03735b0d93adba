"""A report that repeats another one: whether it may say so, and what it decides."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from shortscience.accounts.models import User
from shortscience.discussion.actions import add_comment
from shortscience.discussion.models import Comment
from shortscience.evidence.documents import reading_of
from shortscience.evidence.models import Confirmation, Report
from shortscience.evidence.reading import Reading
from shortscience.evidence.reading.confirming import Decision, Outcome, compare, seeds_fault
from shortscience.evidence.rules import (
    NothingToConfirm,
    NotYourRun,
    SameNumbers,
    WrongSeeds,
)
from shortscience.papers.models import Paper

# Of a dispute, the thread names the first ones; the page of the report has them all.
_REASONS_TOLD = 5


def confirmed_report(reading: Reading, member: User, paper: Paper) -> Report | None:
    """Return the report that this one says it repeats; None if it says no such thing.

    Raises:
        NothingToConfirm: that one is not here.
        NotYourRun: somebody else ran it.
        WrongSeeds: the fresh seeds of a replication were chosen.
        SameNumbers: fresh seeds gave every number again.
    """
    said = reading.report.confirms
    if said is None:
        return None
    there = Report.objects.standing().on(paper).select_related("document", "uploader")
    of = there.filter(sha256=said.report).first()
    if of is None:
        raise NothingToConfirm(said.report[:10])
    if said.user != member.username:
        raise NotYourRun(said.user, member.username)
    if said.how == "replicate":
        if fault := seeds_fault(reading.report, member.username):
            raise WrongSeeds(fault)
        is_exact = all(v.claim.kind in ("exact", "out_of_reach") for v in reading.verdicts)
        if of.values_sha256 == reading.values_sha256 and not is_exact:
            raise SameNumbers(of.short)
    return of


def confirm(report: Report, of: Report, reading: Reading, member: User) -> Confirmation:
    """Store what the new report says about the older one; a dispute opens a thread with both."""
    said = reading.report.confirms
    how = said.how if said is not None else Confirmation.How.REPLAY
    outcome = compare(reading_of(of), reading, how)
    confirmation = Confirmation(
        report=report,
        of=of,
        how=how,
        decision=outcome.decision.value,
        by_claim={key: decision.value for key, decision in outcome.by_claim.items()},
        reasons=list(outcome.reasons),
    )
    if outcome.decision is Decision.DISPUTED and report.weight > 0:
        confirmation.thread = _open_thread(confirmation, outcome, member)
    confirmation.save()
    return confirmation


def _open_thread(confirmation: Confirmation, outcome: Outcome, member: User) -> Comment:
    """Ask, on the paper and under the name of who ran it again, why the two differ."""
    report, of = confirmation.report, confirmation.of
    kept, other = (f"[{one.short}]({_address(one)})" for one in (of, report))
    claims = ", ".join(
        f"`{key}`" for key, said in outcome.by_claim.items() if said is Decision.DISPUTED
    )
    sender = f" (@{of.uploader.username})" if of.uploader else ""
    lines = [
        _(
            "Two reports of `%(slug)s` %(version)s do not agree: %(kept)s%(sender)s and mine,"
            " %(other)s."
        )
        % {
            "slug": of.version.reproduction.slug,
            "version": of.version.name,
            "kept": kept,
            "sender": sender,
            "other": other,
        },
        _("Disputed: %(claims)s. What is different?") % {"claims": claims or "?"},
        "\n".join(f"- {_plain(reason)}" for reason in outcome.reasons[:_REASONS_TOLD]),
    ]
    return add_comment(
        writer=member,
        paper=report.paper,
        text="\n\n".join(line for line in lines if line),
        kind=Comment.Kind.QUESTION,
    )


def _plain(reason: str) -> str:
    """Names of arms may hold signs that Markdown reads."""
    return reason.replace("_", r"\_").replace("*", r"\*")


def _address(report: Report) -> str:
    return str(settings.SITE_URL) + report.get_absolute_url()
