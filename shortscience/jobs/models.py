"""Later work as rows: jobs, and when scheduled ones are due next."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django_tasks.base import DEFAULT_TASK_QUEUE_NAME

from shortscience.jobs.querysets import JobQuerySet


def no_arguments() -> dict[str, object]:
    """Return what a job holds that was done: mails carry codes that sign people in."""
    return {"args": [], "kwargs": {}}


class Job(models.Model):
    """A call of a task, to be made later."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        # Given up: a person looks, and lets it run again or drops it.
        DEAD = "dead"

    task = models.CharField(max_length=200)
    arguments = models.JSONField(default=no_arguments)
    queue_name = models.CharField(max_length=40, default=DEFAULT_TASK_QUEUE_NAME)
    priority = models.SmallIntegerField(default=0)
    # Of one task, one job with this key waits at a time; "" has no such limit.
    unique_key = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    enqueued_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Who runs it, and until when that is believed without another sign of life.
    holder = models.CharField(max_length=100, default="", blank=True)
    leased_until = models.DateTimeField(null=True)
    # How often it was begun, raised an error, and lost its worker.
    starts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    deaths = models.PositiveIntegerField(default=0)
    # Of the last error: its class, and what it said, without mail addresses.
    error_class = models.CharField(max_length=200, default="", blank=True)
    error = models.TextField(default="", blank=True)
    value = models.JSONField(null=True)
    progress_done = models.PositiveBigIntegerField(null=True)
    progress_total = models.PositiveBigIntegerField(null=True)
    progress_note = models.CharField(max_length=200, default="", blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "unique_key"],
                condition=models.Q(state="waiting") & ~models.Q(unique_key=""),
                name="one_waiting_job_per_key",
            ),
        ]
        indexes = [
            # Serves `next_first` of those that are due.
            models.Index(
                models.F("priority").desc(),
                "due_at",
                "id",
                condition=models.Q(state="waiting"),
                name="job_next",
            ),
            # Serves `lost`: whose worker gave no sign of life.
            models.Index(
                fields=["leased_until"], condition=models.Q(state="running"), name="job_leased"
            ),
            # Serves the lists by state, and forgetting old ones.
            models.Index(fields=["state", "finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def name(self) -> str:
        """The task's function."""
        return self.task.rpartition(".")[2]

    @property
    def is_dead(self) -> bool:
        return self.state == self.State.DEAD

    @property
    def percent(self) -> int | None:
        """How much of it is done, if it says so."""
        if not self.progress_total or self.progress_done is None:
            return None
        return min(100, 100 * self.progress_done // self.progress_total)


class Appointment(models.Model):
    """When a scheduled task is due next: the row that workers of all nodes agree on."""

    task = models.CharField(max_length=200, primary_key=True)
    due_at = models.DateTimeField()
    enqueued_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.task} at {self.due_at}"
