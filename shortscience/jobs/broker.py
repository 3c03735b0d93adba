"""Jobs over Redis or RabbitMQ, for sites where a database carries too many: by dramatiq.

A broker carries what is plain: a job that may run twice and is due at once. All that has to be
remembered stays in the database: what waits for its time or its key, what may run only once, what
failed and is tried again, what was given up. So a worker of such a site works on both, and the
pages about jobs are the same.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, close_old_connections, transaction
from django.utils import timezone
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.base import (
    DEFAULT_TASK_PRIORITY,
    DEFAULT_TASK_QUEUE_NAME,
    Task,
    TaskContext,
)
from django_tasks.signals import task_enqueued
from django_tasks.utils import get_random_id, normalize_json
from redis import RedisError

from shortscience.jobs import leases
from shortscience.jobs.backend import DatabaseBackend
from shortscience.jobs.declare import rules_of, task_at
from shortscience.jobs.leases import Ended
from shortscience.jobs.models import Job

try:
    import dramatiq
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.middleware import CurrentMessage, Middleware
except ImportError as missing:  # pragma: no cover
    raise ImproperlyConfigured(
        "TASKS_BACKEND: a broker needs `pip install 'shortscience[broker]'`."
    ) from missing

if TYPE_CHECKING:
    from dramatiq import Actor, Broker

log = logging.getLogger(__name__)

# Jobs that one process runs at a time; most of them wait for others.
THREADS = 4
# A process that gave no sign of life for so long is dead, and its jobs are another's.
HEARTBEAT_MS = 60_000
# Of a million questions to Redis, so many also look for dead processes: one every few seconds
# even if the worker is idle.
_LOOKS_FOR_THE_DEAD = 250_000
# How long Redis remembers that a job was begun.
_BEGUN_S = 7 * 24 * 3600
_WAITS_S = 1.0


class BrokerBackend(DatabaseBackend):
    """Sends plain jobs over a broker when the transaction is committed, keeps the others here."""

    supports_get_result = False

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, params)
        self.url: str = self.options["url"]

    # Any: the arguments of tasks are as different as tasks are.
    def enqueue(
        self, task: Task[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> TaskResult[Any]:
        if not is_plain(task):
            return super().enqueue(task, args, kwargs)
        self.validate_task(task)
        result = _new_result(task, get_random_id(), args, kwargs)
        transaction.on_commit(partial(self._send, task, result))
        task_enqueued.send(type(self), task_result=result)
        return result

    def _send(self, task: Task[..., Any], result: TaskResult[Any]) -> None:
        try:
            actor = actor_of(self.url, HEARTBEAT_MS)
            actor.send(task.module_path, result.id, result.args, result.kwargs)
        except Exception as error:  # Each broker has errors of its own; the job must not be lost.
            log.warning("The broker takes no job, the database keeps it: %s", error)
            self.write(task, result.args, result.kwargs)


def is_plain(task: Task[..., Any]) -> bool:
    """Tell whether a broker may carry jobs of the task."""
    rules = rules_of(task.module_path)
    return (
        rules.idempotent
        and rules.unique is None
        and task.run_after is None
        and task.priority == DEFAULT_TASK_PRIORITY
        and task.queue_name == DEFAULT_TASK_QUEUE_NAME
    )


def queue_name() -> str:
    """Return a name that only this site's processes have: a broker may serve several sites."""
    return queue_name_for(settings.SECRET_KEY)


def queue_name_for(secret: str) -> str:
    """Return the name that the site with this secret key has at the broker."""
    digest = hashlib.blake2b(secret.encode(), digest_size=8, person=b"broker").hexdigest()
    return f"shortscience-{digest}"


@lru_cache
def broker_of(url: str, heartbeat_ms: int) -> Broker:
    """Return the connection to a broker by its address; it connects when it is used."""
    # None of dramatiq's own retries and time limits: failures are written to the database.
    middleware: list[Middleware] = [CurrentMessage()]
    if url.startswith("amqp"):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker

        return RabbitmqBroker(url=url, middleware=middleware)
    return RedisBroker(  # type: ignore[no-untyped-call]
        url=url,
        middleware=middleware,
        namespace=queue_name(),
        heartbeat_timeout=heartbeat_ms,
        maintenance_chance=_LOOKS_FOR_THE_DEAD,
    )


@lru_cache
def actor_of(url: str, heartbeat_ms: int) -> Actor[..., None]:
    """Return what sends a job, and runs it on the other side."""
    broker = broker_of(url, heartbeat_ms)

    def run(path: str, number: str, args: list[Any], kwargs: dict[str, Any]) -> None:
        _run(broker, path, number, args, kwargs)

    return dramatiq.actor(queue_name=queue_name(), broker=broker)(run)


@contextmanager
def serving(url: str, *, stop_within_s: float, heartbeat_ms: int = HEARTBEAT_MS) -> Iterator[None]:
    """Run what the broker brings, in threads, while inside."""
    actor_of(url, heartbeat_ms)
    worker = dramatiq.Worker(broker_of(url, heartbeat_ms), worker_threads=THREADS)
    worker.start()
    try:
        yield
    finally:
        # What does not end in time is not acknowledged, and comes again elsewhere.
        stopping = threading.Thread(target=worker.stop, daemon=True)
        stopping.start()
        stopping.join(stop_within_s)


def _run(broker: Broker, path: str, number: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Run one job. What fails, or comes a second time, goes on in the database."""
    if _has_begun(broker, number):
        # Its process died. Where deaths are counted, a job that kills cannot do so for ever.
        _surely(partial(_keep, path, args, kwargs))
        return
    try:
        task = task_at(path)
        result = _new_result(task, number, args, kwargs)
        given = [TaskContext(task_result=result)] if task.takes_context else []
        task.call(*given, *args, **kwargs)
    except BaseException as error:  # also SystemExit: a job does not end the worker
        _surely(partial(_keep, path, args, kwargs, error))
    finally:
        close_old_connections()
    _forget_begun(broker, number)


def _keep(
    path: str, args: list[Any], kwargs: dict[str, Any], error: BaseException | None = None
) -> None:
    """Write the job to the database: as one that waits, or as one that just failed."""
    arguments = normalize_json({"args": args, "kwargs": kwargs})
    with transaction.atomic():
        job = Job.objects.create(task=path, arguments=arguments, starts=1, holder="broker")
        if error is not None:
            Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
            leases.end(Ended(job, error=error))


def _surely(write: Callable[[], None]) -> None:
    """Write; while the database is away, wait for it: the job is not acknowledged so long."""
    while True:
        try:
            write()
        except (OperationalError, InterfaceError) as error:
            log.warning("A job waits for the database: %s", error)
            close_old_connections()
            time.sleep(_WAITS_S)
        else:
            return


def _has_begun(broker: Broker, number: str) -> bool:
    """Tell whether the job was begun before, as far as the broker knows; note that it is now."""
    if isinstance(broker, RedisBroker):
        return not broker.client.set(_mark(number), 1, nx=True, ex=_BEGUN_S)
    message = CurrentMessage.get_current_message()
    return bool(getattr(message, "redelivered", False))


def _forget_begun(broker: Broker, number: str) -> None:
    if isinstance(broker, RedisBroker):
        with suppress(RedisError):
            broker.client.delete(_mark(number))


def _mark(number: str) -> str:
    return f"{queue_name()}:begun:{number}"


def _new_result(
    task: Task[..., Any], number: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> TaskResult[Any]:
    return TaskResult(
        task=task,
        id=number,
        status=TaskResultStatus.READY,
        enqueued_at=timezone.now(),
        started_at=None,
        last_attempted_at=None,
        finished_at=None,
        args=list(args),
        kwargs=dict(kwargs),
        backend=task.backend,
        errors=[],
        worker_ids=[],
    )
