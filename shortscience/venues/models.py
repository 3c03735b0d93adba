"""Venues: conferences, journals and preprint servers, and what we know of each of their years."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from shortscience.lib.routes import address
from shortscience.lib.sections import Section
from shortscience.venues.querysets import VenueQuerySet


class Venue(models.Model):
    class Kind(models.TextChoices):
        CONFERENCE = "conference", _("conference")
        JOURNAL = "journal", _("journal")
        PREPRINTS = "preprints", _("preprint server")
        WORKSHOP = "workshop", _("workshop")
        OTHER = "other", _("venue")

    slug = models.SlugField(max_length=60, unique=True)
    short_name = models.CharField(max_length=60)
    name = models.CharField(max_length=250)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.OTHER)
    homepage = models.URLField(blank=True)
    section = models.CharField(max_length=5, blank=True, default=Section.OTHER)

    # A moderator changed it: the table that we ship leaves its names and kind alone since.
    edited_at = models.DateTimeField(null=True, editable=False)

    # Sums over the years below; `recount` computes them again.
    paper_count = models.PositiveIntegerField(default=0, editable=False)
    summarised_count = models.PositiveIntegerField(default=0, editable=False)

    objects = VenueQuerySet.as_manager()

    class Meta:
        # Serves most_summarised_first: the list of venues and the panel of the front page.
        indexes = [
            models.Index(
                fields=["-summarised_count", "-paper_count", "id"], name="venues_most_summarised"
            )
        ]

    def __str__(self) -> str:
        return self.short_name

    def get_absolute_url(self) -> str:
        return address("venue", self.slug)


class VenueKey(models.Model):
    """A way to name a venue: a key prefix (`conf/nips`), a DOI prefix, or a name's spelling."""

    class Scheme(models.TextChoices):
        PREFIX = "prefix"
        DOI = "doi"
        NAME = "name"  # normalised by lib.titles.title_key
        SLUG = "slug"  # of a venue that turned out to be this one: its old address

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="keys")
    scheme = models.CharField(max_length=6, choices=Scheme.choices)
    value = models.CharField(max_length=250)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value"], name="one_venue_per_key")
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class VenueYear(models.Model):
    """The counts of one year of a venue, kept so that its page costs the same at any size."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField()
    paper_count = models.PositiveIntegerField(default=0)
    summarised_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["venue", "year"], name="one_row_per_venue_year")
        ]

    def __str__(self) -> str:
        return f"{self.venue} {self.year}"

    @property
    def without_summary(self) -> int:
        """How many of its papers wait for a summary."""
        return max(0, self.paper_count - self.summarised_count)
