"""Reads about jobs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from shortscience.jobs.models import Job

# Times are compared by the database's clock: those of several nodes differ.


class JobQuerySet(models.QuerySet["Job"]):
    def waiting(self) -> JobQuerySet:
        return self.filter(state="waiting")

    def running(self) -> JobQuerySet:
        return self.filter(state="running")

    def dead(self) -> JobQuerySet:
        return self.filter(state="dead")

    def due(self) -> JobQuerySet:
        """Jobs that may begin now."""
        return self.waiting().filter(due_at__lte=Now())

    def lost(self) -> JobQuerySet:
        """Jobs whose worker gave no sign of life for too long."""
        return self.running().filter(leased_until__lt=Now())

    def next_first(self) -> JobQuerySet:
        """The most urgent first, then what is due longest."""
        return self.order_by("-priority", "due_at", "pk")

    def newest_first(self) -> JobQuerySet:
        return self.order_by("-pk")

    def finished_before(self, moment: datetime) -> JobQuerySet:
        return self.filter(finished_at__lt=moment)

    def for_me_alone(self) -> JobQuerySet:
        """Lock the rows, passing over those that another worker holds (PostgreSQL)."""
        return self.select_for_update(skip_locked=True)

    def count_by_state(self) -> dict[str, int]:
        counted = self.order_by().values_list("state").annotate(models.Count("pk"))
        return dict(counted)
