"""Reads about reports and the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from shortscience.moderation.models import LogEntry, Report


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> ReportQuerySet:
        return self.filter(resolved_at__isnull=True)

    def oldest_first(self) -> ReportQuerySet:
        return self.order_by("created_at", "id")

    def for_queue(self) -> ReportQuerySet:
        """Load what the staff page prints of each case."""
        return self.select_related(
            "reporter", "summary__paper", "summary__author", "comment__paper", "comment__author",
            "paper", "person", "reading_list", "claim",
        )  # fmt: skip


class LogEntryQuerySet(models.QuerySet["LogEntry"]):
    def newest_first(self) -> LogEntryQuerySet:
        return self.order_by("-happened_at", "-id")

    def public(self) -> LogEntryQuerySet:
        """What everybody may read: nobody is named for a report that came to nothing."""
        return self.exclude(act="keep", person__isnull=False)

    def for_log(self) -> LogEntryQuerySet:
        """Load what a row of the log prints."""
        return self.select_related(
            "actor",
            "summary__paper",
            "comment__paper",
            "comment__summary",
            "paper",
            "person",
            "reading_list__owner",
            "claim",
        ).defer(
            *("summary__text", "summary__lead_html", "summary__rest_html"),
            *("comment__text", "comment__html", "comment__summary__text"),
            *("comment__summary__lead_html", "comment__summary__rest_html"),
        )
