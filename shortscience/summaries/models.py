"""Summaries: what a reader tells others about a paper."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.querysets import Viewer
from shortscience.groups.models import Group, Membership
from shortscience.lib.licences import Licence
from shortscience.lib.routes import address
from shortscience.lib.sections import Section
from shortscience.papers.models import Paper
from shortscience.summaries.querysets import (
    AuthorshipQuerySet,
    CitationQuerySet,
    DraftQuerySet,
    RevisionQuerySet,
    SummaryQuerySet,
)

if TYPE_CHECKING:
    from shortscience.accounts.models import User

# Words a minute: the usual figure for careful reading of technical prose.
READING_SPEED = 200

# Characters of HTML: ten texts of a list stay within what a first visit may fetch.
FOLDED_AT_MOST = 16_000
# Where texts without a known date stand in the order by date; never shown.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Summary(models.Model):
    """One person's summary of one paper: source text, and the HTML made from it when saved."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public")
        PRIVATE = "private", _("private: only you see it")
        GROUP = "group", _("a group: its members see it")

    class Level(models.TextChoices):
        """Whom a summary is for, as its writer says; in the order of what they know already."""

        NEW = "new", _("new to the field")
        NEIGHBOUR = "neighbour", _("from a neighbouring field")
        EXPERT = "expert", _("an expert")

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="summaries")
    # Null when the writer left or was never known. Never shown when `is_anonymous`.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="summaries"
    )
    is_anonymous = models.BooleanField(default=False)
    visibility = models.CharField(
        max_length=7, choices=Visibility.choices, default=Visibility.PUBLIC
    )
    # Set while `visibility` is GROUP. A closed group keeps its row, so nothing cascades.
    group = models.ForeignKey(
        Group,
        null=True,
        on_delete=models.PROTECT,
        related_name="summaries",
        db_constraint=False,
        db_index=False,
    )
    # Authors beside `author`: see `Authorship`. Counted, so that most pages need not ask.
    joint_count = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    licence = models.CharField(max_length=20, choices=Licence.choices, default=Licence.CC_BY)

    # "" where the writer does not say.
    level = models.CharField(
        max_length=9, choices=Level.choices, blank=True, default="", db_default=""
    )

    text = models.TextField()
    # Made from `text` by lib.markup when saved; `rerender` redoes rows of older renderers.
    lead_html = models.TextField(editable=False)
    rest_html = models.TextField(editable=False, blank=True)
    # The lead is a cut of the text and `rest_html` is the whole of it, not the remainder.
    lead_is_excerpt = models.BooleanField(default=False, editable=False)
    has_math = models.BooleanField(default=False, editable=False)
    words = models.PositiveIntegerField(default=0, editable=False)
    renderer_version = models.PositiveSmallIntegerField(default=0, editable=False)
    # Equal texts under any typography have equal fingerprints: imports do not add them twice.
    fingerprint = models.CharField(max_length=32, editable=False, default="")

    created_at = models.DateTimeField(auto_now_add=True)
    # First publication; null while private, and for imported texts whose date is not known.
    published_at = models.DateTimeField(null=True)
    # `published_at`, or long ago when that is not known: never null, so one index orders lists.
    recent_at = models.DateTimeField(default=LONG_AGO, editable=False)
    edited_at = models.DateTimeField(null=True)
    # 0, except for a second text of one person on one paper, which only a merge of two papers
    # makes. Named texts are counted before anonymous ones: see `seconds.renumber`.
    nth = models.PositiveSmallIntegerField(default=0, editable=False)
    # Counts saves: an editor that started from an older version is told so.
    version = models.PositiveIntegerField(default=1)
    # "shortscience.org" when it was imported from there, with what came along.
    origin = models.CharField(max_length=40, blank=True, editable=False)
    origin_votes = models.IntegerField(default=0, editable=False)
    origin_comments = models.PositiveIntegerField(default=0, editable=False)
    # Set by moderation only.
    hidden_at = models.DateTimeField(null=True, editable=False)

    # A column the database computes, so it can never disagree with the two it depends on.
    is_public = models.GeneratedField(
        expression=Case(
            When(Q(visibility="public", hidden_at__isnull=True), then=Value(True)),
            default=Value(False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    # Copied from the paper, so that the front page's sections read one index.
    section = models.CharField(max_length=5, blank=True, default=Section.OTHER, editable=False)
    # Derived from the votes and comments; `recount` computes them again.
    ups = models.PositiveIntegerField(default=0, editable=False)
    downs = models.PositiveIntegerField(default=0, editable=False)
    score = models.IntegerField(default=0, editable=False)
    hot = models.FloatField(default=0.0, editable=False)
    quality = models.FloatField(default=0.0, editable=False)
    comment_count = models.PositiveIntegerField(default=0, editable=False)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "summaries"
        constraints = [
            models.UniqueConstraint(
                fields=["author", "paper", "nth"], name="one_summary_per_person_and_paper"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(published_at=F("recent_at")),
                name="lists_order_by_publication",
            ),
        ]
        indexes = [
            # Serve the three tabs of the front page, for all sections and for one.
            models.Index(fields=["is_public", "-hot", "-id"], name="summaries_hot"),
            models.Index(fields=["is_public", "-recent_at", "-id"], name="summaries_recent"),
            models.Index(fields=["is_public", "-quality", "-id"], name="summaries_best"),
            models.Index(fields=["is_public", "section", "-hot", "-id"], name="summaries_s_hot"),
            models.Index(
                fields=["is_public", "section", "-recent_at", "-id"], name="summaries_s_recent"
            ),
            models.Index(
                fields=["is_public", "section", "-quality", "-id"], name="summaries_s_best"
            ),
            # Serves a venue's page: the best of hundreds of papers, without reading their texts.
            models.Index(
                fields=["paper", "score", "quality"],
                name="summaries_of_papers",
                condition=Q(is_public=True),
            ),
            # Serve a person's page in its two orders.
            models.Index(
                fields=["author", "-quality", "-id"],
                name="summaries_by_best",
                condition=Q(is_public=True, is_anonymous=False),
            ),
            models.Index(
                fields=["author", "-recent_at", "-id"],
                name="summaries_by_recent",
                condition=Q(is_public=True, is_anonymous=False),
            ),
            # Serves the page of a group.
            models.Index(
                fields=["group", "-id"],
                name="summaries_of_group",
                condition=Q(group__isnull=False),
            ),
            # Serves imports: is this text here already?
            models.Index(fields=["fingerprint"], name="summaries_fingerprint"),
            # Serves `rerender`.
            models.Index(fields=["renderer_version", "id"], name="summaries_renderer"),
        ]

    def __str__(self) -> str:
        return f"Summary {self.pk}"

    def get_absolute_url(self) -> str:
        return address("summary", self.pk)

    @property
    def html(self) -> str:
        """The whole text as HTML."""
        return self.rest_html if self.lead_is_excerpt else self.lead_html + self.rest_html

    @property
    def has_more(self) -> bool:
        return bool(self.rest_html)

    @property
    def fits_in_a_list(self) -> bool:
        """Whether a list holds all of it, folded; a longer one is read on its paper's page."""
        return len(self.rest_html) <= FOLDED_AT_MOST

    @property
    def named_author(self) -> User | None:
        """The writer as others may know them; None for anonymous, imported and orphaned texts."""
        return None if self.is_anonymous else self.author

    @cached_property
    def further_authors(self) -> list[User]:
        """Who wrote it with `author`, in order; without asking the database where there is nobody.

        Pages with several summaries load them at once: `summaries.authors.load`.
        """
        if not self.joint_count:
            return []
        return [row.person for row in self.authorships.in_order()]

    @property
    def named_authors(self) -> list[User]:
        """All writers as others may know them, the first one first; none for anonymous texts."""
        if self.is_anonymous:
            return []
        return [*([self.author] if self.author else []), *self.further_authors]

    @property
    def writers(self) -> str:
        """The names of all writers as others may know them; empty for anonymous texts."""
        *most, last = [one.shown_name for one in self.named_authors] or [""]
        if not most:
            return last
        return gettext("%(names)s and %(last)s") % {"names": ", ".join(most), "last": last}

    @property
    def anchor(self) -> str:
        """Its id on the paper's page, as links to the original site expect it."""
        writer = self.named_author
        if writer is None:
            return f"anon-{self.pk}"
        return f"s{self.pk}" if self.nth else writer.username

    @property
    def is_private(self) -> bool:
        return self.visibility == self.Visibility.PRIVATE

    @property
    def is_for_group(self) -> bool:
        return self.visibility == self.Visibility.GROUP

    @property
    def is_for_all(self) -> bool:
        """Whether its writer shows it to everybody; `is_public` also asks the moderators."""
        return self.visibility == self.Visibility.PUBLIC

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.words / READING_SPEED))

    def is_led_by(self, viewer: Viewer) -> bool:
        """Whether the viewer is its first author, who decides about more than its words."""
        return bool(viewer.is_authenticated and self.author_id == viewer.pk)

    def is_by(self, viewer: Viewer) -> bool:
        """Whether the viewer is one of its authors."""
        return self.is_led_by(viewer) or (
            bool(self.joint_count) and any(viewer.pk == one.pk for one in self.further_authors)
        )

    def authors_except(self, person: User) -> list[User]:
        """Return its other authors, anonymous or not: for counting, never for showing."""
        first = self.author if self.author_id not in (None, person.pk) else None
        others = [first, *self.further_authors]
        return [one for one in others if one is not None and one.pk != person.pk]

    def is_open_to(self, viewer: Viewer) -> bool:
        """Whether the viewer may read it and say something about it."""
        if self.is_public or self.is_by(viewer):
            return True
        return (
            self.is_for_group
            and not self.is_hidden
            and Membership.objects.of(viewer).filter(group=self.group_id).exists()
        )


class Authorship(models.Model):
    """Somebody who wrote a summary with its `author`; they accepted an invitation to."""

    summary = models.ForeignKey(
        Summary, on_delete=models.CASCADE, related_name="authorships", db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="authorships"
    )
    # Among the further authors, from 1 up; gaps mean nothing.
    position = models.PositiveSmallIntegerField()
    joined_at = models.DateTimeField()

    objects = AuthorshipQuerySet.as_manager()

    class Meta:
        constraints = [
            # Serves the authors of a summary, too.
            models.UniqueConstraint(fields=["summary", "person"], name="author_once")
        ]

    def __str__(self) -> str:
        return f"Author {self.person_id} of summary {self.summary_id}"


class Citation(models.Model):
    """A `\\cite{KEY}` in a summary, and the paper it means once we know that paper."""

    summary = models.ForeignKey(Summary, on_delete=models.CASCADE, related_name="citations")
    paper = models.ForeignKey(
        Paper, null=True, on_delete=models.SET_NULL, related_name="cited_by_summaries"
    )
    key = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField()

    objects = CitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["summary", "key"], name="one_citation_per_key")
        ]
        indexes = [
            # Serves resolve_citations: who cited a paper before it was here?
            models.Index(fields=["key"], name="citations_waiting", condition=Q(paper__isnull=True))
        ]

    def __str__(self) -> str:
        return self.key


class SummaryRevision(models.Model):
    """A summary as it was after one save. A summary that was saved once has none: it is that one.

    See `summaries.revisions`, which adds the missing first one to what it reads.
    """

    # The unique constraint below serves what an index of this column would.
    summary = models.ForeignKey(
        Summary, on_delete=models.CASCADE, related_name="revisions", db_index=False
    )
    # `Summary.version` of that save: part of its address, never given twice.
    number = models.PositiveIntegerField()
    text = models.TextField()
    words = models.PositiveIntegerField(default=0)
    # Null for imported texts whose date is not known.
    saved_at = models.DateTimeField(null=True)
    # Never shown for an anonymous summary; null when that person left.
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="revisions"
    )
    # What the editor said about the change, and which older one it brought back.
    note = models.CharField(max_length=200, blank=True)
    restored_from = models.PositiveIntegerField(null=True)
    # How it was published. What was private, or named before the summary became anonymous, is
    # shown to its writer only.
    was_public = models.BooleanField()
    was_anonymous = models.BooleanField()
    # The group that it was published for, if it was one.
    group = models.ForeignKey(
        Group,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # Its writers took it out of others' sight; the history says that there was one.
    withdrawn_at = models.DateTimeField(null=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["summary", "number"], name="one_revision_per_save")
        ]
        indexes = [
            # Serves the limit of saves per person.
            models.Index(fields=["editor", "-saved_at"], name="revisions_by_editor"),
        ]

    def __str__(self) -> str:
        return f"Summary {self.summary_id}, version {self.number}"

    def get_absolute_url(self) -> str:
        return address("summary-revision", self.summary_id, self.number)

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class Draft(models.Model):
    """What a person typed and has not published: nobody else ever sees it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="drafts")
    # The summary that it would change; null for a new one.
    summary = models.ForeignKey(Summary, null=True, on_delete=models.CASCADE, related_name="drafts")
    text = models.TextField()
    # The other fields of the editor by their names: boxes and choices.
    fields = models.JSONField(default=dict)
    # `Summary.version` that was changed; null for a new summary.
    base_version = models.PositiveIntegerField(null=True)
    # Counts saves, and says which open editor made the last one: two editors notice each other.
    version = models.PositiveIntegerField(default=1)
    editor = models.CharField(max_length=40, blank=True)
    updated_at = models.DateTimeField()

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "summary"],
                condition=Q(summary__isnull=False),
                name="one_draft_per_summary",
            ),
            models.UniqueConstraint(
                fields=["owner", "paper"],
                condition=Q(summary__isnull=True),
                name="one_draft_per_new_summary",
            ),
        ]
        indexes = [
            # Serves `drafts.forget_old`.
            models.Index(fields=["updated_at"], name="drafts_by_age"),
        ]

    def __str__(self) -> str:
        return f"Draft {self.pk}"

    @property
    def words(self) -> int:
        return len(self.text.split())


class SectionCount(models.Model):
    """Public summaries per section and in all ("all"): the front page's numbers at any size."""

    section = models.CharField(max_length=5, primary_key=True)
    summaries = models.PositiveIntegerField(default=0)
    papers = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.section or 'other'}: {self.summaries}"
