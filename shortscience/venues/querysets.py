"""Reads about venues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from shortscience.lib.titles import title_key

if TYPE_CHECKING:
    from shortscience.venues.models import Venue


class VenueQuerySet(models.QuerySet["Venue"]):
    def most_summarised_first(self) -> VenueQuerySet:
        return self.order_by("-summarised_count", "-paper_count", "id")

    def with_papers(self) -> VenueQuerySet:
        return self.filter(paper_count__gt=0)

    def with_summaries(self) -> VenueQuerySet:
        return self.filter(summarised_count__gt=0)

    def known_as(self, name: str) -> VenueQuerySet:
        """The venue with this name in any of its spellings."""
        return self.filter(keys__scheme="name", keys__value=title_key(name)[:250])

    def with_prefix(self, key: str) -> VenueQuerySet:
        """The venue of a key prefix (`conf/nips`) or a DOI prefix: the original site's names."""
        return self.filter(keys__scheme__in=["prefix", "doi"], keys__value=key.strip().lower())
