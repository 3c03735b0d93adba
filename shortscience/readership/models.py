"""Readers of a paper on a day: a sketch while it is young, then a number."""

from __future__ import annotations

from django.db import models

from shortscience.papers.models import Paper
from shortscience.readership.querysets import ReaderDayQuerySet


class ReaderDay(models.Model):
    """About how many people read the page of a paper on one day.

    After DAYS_KEPT_FOR the first day of a month stands for the whole month. A paper that was
    merged keeps its rows, so that undoing the merge has nothing to do here.
    """

    # The unique constraint below serves what an index of this column would.
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    # The estimate of the sketch, or what it was.
    readers = models.PositiveIntegerField(default=0)
    # `lib.sketch`, packed; null once the day is over for good.
    sketch = models.BinaryField(null=True)

    objects = ReaderDayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "day"], name="one_count_a_paper_and_day")
        ]
        indexes = [
            # Serves the nightly work: what is old enough to become smaller?
            models.Index(fields=["day", "id"], name="readers_by_day")
        ]

    def __str__(self) -> str:
        return f"paper {self.paper_id} on {self.day}: {self.readers}"


class DailySalt(models.Model):
    """What visitors of one day are hashed with, by every process of the site.

    It goes when the day is over, and from then on nobody can tell from a sketch whether somebody
    was there. It is in no backup.
    """

    day = models.DateField(primary_key=True)
    value = models.BinaryField()

    def __str__(self) -> str:
        return f"the salt of {self.day}"
