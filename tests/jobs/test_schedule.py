"""What runs by the clock: once for each time that it is due, whatever happened meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shortscience.jobs import schedule
from shortscience.jobs.models import Appointment, Job
from tests.jobs import kinds

pytestmark = pytest.mark.django_db

TICKING = kinds.ticking.module_path


def appointment() -> Appointment:
    return Appointment.objects.get(task=TICKING)


def ticks() -> int:
    return Job.objects.filter(task=TICKING).count()


def test_what_is_new_is_due_at_once_then_by_its_timetable() -> None:
    schedule.arrange()
    schedule.enqueue_due()
    schedule.enqueue_due()

    assert ticks() == 1
    assert appointment().due_at.minute == 59
    assert appointment().due_at > timezone.now()


def test_times_that_were_missed_count_once_together() -> None:
    schedule.arrange()
    Appointment.objects.update(due_at=timezone.now() - timedelta(days=3))

    schedule.enqueue_due()
    schedule.enqueue_due()

    assert ticks() == 1


def test_starting_again_changes_no_appointment() -> None:
    schedule.arrange()
    schedule.enqueue_due()
    before = appointment().due_at

    schedule.arrange()

    assert appointment().due_at == before


def test_an_appointment_that_a_wrong_clock_made_is_brought_back() -> None:
    schedule.arrange()
    Appointment.objects.update(due_at=timezone.now() + timedelta(days=400))

    schedule.arrange()

    assert appointment().due_at <= timezone.now() + timedelta(hours=1)


def test_what_only_another_version_of_the_program_schedules_is_left_alone() -> None:
    long_ago = timezone.now() - timedelta(days=1)
    Appointment.objects.create(task="tests.jobs.kinds.of_tomorrow", due_at=long_ago)

    schedule.enqueue_due()

    assert Appointment.objects.get().due_at == long_ago
    assert not Job.objects.exists()
