"""Reads: what is summarised, and what is not, at a venue or in one of its years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from shortscience.lib.paging import Page, window
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.summaries.querysets import LISTED_FROM_SCORE

if TYPE_CHECKING:
    from shortscience.papers.querysets import PaperQuerySet
    from shortscience.summaries.querysets import SummaryQuerySet
    from shortscience.venues.models import Venue

# Up to so many summarised papers are sorted for a page: a few milliseconds. A venue or year
# with more holds so large a share of all summaries that walking the best of the whole site
# meets its own often enough.
SORTED_AT_MOST = 1000


def papers_of(venue: Venue, year: int | None = None) -> PaperQuerySet:
    """Visible papers of a venue, or of one year; year 0 are those without one."""
    papers = Paper.objects.filter(venue=venue, hidden_at__isnull=True)
    if year is None:
        return papers
    return papers.filter(year__isnull=True) if year == 0 else papers.filter(year=year)


def papers_without_summary(venue: Venue, year: int) -> PaperQuerySet:
    """Papers of a year that wait for a summary, in a fixed order, from one index."""
    return papers_of(venue, year).filter(summary_count=0).order_by("id")


def best_summaries(
    venue: Venue,
    *,
    year: int | None = None,
    years: Sequence[int],
    summarised: int,
    number: int,
    size: int,
) -> Page[Summary]:
    """Return a page of the best summaries of a venue or year, in two queries at any size.

    Args:
        year: only this one; 0 for papers without a year.
        years: the years that have summarised papers; the index on papers begins with them.
        summarised: how many papers are summarised there, from the counts.
    """
    if summarised > SORTED_AT_MOST:
        page: Page[int] = window(_walked(venue, year).values_list("pk", flat=True), number, size)
        return _loaded(page)
    papers = papers_of(venue, year).filter(summary_count__gt=0)
    if year is None and 0 not in years:
        papers = papers.filter(year__in=list(years))
    ranked = (
        # Listed ones: that the papers are visible is asked already, and once is enough.
        Summary.objects.public()
        .filter(score__gte=LISTED_FROM_SCORE, paper__in=papers.values("pk"))
        .best_first()
        .values_list("paper_id", "pk")
    )
    # A paper once, with its best summary.
    best: dict[int, int] = {}
    for paper, summary in ranked:
        best.setdefault(paper, summary)
    return _loaded(window(list(best.values()), number, size, len(best)))


def _walked(venue: Venue, year: int | None) -> SummaryQuerySet:
    """Ask per summary whether its paper is of this venue, so that the order's index is read."""
    here = papers_of(venue, year).filter(pk=OuterRef("paper_id"))
    walked = Summary.objects.public().in_index_order()
    return walked.filter(Exists(here), score__gte=LISTED_FROM_SCORE).best_first()


def _loaded(page: Page[int]) -> Page[Summary]:
    rows = Summary.objects.listed().for_entries().in_bulk(list(page.items))
    found = [rows[pk] for pk in page.items if pk in rows]
    return Page(found, page.number, page.has_next, page.has_previous, page.last)
