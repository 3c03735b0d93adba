"""What pages of claims tell of the reports about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shortscience.accounts.querysets import Viewer
from shortscience.claims.models import Claim
from shortscience.evidence.actions.linking import may_unlink
from shortscience.evidence.models import ClaimEvidence, Finding, Report, Standing, TestedClaim
from shortscience.evidence.weighing import explained


@dataclass(frozen=True, slots=True)
class Heard:
    """What one report says of a claim, and how much it counts: the factors with their reasons."""

    finding: Finding
    report: Report
    factors: Sequence[tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One proposition that tests a claim, as somebody says, and every report of it."""

    link: ClaimEvidence
    tested: TestedClaim
    heard: Sequence[Heard]
    may_unlink: bool


def evidence_for(claims: Sequence[Claim], viewer: Viewer) -> list[Evidence]:
    """Return what was measured about these claims, which were joined to one."""
    links = ClaimEvidence.objects.standing().about(claims).oldest_first()
    loaded = list(
        links.select_related(
            "claim__summary", "claim__paper", "tested__version__reproduction__paper", "linked_by"
        )
    )
    if not loaded:
        return []
    shown = Finding.objects.filter(
        tested__in=[link.tested_id for link in loaded],
        report__in=Report.objects.visible_to(viewer).full_runs(),
    )
    by_tested: dict[int, list[Heard]] = {link.tested_id: [] for link in loaded}
    for finding in shown.select_related("report__uploader", "tested").order_by("-report_id"):
        heard = Heard(finding, finding.report, explained(finding.report.weighing))
        by_tested[finding.tested_id].append(heard)
    tried: set[int] = set()
    if viewer.is_authenticated:
        mine = Report.objects.standing().by(viewer).on(loaded[0].claim.paper)
        tried = set(mine.values_list("version__reproduction", flat=True))
    return [
        Evidence(link, link.tested, by_tested[link.tested_id], may_unlink(viewer, link, tried))
        for link in loaded
    ]


def could_test(claim: Claim, known: Sequence[Evidence], viewer: Viewer) -> list[TestedClaim]:
    """Return the propositions tested for the claim's paper that nobody linked to it yet."""
    reports = Report.objects.visible_to(viewer).on(claim.paper).full_runs()
    tested = TestedClaim.objects.filter(version__reports__in=reports).exclude(kind="out_of_reach")
    others = tested.exclude(pk__in=[one.tested.pk for one in known]).distinct()
    return list(others.select_related("version__reproduction").order_by("-version", "position"))


def standings_of(claims: Iterable[Claim]) -> dict[int, Standing]:
    """Return what is known of those of these claims that were tested, by number; one query."""
    tested = [claim for claim in claims if claim.is_tested]
    return Standing.objects.of(tested) if tested else {}


def with_standings(claims: Sequence[Claim]) -> list[tuple[Claim, Standing | None]]:
    """Return the claims, each with what is known of it."""
    known = standings_of(claims)
    return [(claim, known.get(claim.pk)) for claim in claims]
