"""Reports by members, and the log of what moderators did about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shortscience.claims.models import Claim
from shortscience.discussion.models import Comment
from shortscience.evidence.models import ExternalEvidence
from shortscience.evidence.models import Report as RunReport
from shortscience.library.models import ReadingList
from shortscience.moderation.querysets import LogEntryQuerySet, ReportQuerySet
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary

TARGETS = (
    *("summary", "comment", "paper", "person", "reading_list", "claim"),
    *("run_report", "external_evidence"),
)


def at_most_one_target() -> Q:
    """Return the condition that a row points to one thing, or to none that still exists."""
    none_of_the_others = Q()
    for chosen in TARGETS:
        none_of_the_others |= Q(**{f"{n}__isnull": True for n in TARGETS if n != chosen})
    return none_of_the_others


class Targeted(models.Model):
    """What a report or a log entry is about: one of eight kinds of things, while it exists."""

    summary = models.ForeignKey(Summary, null=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.SET_NULL, related_name="+")
    paper = models.ForeignKey(Paper, null=True, on_delete=models.SET_NULL, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # No index: few rows are about lists, and adding one would lock the log for as long as it is.
    reading_list = models.ForeignKey(
        ReadingList, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    claim = models.ForeignKey(
        Claim, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    run_report = models.ForeignKey(
        RunReport, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    external_evidence = models.ForeignKey(
        ExternalEvidence, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # What it was, in words: stays readable when the thing itself is deleted.
    about = models.CharField(max_length=250)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=at_most_one_target(), name="%(class)s_one_target")
        ]

    @property
    def target(self) -> models.Model | None:
        return next((thing for name in TARGETS if (thing := getattr(self, name)) is not None), None)

    @property
    def target_kind(self) -> str:
        return next((n for n in TARGETS if getattr(self, f"{n}_id") is not None), "")


class Report(Targeted):
    class Reason(models.TextChoices):
        SPAM = "spam", _("Advertising or spam")
        COPIED = "copied", _("Copied text")
        WRONG = "wrong", _("About another paper, or plainly wrong")
        UNKIND = "unkind", _("Unkind or personal")
        LAW = "law", _("Breaks the law or somebody’s rights")
        OTHER = "other", _("Something else")

    class Outcome(models.TextChoices):
        HIDDEN = "hidden", _("hidden")
        KEPT = "kept", _("kept")

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reports"
    )
    reason = models.CharField(max_length=6, choices=Reason.choices)
    note = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta(Targeted.Meta):
        indexes = [
            # Serves the staff page: open reports, oldest first.
            models.Index(fields=["resolved_at", "created_at", "id"], name="reports_open_first")
        ]

    def __str__(self) -> str:
        return f"Report {self.pk}: {self.reason}"


class LogEntry(Targeted):
    """One act of moderation. Rows are only ever added."""

    class Act(models.TextChoices):
        HIDE = "hide", _("hid")
        RESTORE = "restore", _("restored")
        KEEP = "keep", _("kept")
        BAN = "ban", _("banned")
        UNBAN = "unban", _("lifted the ban of")
        MERGE = "merge", _("merged")
        UNMERGE = "unmerge", _("parted")
        EDIT = "edit", _("edited")

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    act = models.CharField(max_length=8, choices=Act.choices)
    reason = models.CharField(max_length=200)
    happened_at = models.DateTimeField()

    objects = LogEntryQuerySet.as_manager()

    class Meta(Targeted.Meta):
        verbose_name_plural = "log entries"
        # Serves the public log, newest first.
        indexes = [models.Index(fields=["-happened_at", "-id"], name="log_newest_first")]

    def __str__(self) -> str:
        return f"{self.act} {self.target_kind}"
