"""What becomes of a job: done, tried again, taken over, given up; decided by people after that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shortscience.jobs import leases
from shortscience.jobs.actions import NotDead, drop, forget_old, retry
from shortscience.jobs.leases import Ended
from shortscience.jobs.models import Job
from shortscience.jobs.worker import Worker
from tests.jobs import kinds

pytestmark = pytest.mark.django_db

A_MINUTE = timedelta(minutes=1)


def begun(holder: str = "w1/1") -> Job:
    job = leases.go_on(holder, after=None)
    assert job is not None
    return job


def only() -> Job:
    return Job.objects.get()


def pass_time(by: timedelta) -> None:
    """Let all that was noted be so much older."""
    # SQLite's clock has milliseconds: a moment that is only just over may not be over for it.
    by += timedelta(seconds=1)
    job = only()
    leased = job.leased_until - by if job.leased_until else None
    finished = job.finished_at - by if job.finished_at else None
    Job.objects.update(due_at=job.due_at - by, leased_until=leased, finished_at=finished)


def test_a_failed_job_is_tried_again_after_each_wait_then_given_up(worker: Worker) -> None:
    kinds.failing.enqueue()

    worker.run_due()
    assert (only().state, only().failures) == ("waiting", 1)
    assert A_MINUTE / 2 < only().due_at - timezone.now() <= A_MINUTE
    for wait in (A_MINUTE, timedelta(hours=1)):
        assert worker.run_due() == 0
        pass_time(wait)
        assert worker.run_due() == 1

    assert (only().state, only().failures, only().starts) == ("dead", 3, 3)


def test_an_error_that_cannot_help_itself_is_given_up_at_once(worker: Worker) -> None:
    kinds.failing.enqueue(kind="hopeless")

    worker.run_due()

    assert (only().state, only().error_class) == ("dead", "tests.jobs.kinds.Hopeless")


def test_errors_are_kept_without_mail_addresses(worker: Worker) -> None:
    kinds.failing.enqueue()

    worker.run_due()

    assert "RuntimeError: …@example.org is away" in only().error
    assert "bob@" not in only().error


@pytest.mark.parametrize("task", [kinds.odd_value, kinds.leaving])
def test_whatever_a_task_does_wrong_the_worker_goes_on(task, worker: Worker) -> None:
    task.enqueue()
    kinds.quick.enqueue("next")

    assert worker.run_due() == 2

    assert Job.objects.dead().count() == 1
    assert kinds.noted() == ["quick next"]


def test_a_task_that_this_program_does_not_know_waits_for_an_update(worker: Worker) -> None:
    Job.objects.create(task="tests.jobs.kinds.of_tomorrow")

    worker.run_due()

    assert only().state == "waiting"
    assert only().due_at > timezone.now()


def test_a_job_of_a_dead_worker_is_taken_over_when_its_lease_ends() -> None:
    kinds.quick.enqueue("a")
    begun()

    assert leases.take_over_lost() == 0
    pass_time(leases.LEASE + A_MINUTE)
    assert leases.take_over_lost() == 1

    assert (only().state, only().deaths) == ("waiting", 1)
    assert begun("w2/1").starts == 2


def test_a_sign_of_life_prolongs_the_lease_and_tells_the_progress() -> None:
    kinds.quick.enqueue("a")
    job = begun()
    pass_time(leases.LEASE + A_MINUTE)

    leases.prolong(job, lease=leases.LEASE, progress=(3, 10, "three of ten"))

    assert leases.take_over_lost() == 0
    assert (only().percent, only().progress_note) == (30, "three of ten")


def test_the_next_worker_of_a_place_takes_back_at_once_and_no_other() -> None:
    kinds.quick.enqueue("a")
    begun("w1/old")

    assert leases.take_back("w") == leases.take_back("w2") == 0
    assert leases.take_back("w1") == 1


@pytest.mark.parametrize("task", [kinds.quick, kinds.once])
def test_a_job_that_its_worker_never_heard_of_waits_again(task) -> None:
    kinds.quick.enqueue("run")
    run = begun()
    task.enqueue("lost")
    begun()

    assert leases.give_back("w1/1", but=Ended(run)) == 1

    assert [(job.state, job.deaths) for job in Job.objects.order_by("pk")] == [
        ("running", 0),
        ("waiting", 0),
    ]


def test_a_job_during_which_the_worker_dies_each_time_is_given_up() -> None:
    kinds.quick.enqueue("a")
    for _ in range(leases.MOST_DEATHS):
        begun()
        leases.take_back("w1")

    assert only().state == "dead"
    assert only().error == leases.DIED_OFTEN


@pytest.mark.parametrize("task", [kinds.once, kinds.undeclared])
def test_a_job_that_may_not_run_twice_is_given_up_when_its_worker_died(task) -> None:
    task.enqueue(*(["a"] if task is kinds.once else []))
    begun()

    leases.take_back("w1")

    assert (only().state, only().error) == ("dead", leases.WORKER_DIED)


def test_a_stopped_job_runs_again_only_if_it_may() -> None:
    kinds.quick.enqueue("a")
    leases.end(Ended(begun(), was_stopped=True))
    assert (only().state, only().deaths) == ("waiting", 0)
    only().delete()

    kinds.once.enqueue("a")
    leases.end(Ended(begun(), was_stopped=True))
    assert (only().state, only().error) == ("dead", leases.STOPPED)


def test_a_worker_that_was_only_slow_still_says_that_it_was_done() -> None:
    kinds.once.enqueue("a")
    job = begun()
    pass_time(leases.LEASE + A_MINUTE)
    leases.take_over_lost()

    leases.end(Ended(job))

    assert only().state == "done"


def test_a_worker_whose_job_another_has_begun_changes_nothing() -> None:
    kinds.quick.enqueue("a")
    job = begun("w1/1")
    leases.take_back("w1")
    other = begun("w2/1")

    leases.end(Ended(job, error=RuntimeError("late")))
    leases.prolong(job, lease=leases.LEASE, progress=(1, 1, "late"))

    assert (only().state, only().holder, only().error) == ("running", other.holder, "")
    assert only().progress_note == ""


def test_a_job_that_would_wait_beside_another_of_its_key_goes() -> None:
    kinds.refresh.enqueue(7)
    begun()
    kinds.refresh.enqueue(7)

    leases.take_back("w1")

    assert (only().state, only().starts) == ("waiting", 0)


def test_a_person_lets_a_dead_job_run_again(worker: Worker) -> None:
    kinds.stumbling.enqueue("a")
    Job.objects.update(state="dead", failures=9, deaths=9, finished_at=timezone.now())

    assert retry(job=only())

    assert (only().state, only().failures, only().deaths) == ("waiting", 0, 0)
    assert worker.run_due() == 2
    assert only().state == "done"


def test_a_person_drops_a_dead_job(worker: Worker) -> None:
    kinds.failing.enqueue(kind="hopeless")
    worker.run_due()

    drop(job=only())

    assert not Job.objects.exists()


@pytest.mark.parametrize("act", [retry, drop])
def test_only_a_dead_job_is_decided_about(act) -> None:
    kinds.quick.enqueue("a")

    with pytest.raises(NotDead):
        act(job=only())


@pytest.mark.parametrize(
    ("state", "age", "goes"),
    [
        ("done", timedelta(hours=23), 0),
        ("done", timedelta(hours=25), 1),
        ("dead", timedelta(days=29), 0),
        ("dead", timedelta(days=31), 1),
        ("waiting", timedelta(days=31), 0),
    ],
)
def test_old_jobs_are_forgotten(state: str, age: timedelta, goes: int) -> None:
    kinds.quick.enqueue("a")
    Job.objects.update(state=state, finished_at=timezone.now() - age)

    assert forget_old() == goes
