"""Reads about claims. Everything the public can reach starts from `visible_to(viewer)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from shortscience.accounts.querysets import Viewer
from shortscience.summaries.models import SummaryRevision
from shortscience.summaries.querysets import in_groups_of, written_with

if TYPE_CHECKING:
    from shortscience.claims.models import Claim, ClaimVersion
    from shortscience.papers.models import Paper
    from shortscience.summaries.models import Summary

# What is printed of a claim and of the text that says it.
SHOWN = (
    *("paper", "summary", "mark", "origin", "proposed_by", "kind", "statement", "html", "has_math"),
    *("metric", "relation", "value", "unit", "place", "number", "status", "retired_at"),
    *("declined_at", "merged_into", "hidden_at", "comment_count", "created_at"),
    *("summary__paper", "summary__author", "summary__is_anonymous", "summary__nth"),
    *("summary__visibility", "summary__hidden_at", "summary__is_public", "summary__joint_count"),
    *("summary__author__username", "summary__author__display_name", "summary__author__banned_at"),
    *("proposed_by__username", "proposed_by__display_name", "proposed_by__banned_at"),
)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, viewer: Viewer) -> ClaimQuerySet:
        """Claims of visible papers whose text, if they have one, the viewer may read."""
        shown = Q(hidden_at__isnull=True, paper__hidden_at__isnull=True)
        readable = Q(summary__isnull=True) | Q(summary__is_public=True)
        if not viewer.is_authenticated:
            return self.filter(shown & readable)
        readable |= written_with(viewer, "summary__") | in_groups_of(viewer, "summary__")
        if viewer.is_staff:
            return self.filter(readable | Q(summary__visibility="public"))
        return self.filter(shown & readable)

    def public(self) -> ClaimQuerySet:
        """What every stranger may read, also of papers that are hidden."""
        readable = Q(summary__isnull=True) | Q(summary__is_public=True)
        return self.filter(readable, hidden_at__isnull=True)

    def standing(self) -> ClaimQuerySet:
        """What is listed: not declined; of what no text says any more, the discussed or tested."""
        gone = Q(retired_at__isnull=False, comment_count=0, status="untested")
        return self.filter(~gone, declined_at__isnull=True)

    def alone(self) -> ClaimQuerySet:
        """Not merged into another one."""
        return self.filter(merged_into__isnull=True)

    def of(self, paper: Paper) -> ClaimQuerySet:
        return self.filter(paper=paper)

    def in_text(self, summary: Summary) -> ClaimQuerySet:
        """What this text marks, or marked, and what was proposed for it."""
        return self.filter(summary=summary)

    def saying_the_same_as(self, claim: Claim) -> ClaimQuerySet:
        """Other claims of the paper with its metric and value: probably the same."""
        if not (claim.metric and claim.value):
            return self.none()
        same_value = (
            Q(value__iexact=claim.value) if claim.number is None else Q(number=claim.number)
        )
        others = self.filter(same_value, paper=claim.paper_id, unit=claim.unit)
        return others.filter(metric__iexact=claim.metric, relation=claim.relation).exclude(
            pk=claim.pk
        )

    def for_lines(self) -> ClaimQuerySet:
        """Load what a line prints, in one query for all."""
        return self.select_related("summary__author", "proposed_by").only(*SHOWN)

    def oldest_first(self) -> ClaimQuerySet:
        return self.order_by("pk")

    def newest_first(self) -> ClaimQuerySet:
        return self.order_by("-pk")


class VersionQuerySet(models.QuerySet["ClaimVersion"]):
    def visible_to(self, viewer: Viewer, claim: Claim) -> VersionQuerySet:
        """The versions of a claim that this viewer, who may read the claim, may read."""
        mine = self.filter(claim=claim)
        if claim.is_by(viewer):
            return mine
        withdrawn = SummaryRevision.objects.filter(
            summary=claim.summary_id, withdrawn_at__isnull=False
        )
        older = Q(number__lt=claim.version, text_version__in=withdrawn.values("number"))
        return mine.filter(~older, is_shown=True)

    def newest_first(self) -> VersionQuerySet:
        return self.order_by("-number")
