"""Reads about readers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from shortscience.papers.models import Paper

if TYPE_CHECKING:
    from shortscience.readership.models import ReaderDay


class ReaderDayQuerySet(models.QuerySet["ReaderDay"]):
    def of(self, paper: Paper) -> ReaderDayQuerySet:
        """Readers of this paper, and of those that turned out to be the same."""
        same = Paper.objects.filter(Q(pk=paper.pk) | Q(merged_into=paper.pk))
        return self.filter(paper__in=same.values("pk"))

    def between(self, first: date, last: date) -> ReaderDayQuerySet:
        return self.filter(day__gte=first, day__lte=last)

    def by_day(self) -> dict[date, int]:
        """Return {day: readers}, without days that had none."""
        rows = self.order_by().values_list("day").annotate(n=Sum("readers"))
        return dict(rows)

    def in_all(self) -> int:
        return int(self.aggregate(n=Sum("readers"))["n"] or 0)

    def by_paper(self, papers: Iterable[int]) -> dict[int, int]:
        """Return {paper: readers}; those of a paper that was merged count for where it leads."""
        wanted = list(papers)
        rows = self.filter(Q(paper__in=wanted) | Q(paper__merged_into__in=wanted)).order_by()
        leads_to = Coalesce(F("paper__merged_into"), F("paper_id"))
        return dict(rows.values_list(leads_to).annotate(n=Sum("readers")))

    def with_sketch(self) -> ReaderDayQuerySet:
        return self.filter(sketch__isnull=False)
