"""What people may read of a job: no text that signs somebody in, and nobody's mail address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from shortscience.jobs.declare import rules_of
from shortscience.jobs.models import Appointment, Job


@dataclass(frozen=True, slots=True)
class Shown:
    """A job as pages and the command line tell of it."""

    job: Job
    label: str
    arguments: dict[str, str]
    error: str

    def facts(self) -> dict[str, object]:
        """Return all of it as plain data."""
        job = self.job
        return {
            "id": job.pk,
            "state": job.state,
            "task": job.task,
            "label": self.label,
            "arguments": self.arguments,
            "priority": job.priority,
            "queue": job.queue_name,
            "enqueued_at": _iso(job.enqueued_at),
            "due_at": _iso(job.due_at),
            "started_at": _iso(job.started_at),
            "finished_at": _iso(job.finished_at),
            "worker": job.holder,
            "starts": job.starts,
            "failures": job.failures,
            "deaths": job.deaths,
            "done": job.progress_done,
            "total": job.progress_total,
            "note": job.progress_note,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class Planned:
    """A scheduled task, and when it is due next."""

    task: str
    label: str
    due_at: datetime


def shown(job: Job) -> Shown:
    return Shown(job, label_of(job.task), arguments_of(job), error_of(job))


def shown_all(jobs: Iterable[Job]) -> Sequence[Shown]:
    return [shown(job) for job in jobs]


def planned() -> Sequence[Planned]:
    """Return what is scheduled, what is due next first; nothing before a worker ran once."""
    return [
        Planned(each.task, label_of(each.task), each.due_at)
        for each in Appointment.objects.order_by("due_at", "task")
        if rules_of(each.task).every is not None
    ]


def label_of(path: str) -> str:
    """Return what people call a task."""
    return str(rules_of(path).label) or path.rpartition(".")[2].replace("_", " ")


def arguments_of(job: Job) -> dict[str, str]:
    """Return of the arguments what their task lets people read; nothing if it says nothing."""
    describe = rules_of(job.task).describe
    given = job.arguments
    if describe is None or job.state == Job.State.DONE:
        return {}
    try:
        return describe(*given["args"], **given["kwargs"])
    except (TypeError, KeyError, AttributeError, ValueError):
        return {}  # Written by an older program.


def error_of(job: Job) -> str:
    """Return in one line what went wrong."""
    if not job.error_class:
        return gettext(job.error) if job.error else ""
    lines = job.error.strip().splitlines()
    return lines[-1] if lines else job.error_class


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
