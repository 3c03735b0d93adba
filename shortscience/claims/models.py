"""What a paper says that can be checked, each statement a row; whether it holds is found later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.querysets import Viewer
from shortscience.claims.querysets import ClaimQuerySet, VersionQuerySet
from shortscience.lib import markup
from shortscience.lib.routes import address
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary

if TYPE_CHECKING:
    from shortscience.accounts.models import User


class Kind(models.TextChoices):
    NUMBER = "number", _("a number")
    COMPARISON = "comparison", _("a comparison")
    THEOREM = "theorem", _("a theorem")
    QUALITATIVE = "qualitative", _("in words")


class Relation(models.TextChoices):
    EQUAL = "=", _("is")
    AT_LEAST = ">=", _("at least")
    AT_MOST = "<=", _("at most")
    ABOUT = "~", _("about")


# The class of the style sheet that draws each status.
_DRAWN_AS = {
    "reproduced": "confirmed",
    "not_reproduced": "contradicted",
    "inconclusive": "mixed",
    "disputed": "mixed",
    "not_attempted": "skipped",
}
_SIGNS = {Relation.AT_LEAST: "≥ ", Relation.AT_MOST: "≤ ", Relation.ABOUT: "≈ "}


class Statement(models.Model):
    """What a claim says: its words, and the same in columns that programs compare."""

    kind = models.CharField(max_length=11, choices=Kind.choices, default=Kind.QUALITATIVE)
    # One line of Markdown; `markup.MAX_STATEMENT` characters at most.
    statement = models.CharField(max_length=600)
    metric = models.CharField(max_length=80, blank=True)
    relation = models.CharField(max_length=2, blank=True, choices=Relation.choices)
    # As people wrote it: a number, or the name of what is compared with.
    value = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    # Section, table or figure of the paper.
    place = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True

    @property
    def words(self) -> str:
        """The statement without its markup."""
        return markup.plain_line(self.statement)

    @property
    def expectation(self) -> str:
        """What is expected, as "top-1 ≥ 78.7 %"; "" for a claim in words alone."""
        if not self.value:
            return self.metric
        sign = _SIGNS.get(Relation(self.relation), "= " if self.metric else "")
        amount = f"{self.value} {self.unit}".strip()
        return f"{self.metric} {sign}{amount}".strip()


class Claim(Statement):
    """One checkable statement of one paper, as it reads now; `ClaimVersion` has all it was."""

    class Origin(models.TextChoices):
        MARK = "mark", _("marked in a summary")
        PAGE = "page", _("proposed for the paper")
        SUMMARY = "summary", _("proposed for a summary")

    class Status(models.TextChoices):
        """Its fate. Only the first is given here; what reports measured decides the others."""

        UNTESTED = "untested", _("untested")
        REPRODUCED = "reproduced", _("reproduced")
        NOT_REPRODUCED = "not_reproduced", _("not reproduced")
        INCONCLUSIVE = "inconclusive", _("inconclusive")
        DISPUTED = "disputed", _("disputed")
        NOT_ATTEMPTED = "not_attempted", _("not attempted")

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="claims")
    # The text that marks it, or for which it was proposed. Whoever may read that may read this.
    summary = models.ForeignKey(
        Summary, null=True, on_delete=models.SET_NULL, related_name="claims", db_index=False
    )
    # Its id in that text; empty while it stands in none.
    mark = models.CharField(max_length=20, blank=True)
    origin = models.CharField(max_length=7, choices=Origin.choices)
    # Never set for what a text marks: the text says who wrote it, or that nobody is told.
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="claims_proposed",
    )
    number = models.FloatField(null=True, editable=False)
    html = models.TextField(editable=False)
    has_math = models.BooleanField(default=False, editable=False)
    renderer_version = models.PositiveSmallIntegerField(default=0, editable=False)
    status = models.CharField(
        max_length=14, choices=Status.choices, default=Status.UNTESTED, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField()
    # The text does not mark it any more. Discussed, it stays on the list.
    retired_at = models.DateTimeField(null=True, editable=False)
    # The text's writer did not want it, and why.
    declined_at = models.DateTimeField(null=True, editable=False)
    decline_reason = models.CharField(max_length=300, blank=True, editable=False)
    # It says the same as this one: its address leads there.
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )
    # Set by moderation only.
    hidden_at = models.DateTimeField(null=True, editable=False)
    # Standing comments on it; `counts.recount` counts again.
    comment_count = models.PositiveIntegerField(default=0, editable=False)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["summary", "mark"],
                condition=~Q(mark=""),
                name="one_claim_per_mark",
            ),
            # A name beside a mark would name the writer of an anonymous text.
            models.CheckConstraint(
                condition=~Q(origin="mark") | Q(proposed_by__isnull=True),
                name="marks_name_nobody",
            ),
        ]
        indexes = [
            # Serves every save of a text that has claims.
            models.Index(fields=["summary", "id"], name="claims_of_a_text"),
            # Serves the list of claims of one status, newest first.
            models.Index(fields=["status", "-id"], name="claims_by_status"),
            # Serves `rerender`.
            models.Index(fields=["renderer_version", "id"], name="claims_renderer"),
        ]

    def __str__(self) -> str:
        return f"Claim {self.pk}"

    def get_absolute_url(self) -> str:
        return address("claim", self.pk)

    @property
    def anchor(self) -> str:
        """Its id in the list on the paper's page."""
        return f"claim-{self.pk}"

    @property
    def line_url(self) -> str:
        """Its line on the paper's page; the paper must be loaded."""
        return f"{self.paper.get_absolute_url()}#{self.anchor}"

    @property
    def said_url(self) -> str:
        """Where its text says it, on the paper's page: the ids of a text begin with its number."""
        return f"{self.paper.get_absolute_url()}#s{self.summary_id}.{self.mark}"

    @property
    def drawn_as(self) -> str:
        """How its status is drawn, as in the class `status--untested`."""
        return _DRAWN_AS.get(self.status, "untested")

    @property
    def is_tested(self) -> bool:
        """Whether a report says something about it."""
        return self.status != self.Status.UNTESTED

    @property
    def is_marked(self) -> bool:
        """Whether a text says it now."""
        return bool(self.mark) and self.retired_at is None

    @property
    def is_proposal(self) -> bool:
        """Whether it waits for the writer of the text for which it was proposed."""
        return (
            self.origin == self.Origin.SUMMARY
            and self.summary_id is not None
            and not self.mark
            and self.declined_at is None
        )

    @property
    def is_declined(self) -> bool:
        return self.declined_at is not None

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None

    @property
    def named_author(self) -> User | None:
        """Who proposed it, as others may know them; of a mark, nobody: its text says."""
        return self.proposed_by

    def is_by(self, viewer: Viewer) -> bool:
        """Whether the viewer answers for its words: proposed it, or wrote the text that says it."""
        if not viewer.is_authenticated:
            return False
        if self.mark and self.summary is not None:
            return self.summary.is_by(viewer)
        return self.proposed_by_id == viewer.pk


class ClaimVersion(Statement):
    """A claim as it read after one change."""

    claim = models.ForeignKey(
        Claim, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    saved_at = models.DateTimeField()
    # Null for a change of a text: see `Claim.proposed_by`.
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # `Summary.version` of the text that said so; null for what was typed into a form. A version of
    # a text that its writer took out of sight takes this one along.
    text_version = models.PositiveIntegerField(null=True)
    # What was private, or said under a name that was taken off since, is shown to nobody else.
    is_shown = models.BooleanField(default=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="one_version_per_change")
        ]

    def __str__(self) -> str:
        return f"Claim {self.claim_id}, version {self.number}"


class ClaimMerge(models.Model):
    """Two claims that say the same, joined by a member. Rows are only ever added or undone."""

    keep = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="merges")
    drop = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="merges_into_others")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["drop"],
                condition=Q(undone_at__isnull=True),
                name="one_standing_merge_per_claim",
            )
        ]
        indexes = [
            # Serves the limit of merges per person.
            models.Index(fields=["by", "-merged_at"], name="claim_merges_by_person")
        ]

    def __str__(self) -> str:
        return f"Claim {self.drop_id} into {self.keep_id}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None
