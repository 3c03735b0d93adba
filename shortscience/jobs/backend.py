"""The backend of django-tasks: jobs are rows, written in the transaction that needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued
from django_tasks.utils import normalize_json

from shortscience.jobs.declare import rules_of, task_at
from shortscience.jobs.models import Job

State = Job.State
_STATUS = {
    State.WAITING: TaskResultStatus.READY,
    State.RUNNING: TaskResultStatus.RUNNING,
    State.DONE: TaskResultStatus.SUCCESSFUL,
    State.DEAD: TaskResultStatus.FAILED,
}
_LONGEST_KEY = 200


class DatabaseBackend(BaseTaskBackend):
    """Keeps jobs in the database of the site."""

    supports_defer = True
    supports_async_task = True
    supports_get_result = True
    supports_priority = True

    # Any: the arguments of tasks are as different as tasks are.
    def enqueue(
        self, task: Task[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> TaskResult[Any]:
        """Write the job; with a unique key, return the job that waits already, if one does."""
        self.validate_task(task)
        job = self.write(task, args, kwargs)
        result = result_of(job, task)
        task_enqueued.send(type(self), task_result=result)
        return result

    def write(self, task: Task[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Job:
        """Write the row of a job, or return the one that waits with the same key."""
        path = task.module_path
        job = Job(
            task=path,
            arguments=normalize_json({"args": args, "kwargs": kwargs}),
            queue_name=task.queue_name,
            priority=task.priority,
        )
        if task.run_after is not None:
            job.due_at = task.run_after
        unique = rules_of(path).unique
        if unique is None:
            job.save(force_insert=True)
            return job
        job.unique_key = unique(*args, **kwargs)
        if len(job.unique_key) > _LONGEST_KEY:
            raise ValueError(f"A key of {path} is longer than {_LONGEST_KEY} letters.")
        return _write_unique(job)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Return the job by its number.

        Raises:
            TaskResultDoesNotExist: there is none, or none any more.
        """
        job = Job.objects.filter(pk=result_id).first() if result_id.isdecimal() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        return result_of(job, task_at(job.task))


@transaction.atomic
def _write_unique(job: Job) -> Job:
    same = Job.objects.waiting().filter(task=job.task, unique_key=job.unique_key)
    while True:
        # Locked: it must not begin before what this transaction does can be seen.
        waiting = same.select_for_update().first()
        if waiting is not None:
            _hasten(waiting, job)
            return waiting
        try:
            with transaction.atomic():
                job.save(force_insert=True)
            return job
        except IntegrityError:
            # Somebody was quicker. If that one has begun meanwhile, ours may wait.
            job.pk = None


def _hasten(waiting: Job, asked: Job) -> None:
    """Let the job that waits begin no later than the one that was asked for."""
    due_at = asked.due_at if isinstance(asked.due_at, datetime) else Now()
    Job.objects.filter(pk=waiting.pk, due_at__gt=due_at).update(due_at=due_at)


def result_of(job: Job, task: Task[..., Any]) -> TaskResult[Any]:
    """Return what django-tasks says about a job."""
    result: TaskResult[Any] = TaskResult(
        task=task,
        id=str(job.pk),
        status=_STATUS[State(job.state)],
        enqueued_at=job.enqueued_at,
        started_at=job.started_at,
        last_attempted_at=job.started_at,
        finished_at=job.finished_at,
        args=job.arguments["args"],
        kwargs=job.arguments["kwargs"],
        backend=task.backend,
        errors=[TaskError(exception_class_path=job.error_class, traceback=job.error)]
        if job.error_class
        else [],
        worker_ids=[job.holder] * job.starts,
    )
    object.__setattr__(result, "_return_value", job.value)
    return result
