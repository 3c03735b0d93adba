"""What moderators look at: things that members reported, and things that are hidden.

Reports of one thing are one case. All reads of a page cost the same for one case or thirty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from shortscience.accounts.models import User
from shortscience.claims.models import Claim
from shortscience.discussion.models import Comment
from shortscience.evidence.models import ExternalEvidence
from shortscience.evidence.models import Report as RunReport
from shortscience.lib.paging import Page, window
from shortscience.lib.pictures import PictureAddress, addresses_in
from shortscience.library.models import ReadingList
from shortscience.moderation.actions import Target, in_words, target_field
from shortscience.moderation.models import TARGETS, LogEntry, Report
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary

# A moderator decides one after the other; more on a page only loads longer.
CASES_PER_PAGE = 30
# What reporters wrote is read for the newest few; the reasons are counted over all.
NOTES_PER_PAGE = 200

Act = LogEntry.Act
# ("summary", 5): how a thing is addressed.
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to decide about, with what members said about it."""

    target: Target
    reports: int = 0
    reported_at: datetime | None = None
    # How often each reason was given, the most given first.
    reasons: Sequence[tuple[str, int]] = ()
    # Open reports with a note, newest first.
    notes: Sequence[Report] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return target_field(self.target)

    @property
    def words(self) -> str:
        return in_words(self.target)

    @property
    def account(self) -> User | None:
        """Whose account may be closed for it. Never that of an anonymous writer."""
        match self.target:
            case User():
                return self.target
            case Summary() | Comment() | Claim() | RunReport() | ExternalEvidence():
                return self.target.named_author
            case ReadingList():
                return self.target.owner
        return None

    @property
    def is_anonymous(self) -> bool:
        return isinstance(self.target, Summary | Comment) and self.target.is_anonymous

    @property
    def is_private(self) -> bool:
        """Whether its writer took it back since: then nobody else reads it, moderators neither."""
        match self.target:
            case Summary():
                return self.target.is_private
            case Comment(summary=Summary() as summary) | Claim(summary=Summary() as summary):
                return summary.is_private
            case ReadingList():
                return not self.target.is_public
        return False

    @property
    def is_hidden(self) -> bool:
        if isinstance(self.target, User):
            return self.target.is_banned
        return self.target.hidden_at is not None

    @property
    def pictures(self) -> list[PictureAddress]:
        """The images that the text shows; none of what only its writer reads."""
        text = self.target.text if isinstance(self.target, Summary | Comment) else ""
        return [] if self.is_private else list(dict.fromkeys(addresses_in(text)))

    @property
    def acts(self) -> list[LogEntry.Act]:
        """What can be done now, in the order of the buttons."""
        acts: list[LogEntry.Act] = []
        if not isinstance(self.target, User):
            acts.append(Act.RESTORE if self.is_hidden else Act.HIDE)
        if self.reports:
            acts.append(Act.KEEP)
        if self.account is not None and not self.account.is_staff:
            acts.append(Act.UNBAN if self.account.is_banned else Act.BAN)
        return acts


def open_cases(number: int) -> Page[Case]:
    """Return a page of what waits for a decision, what waits longest first."""
    page: Page[dict[str, Any]] = window(  # Any: rows of ids, a count and a time
        _grouped().order_by("first", *TARGETS), number, CASES_PER_PAGE
    )
    keys = [_key(row) for row in page.items]
    targets, reasons, notes = _load(keys), _reasons(keys), _notes(keys)
    cases = [
        Case(
            target=targets[key],
            reports=row["count"],
            reported_at=row["first"],
            reasons=reasons[key],
            notes=notes[key],
        )
        for key, row in zip(keys, page.items, strict=True)
        if key in targets
    ]
    return Page(cases, page.number, page.has_next, page.has_previous)


def count_open() -> int:
    """Return how many things wait for a decision."""
    return _grouped().count()


def find_target(kind: str, pk: int) -> Target | None:
    """Return a thing by its address, whoever may see it."""
    return _load([(kind, pk)]).get((kind, pk)) if kind in TARGETS else None


def case_of(target: Target) -> Case:
    """Return the case of one thing, reported or not."""
    key = (target_field(target), target.pk)
    nothing: dict[str, Any] = {"count": 0, "first": None}
    counted = next(iter(_grouped().filter(**{key[0]: target})), nothing)
    return Case(
        target=target,
        reports=counted["count"],
        reported_at=counted["first"],
        reasons=_reasons([key])[key],
        notes=_notes([key])[key],
    )


def hidden_things(number: int) -> Page[LogEntry]:
    """Return a page of what is hidden or banned now, as the log entries of those acts.

    The log is read and not the papers: it is short, and it knows who did it and why.
    """
    still = Q(act=Act.HIDE) & (
        Q(summary__hidden_at__isnull=False)
        | Q(comment__hidden_at__isnull=False)
        | Q(paper__hidden_at__isnull=False)
        | Q(reading_list__hidden_at__isnull=False)
        | Q(claim__hidden_at__isnull=False)
        | Q(run_report__hidden_at__isnull=False)
        | Q(external_evidence__hidden_at__isnull=False)
    ) | Q(act=Act.BAN, person__banned_at__isnull=False)
    same = Q()
    for name in TARGETS:
        same |= Q(**{name: OuterRef(name)})
    again = LogEntry.objects.filter(same, act=OuterRef("act"), pk__gt=OuterRef("pk"))
    entries = LogEntry.objects.filter(still, ~Exists(again)).for_log().newest_first()
    return window(entries, number, CASES_PER_PAGE)


def _grouped() -> QuerySet[Report, dict[str, Any]]:
    """Open reports, one row for each thing; reports of what was deleted since are left out."""
    exists = Q()
    for name in TARGETS:
        exists |= Q(**{f"{name}__isnull": False})
    reports = Report.objects.open().filter(exists).order_by()
    grouped: QuerySet[Report, dict[str, Any]] = reports.values(*TARGETS).annotate(
        count=Count("pk"), first=Min("created_at")
    )
    return grouped


def _key(row: dict[str, Any]) -> Key:
    return next((name, row[name]) for name in TARGETS if row[name] is not None)


def _load(keys: Iterable[Key]) -> dict[Key, Target]:
    """Return the things, with what a case prints of them: one query for each kind."""
    models: dict[str, QuerySet[Any]] = {  # Any: eight models
        "summary": Summary.objects.select_related("paper", "author"),
        "comment": Comment.objects.select_related("paper", "author", "summary"),
        "paper": Paper.objects.all(),
        "person": User.objects.all(),
        "reading_list": ReadingList.objects.select_related("owner"),
        "claim": Claim.objects.select_related("paper", "proposed_by", "summary"),
        "run_report": RunReport.objects.select_related("version__reproduction__paper", "uploader"),
        "external_evidence": ExternalEvidence.objects.select_related("paper", "uploader"),
    }
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, pk in keys:
        by_kind[kind].append(pk)
    return {
        (kind, pk): target
        for kind, pks in by_kind.items()
        for pk, target in models[kind].in_bulk(pks).items()
    }


def _about(keys: Sequence[Key]) -> Q:
    """Return the condition that a report is about one of these."""
    condition = Q(pk__in=[])
    for name in TARGETS:
        pks = [pk for kind, pk in keys if kind == name]
        if pks:
            condition |= Q(**{f"{name}__in": pks})
    return condition


def _reasons(keys: Sequence[Key]) -> dict[Key, list[tuple[str, int]]]:
    rows = (
        Report.objects.open()
        .filter(_about(keys))
        .order_by()
        .values(*TARGETS, "reason")
        .annotate(count=Count("pk"))
        .order_by("-count", "reason")
    )
    reasons: dict[Key, list[tuple[str, int]]] = defaultdict(list)
    for row in rows:
        reasons[_key(row)].append((str(Report.Reason(row["reason"]).label), row["count"]))
    return reasons


def _notes(keys: Sequence[Key]) -> dict[Key, list[Report]]:
    rows = Report.objects.open().filter(_about(keys)).exclude(note="")
    notes: dict[Key, list[Report]] = defaultdict(list)
    for report in rows.select_related("reporter").order_by("-created_at", "-pk")[:NOTES_PER_PAGE]:
        notes[(report.target_kind, getattr(report, f"{report.target_kind}_id"))].append(report)
    return notes
