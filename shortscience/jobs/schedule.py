"""Scheduled tasks: one job for each time that they are due, however many workers look."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shortscience.jobs.declare import task_at, timetables
from shortscience.jobs.models import Appointment

log = logging.getLogger(__name__)


def arrange() -> None:
    """Make an appointment for each scheduled task that has none: at once, then by its timetable.

    One that lies further away than the next time, because a clock was wrong, is brought back.
    """
    now = timezone.now()
    known = timetables()
    Appointment.objects.bulk_create(
        [Appointment(task=path, due_at=now) for path in known], ignore_conflicts=True
    )
    for path, timetable in known.items():
        following = timetable.after(now)
        Appointment.objects.filter(task=path, due_at__gt=following).update(due_at=following)


def enqueue_due(now: datetime | None = None) -> int:
    """Enqueue the scheduled tasks that are due; return how many.

    The job and the next appointment are one transaction, under a lock on the row: each time
    counts once. Times that nobody was there for count once together.
    """
    now = now or timezone.now()
    due = Appointment.objects.filter(due_at__lte=now)
    if not due.exists():
        return 0
    enqueued = 0
    with transaction.atomic():
        for appointment in due.select_for_update(skip_locked=True):
            timetable = timetables().get(appointment.task)
            if timetable is None:
                # A newer program of another node schedules it.
                continue
            task_at(appointment.task).enqueue()
            appointment.due_at, appointment.enqueued_at = timetable.after(now), now
            appointment.save(update_fields=["due_at", "enqueued_at"])
            enqueued += 1
    return enqueued
