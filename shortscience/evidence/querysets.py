"""Reads about evidence. Everything the public can reach starts from `visible_to(viewer)`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from shortscience.accounts.querysets import Viewer

if TYPE_CHECKING:
    from shortscience.accounts.models import User
    from shortscience.claims.models import Claim
    from shortscience.evidence.models import (
        ClaimEvidence,
        ExternalEvidence,
        Finding,
        Report,
        Reproduction,
        Standing,
    )
    from shortscience.papers.models import Paper


class ReproductionQuerySet(models.QuerySet["Reproduction"]):
    def visible_to(self, viewer: Viewer) -> ReproductionQuerySet:
        """Those of visible papers with a report that the viewer may see."""
        from shortscience.evidence.models import Report

        shown = Report.objects.visible_to(viewer).filter(version__reproduction=OuterRef("pk"))
        return self.filter(Exists(shown))

    def of(self, paper: Paper) -> ReproductionQuerySet:
        return self.filter(paper=paper)

    def oldest_first(self) -> ReproductionQuerySet:
        return self.order_by("pk")


class RunReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, viewer: Viewer) -> RunReportQuerySet:
        """Reports on visible papers that no moderator has hidden; staff see those too."""
        if viewer.is_authenticated and viewer.is_staff:
            return self
        return self.standing()

    def standing(self) -> RunReportQuerySet:
        """What everybody sees: only this counts for a claim."""
        return self.filter(
            hidden_at__isnull=True, version__reproduction__paper__hidden_at__isnull=True
        )

    def on(self, paper: Paper) -> RunReportQuerySet:
        return self.filter(version__reproduction__paper=paper)

    def of(self, reproduction: Reproduction) -> RunReportQuerySet:
        return self.filter(version__reproduction=reproduction)

    def by(self, person: User) -> RunReportQuerySet:
        return self.filter(uploader=person)

    def about(self, claim: Claim) -> RunReportQuerySet:
        """Reports whose version tests this claim, or one that was joined to it."""
        linked = Q(version__claims__links__claim=claim) | Q(
            version__claims__links__claim__merged_into=claim
        )
        on = Q(version__claims__links__taken_off_at__isnull=True)
        return self.filter(linked & on).distinct()

    def full_runs(self) -> RunReportQuerySet:
        """Not those that only show that the code runs."""
        return self.exclude(preset="smoke")

    def newest_first(self) -> RunReportQuerySet:
        return self.order_by("-uploaded_at", "-pk")

    def oldest_first(self) -> RunReportQuerySet:
        return self.order_by("uploaded_at", "pk")

    def for_listing(self) -> RunReportQuerySet:
        """Load what a line prints; its findings come in a second query for all lines."""
        return self.select_related(
            "version__reproduction__paper", "uploader", "confirms__of"
        ).prefetch_related("findings__tested")


class FindingQuerySet(models.QuerySet["Finding"]):
    def of(self, report: Report) -> FindingQuerySet:
        """With their rules, in the order of the report."""
        mine = self.filter(report=report).select_related("tested")
        return mine.order_by("tested__position", "pk")

    def attempted(self) -> FindingQuerySet:
        return self.exclude(status="not_attempted")


class ClaimEvidenceQuerySet(models.QuerySet["ClaimEvidence"]):
    def standing(self) -> ClaimEvidenceQuerySet:
        """Not taken off."""
        return self.filter(taken_off_at__isnull=True)

    def about(self, claims: Iterable[Claim]) -> ClaimEvidenceQuerySet:
        return self.filter(claim__in=list(claims))

    def oldest_first(self) -> ClaimEvidenceQuerySet:
        return self.order_by("pk")


class StandingQuerySet(models.QuerySet["Standing"]):
    def of(self, claims: Iterable[Claim]) -> dict[int, Standing]:
        """Return what the lines of these claims tell, by the claims' numbers; one query."""
        found = self.filter(claim__in=[claim.pk for claim in claims])
        return {row.claim_id: row for row in found.select_related("first_failed")}


class ExternalEvidenceQuerySet(models.QuerySet["ExternalEvidence"]):
    def visible_to(self, viewer: Viewer) -> ExternalEvidenceQuerySet:
        if viewer.is_authenticated and viewer.is_staff:
            return self
        return self.filter(hidden_at__isnull=True, paper__hidden_at__isnull=True)

    def on(self, paper: Paper) -> ExternalEvidenceQuerySet:
        return self.filter(paper=paper)

    def newest_first(self) -> ExternalEvidenceQuerySet:
        return self.order_by("-uploaded_at", "-pk")
