"""What follows when a paper's details changed: cites, sections, the numbers of its venues."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Greatest

from shortscience.papers.counted import Counted
from shortscience.papers.models import Paper
from shortscience.summaries.actions import move_section
from shortscience.summaries.models import SectionCount
from shortscience.summaries.tasks import refresh_references_later
from shortscience.venues.models import Venue, VenueYear


@transaction.atomic
def settle(paper: Paper, *, was: Counted | None) -> None:
    """Count again what the paper left and where it is now; `was` is None if nothing moved."""
    if was is None:
        return
    refresh_references_later(paper)
    moved = {(was.venue_id, was.year), (paper.venue_id, paper.year)}
    for venue_id, year in sorted(moved, key=str):
        if venue_id is not None:
            recount_year(venue_id, year)
    if was.section != paper.section:
        move_section(paper)
        _count_in_other_section(paper, was.section)


def _count_in_other_section(paper: Paper, before: str) -> None:
    texts, papers = paper.summary_count, int(paper.has_summary)
    for section, sign in ((before, -1), (paper.section, 1)):
        row, _ = SectionCount.objects.get_or_create(section=section)
        SectionCount.objects.filter(pk=row.pk).update(
            summaries=Greatest(F("summaries") + sign * texts, 0),
            papers=Greatest(F("papers") + sign * papers, 0),
        )


def recount_year(venue_id: int, year: int | None) -> None:
    """Count the papers of one year of a venue again, and add up its years."""
    venue = Venue.objects.select_for_update().get(pk=venue_id)
    papers = Paper.objects.filter(venue=venue, year=year)
    numbers = {
        "paper_count": papers.count(),
        "summarised_count": papers.filter(summary_count__gt=0).count(),
    }
    rows = VenueYear.objects.filter(venue=venue, year=year or 0)
    if not numbers["paper_count"]:
        rows.delete()
    elif not rows.update(**numbers):
        VenueYear.objects.create(venue=venue, year=year or 0, **numbers)
    sums = VenueYear.objects.filter(venue=venue).aggregate(
        papers=Sum("paper_count", default=0), summarised=Sum("summarised_count", default=0)
    )
    venue.paper_count, venue.summarised_count = sums["papers"], sums["summarised"]
    venue.save(update_fields=["paper_count", "summarised_count"])
