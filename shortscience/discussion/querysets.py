"""Reads about comments."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, Window
from django.db.models.functions import RowNumber

from shortscience.accounts.querysets import Viewer

if TYPE_CHECKING:
    from shortscience.accounts.models import User
    from shortscience.discussion.models import Comment
    from shortscience.papers.models import Paper
    from shortscience.summaries.models import Summary


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, viewer: Viewer) -> CommentQuerySet:
        """Comments on papers and summaries that the viewer may see.

        Deleted and hidden ones are included, because they keep their place in the thread;
        the template prints only that they are gone.
        """
        where = Q(paper__hidden_at__isnull=True)
        public = Q(summary__isnull=True) | Q(summary__is_public=True)
        if not viewer.is_authenticated:
            return self.filter(where & public)
        if viewer.is_staff:
            return self.filter(public | Q(summary__visibility="public") | Q(summary__author=viewer))
        return self.filter(where & (public | Q(summary__author=viewer)))

    def standing(self) -> CommentQuerySet:
        """Neither deleted nor hidden."""
        return self.filter(deleted_at__isnull=True, hidden_at__isnull=True)

    def on(self, paper: Paper) -> CommentQuerySet:
        return self.filter(paper=paper)

    def shown_with(self, summaries: Collection[Summary]) -> CommentQuerySet:
        """Comments on these summaries, and those on the paper itself."""
        return self.filter(Q(summary__in=[s.pk for s in summaries]) | Q(summary__isnull=True))

    def by(self, person: User) -> CommentQuerySet:
        """What others may know this person wrote: anonymous comments are left out."""
        return self.filter(author=person, is_anonymous=False)

    def oldest_first(self) -> CommentQuerySet:
        return self.order_by("created_at", "id")

    def first_of_each_thread(self, count: int) -> CommentQuerySet:
        """The oldest comments on each summary, and on the paper itself: one query for a page."""
        place = Window(RowNumber(), partition_by="summary", order_by=["created_at", "id"])
        return self.annotate(place=place).filter(place__lte=count)

    def before(self, comment: Comment) -> CommentQuerySet:
        """Those that stand before this one in the same thread."""
        earlier = Q(created_at=comment.created_at, pk__lt=comment.pk)
        return self.filter(
            earlier | Q(created_at__lt=comment.created_at),
            paper=comment.paper_id,
            summary=comment.summary_id,
        )

    def for_thread(self) -> CommentQuerySet:
        """Load what the part `comment` prints."""
        return self.select_related("author").only(
            "paper",
            "summary",
            "parent",
            "author",
            "is_anonymous",
            "outlived_summary",
            "html",
            "created_at",
            "edited_at",
            "deleted_at",
            "hidden_at",
            "author__username",
            "author__display_name",
            "author__banned_at",
        )
