"""What the filters beside the results ask for, besides the words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Q

from shortscience.claims.models import Claim
from shortscience.papers.querysets import PaperQuerySet

# What a paper may have: a summary, or a claim with this status.
HAS = ("summary", *Claim.Status.values)


@dataclass(frozen=True, slots=True)
class Narrow:
    """Papers of any of these venues and sections, of these years, that have all of these."""

    venues: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    # Of `HAS`.
    has: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.venues or self.sections or self.first or self.last or self.has)

    def without(self, facet: str) -> Narrow:
        """Return the same without one kind of filter: what its choices are counted among."""
        match facet:
            case "venue":
                return replace(self, venues=())
            case "section":
                return replace(self, sections=())
            case "has":
                return replace(self, has=())
        return self

    def chosen(self, facet: str) -> tuple[str, ...]:
        """Return what is chosen of one kind."""
        match facet:
            case "venue":
                return self.venues
            case "section":
                return self.sections
            case "has":
                return self.has
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
        for thing in self.has:
            wanted &= Q(summary_count__gt=0) if thing == "summary" else _has_claims(thing)
        return papers.filter(wanted) if self else papers


def _has_claims(status: str) -> Q:
    claims = Claim.objects.public().standing().alone().filter(status=status)
    return Q(claim_count__gt=0, pk__in=claims.values("paper"))


NO_FILTERS = Narrow()
