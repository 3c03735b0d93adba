"""What a member keeps: saved papers with a note and tags, and lists of papers in an order."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from shortscience.accounts.querysets import Viewer
from shortscience.lib.routes import address
from shortscience.lib.titles import slugify
from shortscience.library.querysets import (
    ListItemQuerySet,
    PaperTagQuerySet,
    ReadingListQuerySet,
    SavedPaperQuerySet,
)
from shortscience.library.rules import MAX_COMMENT, MAX_NAME, MAX_TAG
from shortscience.papers.models import Paper


class SavedPaper(models.Model):
    """A paper that somebody wants to find again. Only its owner ever sees it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="saved_papers",
        db_index=False,
    )
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    note = models.TextField(blank=True)
    note_html = models.TextField(blank=True)
    renderer_version = models.PositiveSmallIntegerField(default=0)
    saved_at = models.DateTimeField()

    objects = SavedPaperQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "paper"], name="saved_once_by_a_person")
        ]
        indexes = [
            # Serves one's library, newest first.
            models.Index(fields=["owner", "-saved_at", "-id"], name="saved_newest_first")
        ]

    def __str__(self) -> str:
        return f"paper {self.paper_id} of person {self.owner_id}"

    @property
    def tag_names(self) -> list[str]:
        """Its tags in the alphabet; costs no query when they were prefetched."""
        return sorted(tag.name for tag in self.tags.all())


class PaperTag(models.Model):
    """A word that the owner gave to a saved paper."""

    saved = models.ForeignKey(SavedPaper, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=MAX_TAG)

    objects = PaperTagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["saved", "name"], name="tagged_once_with_a_word")
        ]

    def __str__(self) -> str:
        return self.name


class ReadingList(models.Model):
    """Papers in an order that somebody chose, for themselves or for everybody."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="reading_lists",
        db_index=False,
    )
    name = models.CharField(max_length=MAX_NAME)
    # For the address; empty of meaning, as that of a paper.
    slug = models.SlugField(max_length=60, db_index=False)
    description = models.TextField(blank=True)
    description_html = models.TextField(blank=True)
    renderer_version = models.PositiveSmallIntegerField(default=0)
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # Set by moderation only.
    hidden_at = models.DateTimeField(null=True, editable=False)

    objects = ReadingListQuerySet.as_manager()

    class Meta:
        constraints = [
            # Serves a person's lists, too.
            models.UniqueConstraint(fields=["owner", "name"], name="one_list_of_a_name")
        ]
        indexes = [
            # Serves the limit on new lists a day.
            models.Index(fields=["owner", "-created_at"], name="lists_newest_first")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("list", self.pk, self.slug)

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    def is_by(self, viewer: Viewer) -> bool:
        return bool(viewer.is_authenticated and self.owner_id == viewer.pk)

    def call(self, name: str) -> None:
        """Give it this name, and the address that goes with it."""
        self.name, self.slug = name, slugify(name, otherwise="list")


class ListItem(models.Model):
    """A paper's place in a list."""

    reading_list = models.ForeignKey(
        ReadingList, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    # From 1 up; gaps mean nothing.
    position = models.PositiveIntegerField()
    comment = models.CharField(max_length=MAX_COMMENT, blank=True)

    objects = ListItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reading_list", "paper"], name="once_in_a_list")
        ]
        indexes = [
            # Serves a list in its order.
            models.Index(fields=["reading_list", "position", "id"], name="items_in_order")
        ]

    def __str__(self) -> str:
        return f"paper {self.paper_id} in list {self.reading_list_id}"
