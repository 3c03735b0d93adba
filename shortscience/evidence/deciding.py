"""What reports say together about a claim: its status, and what its line tells.

Both follow from the rows and can always be computed again. Which reports count:
full runs that everybody can see, the last look of a person at one version, the last version.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.dispatch import receiver

from shortscience.claims import deciding, signals
from shortscience.claims.models import Claim, ClaimVersion, Kind
from shortscience.evidence.models import (
    ClaimEvidence,
    Confirmation,
    Finding,
    Report,
    ReproductionVersion,
    Standing,
    Status,
)

_DECIDED = frozenset({Status.REPRODUCED, Status.NOT_REPRODUCED})
# In these a claim says something else than before; other words for it are the same claim.
_SAYS = ("kind", "metric", "relation", "value", "unit")


@dataclass(frozen=True, slots=True)
class Counted:
    """One finding as it counts for a claim."""

    report: Report
    status: str
    is_disputed: bool


@receiver(signals.changed)
def _follow(claims: Iterable[int], **_signal: object) -> None:
    refresh(claims)


@transaction.atomic
def refresh(claims: Iterable[int]) -> int:
    """Compute these claims again, and those that they were joined to; return how many changed.

    Call it in the transaction of the change.
    """
    statuses: dict[int, str] = {}
    changed = 0
    for claim in _with_kept(claims):
        counted = list(_counted(claim))
        statuses[claim.pk] = status_of(counted)
        changed += _write_standing(claim, counted)
    return changed + deciding.give(statuses)


def refresh_for(report: Report) -> int:
    """Compute every claim again that this report says something about."""
    return refresh(_claims_of([report.version_id]))


def recount() -> dict[str, int]:
    """Compute every claim again that has, or had, a report."""
    linked = ClaimEvidence.objects.values_list("claim", flat=True)
    marked = Claim.objects.exclude(status=Claim.Status.UNTESTED).values_list("pk", flat=True)
    stored = Standing.objects.values_list("claim", flat=True)
    claims = sorted({*linked, *marked, *stored})
    return {"statuses of claims": sum(refresh([pk]) for pk in claims)}


def status_of(counted: Iterable[Counted]) -> str:
    """Return one word for what several reports say."""
    rows = list(counted)
    decided = {row.status for row in rows} & _DECIDED
    if len(decided) == 2 or any(row.is_disputed for row in rows if row.status in _DECIDED):
        return Claim.Status.DISPUTED
    if decided:
        return decided.pop()
    words = {row.status for row in rows}
    for word in (Claim.Status.INCONCLUSIVE, Claim.Status.NOT_ATTEMPTED):
        if word in words:
            return word
    return Claim.Status.UNTESTED


def links_that_count(claim: Claim) -> Iterator[ClaimEvidence]:
    """Yield the links of a claim's line to what still says what was linked."""
    line = [claim.pk, *_joined_to(claim)]
    links = ClaimEvidence.objects.standing().filter(claim__in=line).select_related("claim")
    for link in links.order_by("pk"):
        if says_the_same(link):
            yield link


def says_the_same(link: ClaimEvidence) -> bool:
    """Whether the claim still says what it said when it was linked; `claim` must be loaded."""
    claim = link.claim
    if link.claim_version == claim.version:
        return True
    then = ClaimVersion.objects.filter(claim=claim, number=link.claim_version).first()
    return then is not None and all(getattr(then, n) == getattr(claim, n) for n in _SAYS)


# --- which reports count ----------------------------------------------------------------------


def _counted(claim: Claim) -> Iterator[Counted]:
    tested = {link.tested_id for link in links_that_count(claim)}
    if not tested:
        return
    # After papers were parted again, a link may lead to what is now of another one.
    reports = Report.objects.standing().filter(version__reproduction__paper=claim.paper_id)
    findings = Finding.objects.filter(tested__in=tested, report__in=reports)
    rows = findings.select_related("tested", "report__version__reproduction").order_by("report")
    found = [row for row in rows if not row.report.is_trial]
    outdated = _outdated([row.report for row in found])
    disputed = _disputed([row.report_id for row in found])
    for row in found:
        if row.report_id not in outdated:
            is_disputed = row.tested.key in disputed[row.report_id]
            yield Counted(row.report, _as_it_counts(row, claim), is_disputed)


def _as_it_counts(finding: Finding, claim: Claim) -> str:
    """Other data or another size says nothing about the paper's own number, either way."""
    is_number = claim.kind == Kind.NUMBER
    if is_number and finding.tested.is_proxy and finding.status in _DECIDED:
        return Status.INCONCLUSIVE
    return finding.status


def _outdated(reports: list[Report]) -> set[int]:
    """Return those that their own sender replaced: by a later look, or a later version."""
    best: dict[tuple[int, int, str], tuple[int, int]] = {}
    for report in reports:
        if report.uploader_id is not None:
            key = _series(report)
            best[key] = max(best.get(key, (0, 0)), _age(report))
    return {
        report.pk
        for report in reports
        if report.uploader_id is not None and _age(report) < best[_series(report)]
    }


def _series(report: Report) -> tuple[int, int, str]:
    return report.uploader_id or 0, report.version.reproduction_id, report.preset


def _age(report: Report) -> tuple[int, int]:
    return report.version_id, report.look


def _disputed(reports: list[int]) -> dict[int, set[str]]:
    """Return which claims of each report another person's run disputes."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = Confirmation.objects.filter(
        of__in=reports, report__in=Report.objects.standing(), report__weight__gt=0
    )
    for row in rows:
        found[row.of_id] |= {
            key for key, said in row.by_claim.items() if said == Confirmation.Decision.DISPUTED
        }
    return found


def _claims_of(versions: Iterable[int]) -> list[int]:
    rows = ClaimEvidence.objects.filter(tested__version__in=list(versions))
    return list(rows.values_list("claim", flat=True).distinct())


def claims_of_version(version: ReproductionVersion) -> list[int]:
    """Return the numbers of the claims that a version was ever linked to."""
    return _claims_of([version.pk])


# --- lines ------------------------------------------------------------------------------------


def _with_kept(claims: Iterable[int]) -> list[Claim]:
    """Return these claims and those that they were joined to, in one order for all writers."""
    found: dict[int, Claim] = {}
    waiting = set(claims)
    while waiting:
        rows = Claim.objects.filter(pk__in=waiting - found.keys())
        new = {row.pk: row for row in rows}
        found |= new
        waiting = {row.merged_into_id for row in new.values() if row.merged_into_id}
    return [found[pk] for pk in sorted(found)]


def _joined_to(claim: Claim) -> list[int]:
    """Return what was joined to this claim, and to those."""
    found: set[int] = set()
    new = {claim.pk}
    while new:
        rows = Claim.objects.filter(merged_into__in=new).values_list("pk", flat=True)
        new = set(rows) - found
        found |= new
    return sorted(found)


def _write_standing(claim: Claim, counted: list[Counted]) -> int:
    """Store what the line tells; return 1 if it was something else."""
    tried = [row for row in counted if row.status != Status.NOT_ATTEMPTED]
    if not tried:
        return 1 if Standing.objects.filter(claim=claim).delete()[0] else 0
    told = _told(tried)
    row = Standing.objects.filter(claim=claim).first()
    if row is not None and all(getattr(row, name) == value for name, value in told.items()):
        return 0
    Standing.objects.update_or_create(claim=claim, defaults=told)
    return 1


def _told(tried: list[Counted]) -> dict[str, object]:
    held = [row.report for row in tried if row.status == Status.REPRODUCED]
    failed = [row.report for row in tried if row.status == Status.NOT_REPRODUCED]
    first_failed = min(failed, key=lambda report: (report.ran_at, report.pk), default=None)
    weight = _weight(held)
    return {
        "runs": len({row.report.pk for row in tried}),
        "reproduced": len({report.pk for report in held}),
        "failed": len({report.pk for report in failed}),
        "weight": weight,
        "independent": math.floor(weight + 1e-9),
        "disputes": sum(row.is_disputed for row in tried),
        "last_ran_at": _last_run(tried),
        "first_failed_at": first_failed.ran_at if first_failed else None,
        "first_failed_id": first_failed.pk if first_failed else None,
    }


def _last_run(rows: list[Counted]) -> datetime:
    return max(row.report.ran_at for row in rows)


def _weight(reports: list[Report]) -> float:
    """Return the sum of weights, of each person the heaviest report."""
    by_person: dict[object, float] = {}
    for report in reports:
        # Of people who left nobody knows whether they are one; each report keeps its own weight.
        person = report.uploader_id or ("left", report.pk)
        by_person[person] = max(by_person.get(person, 0.0), report.weight)
    return round(sum(by_person.values()), 6)
