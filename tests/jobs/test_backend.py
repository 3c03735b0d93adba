"""Enqueuing: a row in the transaction that needs it, most urgent first, one for each key."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist

from shortscience.jobs.declare import Hourly, Nightly, declared, rules_of
from shortscience.jobs.models import Job
from shortscience.jobs.worker import Worker
from tests.jobs import kinds

pytestmark = pytest.mark.django_db


def test_a_job_runs_with_its_arguments_and_its_result_can_be_asked_for(worker: Worker) -> None:
    result = kinds.quick.enqueue("a")
    assert result.status == TaskResultStatus.READY
    assert result.enqueued_at is not None

    assert worker.run_due() == 1

    result.refresh()
    assert (result.status, result.return_value) == (TaskResultStatus.SUCCESSFUL, "a")
    assert kinds.quick.get_result(result.id).attempts == 1
    assert kinds.noted() == ["quick a"]


def test_what_was_done_keeps_no_arguments(worker: Worker) -> None:
    kinds.quick.enqueue("a code that signs somebody in")

    worker.run_due()

    assert "code" not in str(Job.objects.values().get()["arguments"])


def test_a_job_of_a_rolled_back_transaction_never_runs(worker: Worker) -> None:
    with transaction.atomic():
        kinds.quick.enqueue("a")
        transaction.set_rollback(True)

    assert worker.run_due() == 0


def test_the_most_urgent_job_runs_first_then_the_oldest(worker: Worker) -> None:
    kinds.quick.enqueue("first")
    kinds.quick.enqueue("second")
    kinds.quick.using(priority=-5).enqueue("last")
    kinds.quick.using(priority=5).enqueue("urgent")

    worker.run_due()

    assert kinds.noted() == ["quick urgent", "quick first", "quick second", "quick last"]


def test_a_job_runs_not_before_its_time(worker: Worker) -> None:
    later = timezone.now() + timedelta(hours=1)
    result = kinds.quick.using(run_after=later).enqueue("a")

    assert worker.run_due() == 0
    Job.objects.filter(pk=result.id).update(due_at=Now())
    assert worker.run_due() == 1


def test_a_worker_of_some_queues_leaves_the_others_alone() -> None:
    kinds.quick.using(queue_name="mail").enqueue("mail")
    kinds.quick.enqueue("plain")

    assert Worker("w1", queues=["mail"]).run_due() == 1

    assert kinds.noted() == ["quick mail"]


def test_while_a_job_waits_enqueuing_its_key_again_returns_it(worker: Worker) -> None:
    first = kinds.refresh.enqueue(7)
    again = kinds.refresh.enqueue(7, why="another reason")
    other = kinds.refresh.enqueue(8)

    assert first.id == again.id != other.id
    assert worker.run_due() == 2
    assert kinds.refresh.enqueue(7).id != first.id, "that one is done: this one waits anew"


def test_asking_for_a_deferred_job_now_hastens_it(worker: Worker) -> None:
    later = timezone.now() + timedelta(hours=1)
    deferred = kinds.refresh.using(run_after=later).enqueue(7)
    assert worker.run_due() == 0

    assert kinds.refresh.enqueue(7).id == deferred.id

    assert worker.run_due() == 1


def test_a_key_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 200"):
        kinds.refresh.enqueue(10**200)


def test_a_task_can_know_which_attempt_it_is_and_may_be_asynchronous(worker: Worker) -> None:
    told, ran = kinds.with_context.enqueue(), kinds.asynchronous.enqueue()

    worker.run_due()

    assert kinds.with_context.get_result(told.id).return_value == 1
    assert str(kinds.asynchronous.get_result(ran.id).return_value) == "ran"


@pytest.mark.parametrize("number", ["4711", "no number"])
def test_a_job_that_does_not_exist_has_no_result(number: str) -> None:
    with pytest.raises(TaskResultDoesNotExist):
        kinds.quick.get_result(number)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidTaskError):
        kinds.quick.using(run_after=datetime(2026, 1, 1)).enqueue("a")


def test_a_task_that_declares_nothing_is_treated_with_care() -> None:
    assert not rules_of(kinds.undeclared.module_path).idempotent
    assert not rules_of("tests.jobs.kinds.is_gone").idempotent


def test_only_an_idempotent_task_may_wait_and_try_again() -> None:
    with pytest.raises(ValueError, match="idempotent"):
        declared(idempotent=False, waits=(timedelta(0),))


NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timetable", "moment", "due"),
    [
        (Hourly(), NOON, NOON + timedelta(hours=1)),
        (Hourly(30), NOON, NOON + timedelta(minutes=30)),
        (Hourly(30), NOON + timedelta(minutes=30), NOON + timedelta(minutes=90)),
        (Nightly(time(3, 15)), NOON, NOON + timedelta(hours=15, minutes=15)),
        (Nightly(time(12, 0)), NOON, NOON + timedelta(days=1)),
        (Nightly(time(12, 0)), NOON - timedelta(seconds=1), NOON),
    ],
)
def test_timetables_name_the_next_time(
    timetable: Hourly | Nightly, moment: datetime, due: datetime
) -> None:
    assert timetable.after(moment) == due
