"""Reads about votes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from shortscience.accounts.querysets import Viewer

if TYPE_CHECKING:
    from shortscience.summaries.models import Summary
    from shortscience.summaries.querysets import SummaryQuerySet
    from shortscience.voting.models import SummaryVote


class SummaryVoteQuerySet(models.QuerySet["SummaryVote"]):
    def by(self, viewer: Viewer) -> SummaryVoteQuerySet:
        return self.filter(voter=viewer) if viewer.is_authenticated else self.none()

    def on(self, summaries: Iterable[Summary]) -> SummaryVoteQuerySet:
        return self.filter(summary__in=[summary.pk for summary in summaries])

    def beside(self, summaries: SummaryQuerySet) -> SummaryQuerySet:
        """Add `my_vote`, the value of the one of these votes that each summary has, or None."""
        of_it = self.filter(summary=models.OuterRef("pk")).values("value")[:1]
        return summaries.annotate(my_vote=models.Subquery(of_it))

    def as_map(self) -> dict[int, int]:
        """Return {summary id: value}; for a stranger without asking the database."""
        return dict(self.values_list("summary_id", "value"))
