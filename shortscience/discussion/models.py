"""Comments. Each hangs on a paper; most also on one of its summaries, some on a passage of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.querysets import Viewer
from shortscience.claims.models import Claim
from shortscience.discussion.querysets import CommentQuerySet, MentionQuerySet, PassageQuerySet
from shortscience.discussion.rules import EDIT_WINDOW
from shortscience.groups.models import Group
from shortscience.lib.passages import Fate, Quote, Span
from shortscience.lib.routes import address
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary

if TYPE_CHECKING:
    from shortscience.accounts.models import User


class Comment(models.Model):
    class Kind(models.TextChoices):
        COMMENT = "comment", _("comment")
        QUESTION = "question", _("question")

    class Badge(models.TextChoices):
        """What is proven about its writer and shown beside the name; never for anonymous ones."""

        AUTHOR = "author", _("author of this paper")
        MAINTAINER = "maintainer", _("maintainer of this code")

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="comments")
    # Null for a comment on the paper itself, or when its summary was deleted.
    summary = models.ForeignKey(
        Summary, null=True, on_delete=models.SET_NULL, related_name="comments"
    )
    # For a comment on one claim of the paper. `summary` is the text that said it then, if any:
    # whoever may read that may read this. Dangling ones are the doctor's: see its `references`.
    claim = models.ForeignKey(
        Claim,
        null=True,
        on_delete=models.SET_NULL,
        related_name="comments",
        db_index=False,
        db_constraint=False,
    )
    # Its summary was deleted by the writer; the thread stays on the paper.
    outlived_summary = models.BooleanField(default=False, editable=False)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="comments"
    )
    is_anonymous = models.BooleanField(default=False)
    # Said about a text that was not for everybody. It stays so when the text is published.
    is_confidential = models.BooleanField(default=False, db_default=False, editable=False)
    # Whose members may read it then, beside the authors of the text.
    group = models.ForeignKey(
        Group,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        editable=False,
    )
    kind = models.CharField(
        max_length=8, choices=Kind.choices, default=Kind.COMMENT, db_default=Kind.COMMENT
    )
    # When it was accepted as the answer to the question that it answers.
    accepted_at = models.DateTimeField(null=True, editable=False)
    # Kept by `badges`, which knows what proves it.
    badge = models.CharField(
        max_length=10, choices=Badge.choices, blank=True, default="", db_default="", editable=False
    )
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
            # Serves the list of questions; few comments are one.
            models.Index(
                fields=["-created_at", "-id"],
                name="comments_that_ask",
                condition=Q(kind="question"),
            ),
            # Serves a claim's page. Few comments are in it.
            models.Index(
                fields=["claim", "created_at", "id"],
                name="comments_of_a_claim",
                condition=models.Q(claim__isnull=False),
            ),
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

    @property
    def is_question(self) -> bool:
        return self.kind == self.Kind.QUESTION

    @property
    def is_accepted(self) -> bool:
        return self.accepted_at is not None

    @property
    def can_be_edited_until(self) -> datetime:
        return self.created_at + EDIT_WINDOW

    @property
    def can_still_be_edited(self) -> bool:
        return timezone.now() < self.can_be_edited_until

    @property
    def note_on(self) -> Passage | None:
        """The passage that it is a note on; costs no query where it was loaded for a thread."""
        return getattr(self, "passage", None)

    def is_by(self, viewer: Viewer) -> bool:
        return bool(viewer.is_authenticated and self.author_id == viewer.pk)


class Passage(models.Model):
    """The passage of a summary that a comment is a note on: as it was chosen, and where it is now.

    `notes.follow` finds it again whenever the summary's HTML changes, so reading costs no work.
    """

    comment = models.OneToOneField(
        Comment, on_delete=models.CASCADE, primary_key=True, related_name="passage"
    )
    # With the summary its words go: they are its writer's.
    summary = models.ForeignKey(Summary, on_delete=models.CASCADE, related_name="passages")
    # The words as they were chosen, in this version of the summary (`Summary.version`).
    exact = models.TextField()
    version = models.PositiveIntegerField()
    was_public = models.BooleanField()
    was_anonymous = models.BooleanField()
    # Whether everybody may read those words also when the summary does not say them any more.
    is_open = models.BooleanField()

    fate = models.CharField(max_length=7, choices=[(fate.value, fate.value) for fate in Fate])
    # Where it stands in the reading text; null when it is gone.
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    # The words there today, where they are others.
    now = models.TextField(blank=True)
    # What stands around it today, or stood when it was seen last.
    prefix = models.CharField(max_length=40, blank=True)
    suffix = models.CharField(max_length=40, blank=True)

    objects = PassageQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Passage of comment {self.pk}"

    @property
    def quote(self) -> Quote:
        return Quote(self.exact, self.prefix, self.suffix)

    @property
    def span(self) -> Span | None:
        return None if self.start is None or self.end is None else Span(self.start, self.end)

    @property
    def is_same(self) -> bool:
        return self.fate == Fate.SAME

    @property
    def words(self) -> str:
        """The words that stand in the summary today; "" when none do."""
        return self.exact if self.is_same else self.now

    @property
    def words_before(self) -> str:
        """The words as they were chosen, where they are others today and everybody may read
        them."""
        return self.exact if self.is_open and not self.is_same else ""

    def get_version_url(self) -> str:
        """The version of the summary in which the words stand."""
        return address("summary-revision", self.summary_id, self.version)


class CommentRevision(models.Model):
    """What a comment said before it was changed: for moderators, while the comment stands."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="revisions")
    text = models.TextField()
    # When this text was written, and when another took its place.
    written_at = models.DateTimeField()
    replaced_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Comment {self.comment_id} as of {self.written_at:%Y-%m-%d %H:%M}"


class Mention(models.Model):
    """A comment that calls a person by `@handle`. Each tells the person once, however often the
    comment is changed."""

    # The unique constraint below serves what an index of this column would.
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "person"], name="one_mention_of_a_person")
        ]
        indexes = [
            # Serves a person's list.
            models.Index(fields=["person", "-created_at", "-id"], name="mentions_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"Mention {self.pk}"


class MentionMute(models.Model):
    """A person wants to hear of no mention: in comments on one paper, or anywhere."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mention_mutes"
    )
    # Null: anywhere.
    paper = models.ForeignKey(Paper, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "paper"], name="one_mute_of_a_paper"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(paper__isnull=True), name="one_mute_of_all"
            ),
        ]

    def __str__(self) -> str:
        return f"Mute {self.pk}"
