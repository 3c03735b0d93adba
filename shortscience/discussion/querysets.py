"""Reads about comments."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from shortscience.accounts.querysets import Viewer
from shortscience.groups.models import Membership
from shortscience.summaries.querysets import in_groups_of, written_with

if TYPE_CHECKING:
    from shortscience.accounts.models import User
    from shortscience.discussion.models import Comment, Mention, Passage
    from shortscience.papers.models import Paper
    from shortscience.summaries.models import Summary


# What is printed of the passage that a comment is a note on.
PASSAGE = ("summary", "exact", "version", "is_open", "fate", "start", "end", "now")


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, viewer: Viewer) -> CommentQuerySet:
        """Comments on papers and summaries that the viewer may see.

        What was said about a text while it was not for everybody is for its authors and the
        group that it was said in, also when the text is public now.

        Deleted and hidden ones are included, because they keep their place in the thread;
        the template prints only that they are gone.
        """
        where = Q(paper__hidden_at__isnull=True)
        said_to_all = Q(is_confidential=False)
        public = said_to_all & (Q(summary__isnull=True) | Q(summary__is_public=True))
        if not viewer.is_authenticated:
            return self.filter(where & public)
        own = written_with(viewer, "summary__")
        groups = Membership.objects.of(viewer).values("group")
        there = Q(summary__isnull=True) | Q(summary__is_public=True)
        in_group = Q(group__in=groups) & (there | in_groups_of(viewer, "summary__"))
        if viewer.is_staff:
            reviewed = said_to_all & Q(summary__visibility="public")
            return self.filter(public | reviewed | own | in_group)
        return self.filter(where & (public | own | in_group))

    def said_to_readers_of(self, summary: Summary) -> CommentQuerySet:
        """Comments on the summary that all who may read it now may read."""
        return self.filter(
            summary=summary, is_confidential=not summary.is_for_all, group=summary.group_id
        )

    def standing(self) -> CommentQuerySet:
        """Neither deleted nor hidden."""
        return self.filter(deleted_at__isnull=True, hidden_at__isnull=True)

    def on(self, paper: Paper) -> CommentQuerySet:
        return self.filter(paper=paper)

    def shown_with(self, summaries: Collection[Summary]) -> CommentQuerySet:
        """Comments on these summaries, and those on the paper itself."""
        where = Q(summary__in=[s.pk for s in summaries]) | Q(summary__isnull=True)
        return self.about_texts().filter(where)

    def about_texts(self) -> CommentQuerySet:
        """Comments on summaries and on papers themselves, not on single claims."""
        return self.filter(claim__isnull=True)

    def by(self, person: User) -> CommentQuerySet:
        """What others may know this person wrote: anonymous comments are left out."""
        return self.filter(author=person, is_anonymous=False)

    def questions(self) -> CommentQuerySet:
        return self.filter(kind="question")

    def waiting(self) -> CommentQuerySet:
        """Those without an accepted answer that stands."""
        answers = self.model._default_manager.filter(
            parent=OuterRef("pk"),
            accepted_at__isnull=False,
            deleted_at__isnull=True,
            hidden_at__isnull=True,
        )
        return self.filter(~Exists(answers))

    def saying_how_often_answered(self) -> CommentQuerySet:
        """Annotate `answers`: those that stand, directly below."""
        answers = self.model._default_manager.filter(
            parent=OuterRef("pk"), deleted_at__isnull=True, hidden_at__isnull=True
        )
        number = answers.order_by().values("parent").annotate(n=Count("pk")).values("n")
        return self.annotate(answers=Coalesce(Subquery(number), 0))

    def notes_on(self, summary: Summary) -> CommentQuerySet:
        """Those on a passage of this summary."""
        return self.filter(passage__summary=summary)

    def newest_first(self) -> CommentQuerySet:
        return self.order_by("-created_at", "-id")

    def oldest_first(self) -> CommentQuerySet:
        return self.order_by("created_at", "id")

    def first_of_each_thread(self, count: int) -> CommentQuerySet:
        """The oldest comments on each summary, and on the paper itself: one query for a page."""
        place = Window(RowNumber(), partition_by="summary", order_by=["created_at", "id"])
        return self.annotate(place=place).filter(place__lte=count)

    def for_thread(self) -> CommentQuerySet:
        """Load what the part `comment` prints."""
        return self.select_related("author", "passage").only(
            "paper",
            "summary",
            "claim",
            "parent",
            "author",
            "is_anonymous",
            "outlived_summary",
            "html",
            "created_at",
            "edited_at",
            "deleted_at",
            "hidden_at",
            "kind",
            "accepted_at",
            "badge",
            *(f"passage__{name}" for name in PASSAGE),
            "author__username",
            "author__display_name",
            "author__banned_at",
        )


class PassageQuerySet(models.QuerySet["Passage"]):
    def of(self, summary: Summary) -> PassageQuerySet:
        return self.filter(summary=summary)

    def in_order(self) -> PassageQuerySet:
        """In the order of the text; those that are gone come last."""
        return self.order_by(models.F("start").asc(nulls_last=True), "pk")


class MentionQuerySet(models.QuerySet["Mention"]):
    def standing(self) -> MentionQuerySet:
        """Those in comments that are neither deleted nor hidden."""
        return self.filter(comment__deleted_at__isnull=True, comment__hidden_at__isnull=True)

    def unseen(self) -> MentionQuerySet:
        return self.filter(seen_at__isnull=True)

    def newest_first(self) -> MentionQuerySet:
        return self.order_by("-created_at", "-pk")
