"""Comments. Each hangs on a paper; most also on one of its summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from shortscience.accounts.querysets import Viewer
from shortscience.discussion.querysets import CommentQuerySet
from shortscience.lib.routes import address
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary

if TYPE_CHECKING:
    from shortscience.accounts.models import User


class Comment(models.Model):
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="comments")
    # Null for a comment on the paper itself, or when its summary was deleted.
    summary = models.ForeignKey(
        Summary, null=True, on_delete=models.SET_NULL, related_name="comments"
    )
    # Its summary was deleted by the writer; the thread stays on the paper.
    outlived_summary = models.BooleanField(default=False, editable=False)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="comments"
    )
    is_anonymous = models.BooleanField(default=False)
    text = models.TextField()
    html = models.TextField(editable=False)
    has_math = models.BooleanField(default=False, editable=False)
    renderer_version = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    # Deleted by its writer: the text is erased, the place in the thread stays.
    deleted_at = models.DateTimeField(null=True)
    # Set by moderation only.
    hidden_at = models.DateTimeField(null=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [
            # Serves a paper's page: all threads on it in one read.
            models.Index(fields=["paper", "created_at", "id"], name="comments_of_a_paper"),
            # Serves the limit on comments per hour and a person's own list.
            models.Index(fields=["author", "created_at"], name="comments_of_a_person"),
            # Serves `rerender`.
            models.Index(fields=["renderer_version", "id"], name="comments_renderer"),
        ]

    def __str__(self) -> str:
        return f"Comment {self.pk}"

    def get_absolute_url(self) -> str:
        return address("comment", self.pk)

    @property
    def named_author(self) -> User | None:
        return None if self.is_anonymous else self.author

    @property
    def is_gone(self) -> bool:
        """Whether only its place is shown."""
        return self.deleted_at is not None or self.hidden_at is not None

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None

    def is_by(self, viewer: Viewer) -> bool:
        return bool(viewer.is_authenticated and self.author_id == viewer.pk)
