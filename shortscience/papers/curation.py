"""What people and sources say about papers: doubtful pairs, merges, suggestions, notices.

`papers.models` imports these, so that Django finds them.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shortscience.papers.matching import Reason
from shortscience.papers.records import NoticeKind

NOTICE_KINDS = [
    (NoticeKind.RETRACTION.value, _("Retracted")),
    (NoticeKind.CORRECTION.value, _("Corrected")),
    (NoticeKind.CONCERN.value, _("Expression of concern")),
    (NoticeKind.WITHDRAWAL.value, _("Withdrawn")),
]


class DoubtfulPair(models.Model):
    """Two papers that may be one. Asked once: an answer stays, so that nobody is asked again."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        MERGED = "merged", _("merged")
        DIFFERENT = "different", _("different papers")

    # The older row first, so that a pair is stored once.
    first = models.ForeignKey("papers.Paper", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("papers.Paper", on_delete=models.CASCADE, related_name="+")
    # `matching.Reason` values, joined by "; ".
    reasons = models.CharField(max_length=300)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_row_per_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pairs_in_order"),
        ]
        # Serves the review list: what is open, oldest first.
        indexes = [
            models.Index(fields=["id"], name="pairs_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}: {self.reasons}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def reason_list(self) -> Sequence[Reason]:
        known = {reason.value for reason in Reason}
        return [Reason(text) for text in self.reasons.split("; ") if text in known]


class PaperMerge(models.Model):
    """One merge, with everything that undoing it needs."""

    keep = models.ForeignKey("papers.Paper", on_delete=models.PROTECT, related_name="merges")
    drop = models.ForeignKey("papers.Paper", on_delete=models.PROTECT, related_name="merged_by")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=200)
    merged_at = models.DateTimeField()
    # What moved and what was filled in; `merging` and the layer above it write and read it.
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["drop"], condition=Q(undone_at__isnull=True), name="merged_into_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.drop_id} into {self.keep_id}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


class MetadataSuggestion(models.Model):
    """A member's correction of one field of a paper. Rows stay: they are the paper's history."""

    class Field(models.TextChoices):
        TITLE = "title", _("Title")
        AUTHORS = "authors", _("Authors")
        YEAR = "year", _("Year")
        VENUE = "venue", _("Conference or journal")
        PUBLISHED_ON = "published_on", _("First published")
        ABSTRACT = "abstract", _("Abstract")

    class State(models.TextChoices):
        OPEN = "open", _("waits for a second person or a moderator")
        APPLIED = "applied", _("applied")
        DECLINED = "declined", _("declined")
        REVERTED = "reverted", _("reverted")
        OUTDATED = "outdated", _("overtaken by another change")

    paper = models.ForeignKey("papers.Paper", on_delete=models.CASCADE, related_name="suggestions")
    field = models.CharField(max_length=12, choices=Field.choices)
    # As `corrections` writes a field: text, a number, or a list of names.
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    # Null where a second equal suggestion decided.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "field", "by"],
                condition=Q(state="open"),
                name="one_open_suggestion_per_field",
            )
        ]
        indexes = [
            # Serves the limit per day.
            models.Index(fields=["by", "-created_at"], name="suggestions_of_a_person"),
            # Serves the staff page: what waits, oldest first.
            models.Index(fields=["id"], name="suggestions_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.paper_id}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_applied(self) -> bool:
        return self.state == self.State.APPLIED


class PaperNotice(models.Model):
    """What a publisher said about a paper later: retracted, corrected, under concern."""

    paper = models.ForeignKey("papers.Paper", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=21, choices=NOTICE_KINDS)
    # The notice's own DOI; "" where it has none.
    doi = models.CharField(max_length=300, blank=True)
    published_on = models.DateField(null=True)
    source = models.CharField(max_length=60, blank=True)
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "kind", "doi"], name="one_row_per_notice")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.paper_id}"

    @property
    def is_grave(self) -> bool:
        """Whether nobody should build on the paper before reading the notice."""
        return self.kind != NoticeKind.CORRECTION

    @property
    def url(self) -> str:
        return f"https://doi.org/{self.doi}" if self.doi else ""
