"""Claims that a text marks follow the text, in the transaction that saves it.

A mark is a row from the first save on, private texts' too: it is seen by whoever sees the text. A
change of it is a version. A mark that goes retires its row, so that its address and what others
said about it stay; what nobody but the writer ever saw goes for good.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone

from shortscience.claims import counts
from shortscience.claims.models import Claim, ClaimMerge, ClaimVersion
from shortscience.claims.saying import Said, fill, keep_version, said_by
from shortscience.claims.signals import changed
from shortscience.lib import markup
from shortscience.lib.prepared import Prepared
from shortscience.summaries.actions import RENDERED_FIELDS, write_html
from shortscience.summaries.models import Summary, SummaryRevision
from shortscience.summaries.signals import text_written


@receiver(text_written)
def follow(
    summary: Summary,
    marks: Sequence[markup.ClaimMark] | None,
    is_new: bool = False,
    **_signal: object,
) -> None:
    """Make the rows equal to what the text marks; None: the text is about to be erased."""
    rows = [] if is_new else _LOCKED(summary)
    if marks is None:
        _let_go(summary, rows)
    elif marks or rows:
        _bring_up_to_date(summary, marks, {row.mark: row for row in rows if row.mark})
    if rows:
        # Among whom a text is read changes which comments its readers see.
        counts.recount_comments_of(Claim.objects.filter(pk__in=[row.pk for row in rows]))
    if rows or marks:
        counts.refresh(summary.paper)


def shown_in(summary: Summary, claims: Sequence[Claim]) -> dict[str, markup.ShownClaim]:
    """Return what the chips in the text say, by the ids of the marks."""
    page = summary.paper.get_absolute_url()
    return {
        claim.mark: markup.ShownClaim(
            url=f"{page}#{claim.anchor}",
            status=claim.drawn_as,
            # Not translated: it is stored in the text, which has one language for all readers.
            word=claim.status.replace("_", " "),
        )
        for claim in claims
    }


_LOCKED = Prepared(
    lambda summary: Claim.objects.in_text(summary).select_for_update(of=("self",)).oldest_first()
)


def _bring_up_to_date(
    summary: Summary, marks: Sequence[markup.ClaimMark], rows: dict[str, Claim]
) -> None:
    now = timezone.now()
    if rows and summary.is_anonymous and _had_a_name(summary):
        _forget_the_name(rows.values())
    for mark in marks:
        if mark.id in rows:
            _update(rows[mark.id], summary, said_by(mark), now)
    new = [mark for mark in marks if mark.id not in rows]
    made = _make(summary, new, now)
    gone = [row for name, row in rows.items() if name not in {mark.id for mark in marks}]
    for row in gone:
        _retire(row, now)
    if marks:
        shown = shown_in(summary, [*rows.values(), *made])
        write_html(summary, summary.text, claims=shown)
        summary.save(update_fields=RENDERED_FIELDS)


def _make(summary: Summary, marks: Sequence[markup.ClaimMark], now: datetime) -> Sequence[Claim]:
    claims = []
    for mark in marks:
        claim = Claim(
            paper=summary.paper,
            summary=summary,
            mark=mark.id,
            origin=Claim.Origin.MARK,
            created_at=now,
        )
        fill(claim, said_by(mark))
        claims.append(claim)
    Claim.objects.bulk_create(claims)
    shown = summary.is_for_all
    for claim in claims:
        keep_version(claim, editor=None, at=now, is_shown=shown, text_version=summary.version)
    return claims


def _update(claim: Claim, summary: Summary, said: Said, now: datetime) -> None:
    """Take over what the text says now; what only its writer has seen so far leaves no trace."""
    current = ClaimVersion.objects.filter(claim=claim, number=claim.version).first()
    is_seen = current is None or current.is_shown
    is_changed = fill(claim, said)
    if is_changed and is_seen:
        claim.version += 1
    claim.retired_at = None
    claim.save()
    if is_changed or not is_seen:
        if current is not None and not is_seen:
            current.delete()
        keep_version(
            claim,
            editor=None,
            at=now,
            is_shown=summary.is_for_all,
            text_version=summary.version,
        )
    if is_changed:
        changed.send(Claim, claims=[claim.pk])


def _had_a_name(summary: Summary) -> bool:
    """Whether the version before this one was published under its writer's name."""
    before = SummaryRevision.objects.filter(summary=summary, number=summary.version - 1)
    return before.filter(was_anonymous=False).exists()


def _forget_the_name(claims: Collection[Claim]) -> None:
    """What stood under a name that is taken off now is shown to nobody else any more."""
    ClaimVersion.objects.filter(claim__in=list(claims)).update(is_shown=False)


def _retire(claim: Claim, now: datetime) -> None:
    """Let a mark that is gone be seen at its address only; on the list too, where discussed."""
    if claim.retired_at is not None:
        return
    if _is_of_others(claim) or claim.versions.filter(is_shown=True).exists():
        claim.retired_at = now
        claim.save(update_fields=["retired_at"])
    else:
        claim.delete()


def _let_go(summary: Summary, rows: Sequence[Claim]) -> None:
    """The text is erased: its claims go along, but for those that others have a part in."""
    now = timezone.now()
    for row in rows:
        if not row.mark:
            row.summary = None
            row.save(update_fields=["summary"])
        elif _is_of_others(row):
            row.summary, row.mark, row.retired_at = None, "", row.retired_at or now
            row.save(update_fields=["summary", "mark", "retired_at"])
        else:
            row.delete()


def _is_of_others(claim: Claim) -> bool:
    """Whether somebody besides the text's writer did something about it."""
    if claim.comment_count or claim.is_tested or claim.origin != Claim.Origin.MARK:
        return True
    merges = ClaimMerge.objects.filter(Q(keep=claim) | Q(drop=claim))
    return merges.exists() or Claim.objects.filter(merged_into=claim).exists()
