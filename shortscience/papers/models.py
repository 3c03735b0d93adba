"""Papers and the many keys by which the world knows each of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from shortscience.lib import identifiers
from shortscience.lib.identifiers import Key, Scheme
from shortscience.lib.markup import is_citable
from shortscience.lib.names import cite_label
from shortscience.lib.routes import address
from shortscience.lib.sections import Section
from shortscience.lib.titles import slugify
from shortscience.papers.querysets import PaperQuerySet
from shortscience.venues.models import Venue


class Paper(models.Model):
    """A work. Its preprint and its published version are one paper with several identifiers."""

    title = models.CharField(max_length=1000)
    # Normalised title (lib.titles.title_key): matches the same work under other typography.
    title_key = models.CharField(max_length=200)
    # Names as published, in order: ["Kaiming He", …].
    authors = models.JSONField(default=list)
    # ORCID iDs of its authors, as its publisher told Crossref; in no order of the names.
    author_orcids = models.JSONField(default=list, null=True, editable=False)
    year = models.PositiveSmallIntegerField(null=True)
    venue = models.ForeignKey(Venue, null=True, on_delete=models.SET_NULL, related_name="papers")
    source = models.CharField(max_length=60, blank=True)
    keywords = models.JSONField(default=list)
    section = models.CharField(max_length=5, blank=True, default=Section.OTHER)
    # The day the work first appeared; null when no source says so. Never guessed.
    published_on = models.DateField(null=True)
    abstract = models.TextField(blank=True)
    # Who wrote the abstract when it is not the authors' own.
    abstract_by = models.CharField(max_length=60, blank=True)
    # Further fields of its record, for export: entry_type, pages, volume, number, publisher, url.
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # The member who typed it in; null for imports. Never shown: it only counts for the limit.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    # Set by moderation only.
    hidden_at = models.DateTimeField(null=True, editable=False)
    # It turned out to be this paper: its address leads there, and it is hidden (`merging`).
    merged_into = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="merged",
        editable=False,
        db_index=False,
    )
    # Who told each field and when; `provenance` reads and writes it.
    provenance = models.JSONField(default=dict, editable=False)
    # [[1, "2015-12-10"], …]: the versions of its preprint, the day null where unknown.
    versions = models.JSONField(default=list, editable=False)
    # First author and a word of the title (likeness.block_key): finds a work whose title changed.
    block_key = models.PositiveIntegerField(null=True, editable=False)

    # Public summaries and public comments that hang on the paper itself; `recount` redoes them.
    summary_count = models.PositiveIntegerField(default=0, editable=False)
    comment_count = models.PositiveIntegerField(default=0, editable=False)
    # Public claims, joined ones as one; `claims.counts` redoes it.
    claim_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = PaperQuerySet.as_manager()

    class Meta:
        indexes = [
            # Serves same_title_as: finding the same work when a record comes in.
            models.Index(fields=["title_key"], name="papers_title_key"),
            # Serves a single record that comes in: works of nearly this title.
            models.Index(fields=["block_key"], name="papers_block_key"),
            # Serves a venue's year: papers with and without a summary.
            models.Index(fields=["venue", "year", "-summary_count", "id"], name="papers_of_a_year"),
            # Serves the limit on new papers a day. Imports, nearly all rows, are not in it.
            models.Index(
                fields=["added_by", "-created_at"],
                name="papers_added_by",
                condition=models.Q(added_by__isnull=False),
            ),
            # Serves merging: what leads to a paper that is merged itself? Few rows are in it.
            models.Index(
                fields=["merged_into"],
                name="papers_merged_into",
                condition=models.Q(merged_into__isnull=False),
            ),
        ]
        constraints = [
            # Whoever leaves out hidden papers leaves out these too.
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | models.Q(hidden_at__isnull=False),
                name="merged_papers_are_hidden",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("paper", self.pk, self.slug)

    @property
    def slug(self) -> str:
        return slugify(self.title)

    @property
    def keys(self) -> list[Key]:
        """Its identifiers; costs no query when they were prefetched."""
        return [Key(Scheme(row.scheme), row.value) for row in self.identifiers.all()]

    @property
    def legacy_key(self) -> str:
        """The key in addresses of the original site: `/paper?bibtexKey=…`."""
        return identifiers.bibtex_key(self.keys) or f"shortscience/{self.pk}"

    @property
    def cite_key(self) -> str:
        """What `\\cite{…}` of it holds; costs no query when its identifiers were prefetched."""
        key = self.legacy_key
        return key if is_citable(key) else f"shortscience/{self.pk}"

    @property
    def cite_label(self) -> str:
        return cite_label(self.authors, self.year)

    @property
    def has_summary(self) -> bool:
        return self.summary_count > 0


class Identifier(models.Model):
    """One key of one paper: a DOI, an arXiv id, a DBLP key, an address…"""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Scheme])
    value = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value"], name="one_paper_per_identifier")
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class IndexChange(models.Model):
    """The outbox of the search: these papers changed. Written by `outbox.changed` only.

    Rows become visible in the order of commits, not of their ids; so that a reader can tell
    what it may have missed, each names the transaction that wrote it.
    """

    # A run of papers, both ends in it: an import writes thousands at a time.
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    transaction = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # Serves the indexer: what came after its position?
            models.Index(fields=["transaction", "id"], name="index_changes_in_order"),
            # Serves housekeeping: what is old?
            models.Index(fields=["changed_at"], name="index_changes_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


# Django looks for models here.
from shortscience.papers.curation import (  # noqa: E402
    DoubtfulPair,
    MetadataSuggestion,
    PaperMerge,
    PaperNotice,
)

__all__ = [
    "DoubtfulPair",
    "Identifier",
    "IndexChange",
    "MetadataSuggestion",
    "Paper",
    "PaperMerge",
    "PaperNotice",
]
