"""What the filters beside the results ask for, besides the words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Q

from shortscience.papers.querysets import PaperQuerySet


@dataclass(frozen=True, slots=True)
class Narrow:
    """Papers of any of these venues, in any of these sections, of these years, with a summary."""

    venues: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    has_summary: bool = False

    def __bool__(self) -> bool:
        return bool(self.venues or self.sections or self.first or self.last or self.has_summary)

    def without(self, facet: str) -> Narrow:
        """Return the same without one kind of filter: what its choices are counted among."""
        match facet:
            case "venue":
                return replace(self, venues=())
            case "section":
                return replace(self, sections=())
            case "has":
                return replace(self, has_summary=False)
        return self

    def chosen(self, facet: str) -> tuple[str, ...]:
        """Return what is chosen of one kind."""
        match facet:
            case "venue":
                return self.venues
            case "section":
                return self.sections
            case "has":
                return ("summary",) if self.has_summary else ()
        return ()

    def of(self, papers: PaperQuerySet) -> PaperQuerySet:
        """Return those of the papers that it leaves, for the search of the database."""
        wanted = Q()
        if self.venues:
            wanted &= Q(venue__slug__in=self.venues)
        if self.sections:
            wanted &= Q(section__in=self.sections)
        if self.first:
            wanted &= Q(year__gte=self.first)
        if self.last:
            wanted &= Q(year__lte=self.last)
        if self.has_summary:
            wanted &= Q(summary_count__gt=0)
        return papers.filter(wanted) if self else papers


NO_FILTERS = Narrow()
