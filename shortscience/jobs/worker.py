"""The loop that runs jobs, one after the other, until it is asked to stop."""

from __future__ import annotations

import logging
import secrets
import signal
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from types import FrameType

from django.db import DataError, InterfaceError, OperationalError, close_old_connections, connection
from django_tasks import TaskContext, TaskResultStatus
from django_tasks.signals import task_finished, task_started
from django_tasks.utils import normalize_json

from shortscience.jobs import leases, progress, schedule
from shortscience.jobs.backend import DatabaseBackend, result_of
from shortscience.jobs.declare import task_at
from shortscience.jobs.leases import LEASE, MOST_DEATHS, Ended
from shortscience.jobs.models import Job
from shortscience.jobs.progress import Progress
from shortscience.operations import mode

log = logging.getLogger(__name__)

# How long a new job waits at most: a mail with a code should be there before one looks for it.
LOOKS_EVERY_S = 0.5
# On SQLite a look costs no query while nobody wrote; a job that becomes due is seen by a look.
GLANCES_EVERY_S = 0.1
# How long a job that runs when we are asked to stop may go on.
GRACE_S = 6.0
# What the heartbeat looks at, and how often in the time of a lease it gives a sign of life.
_TICK_S = 1.0
_BEATS = 4
# The database is away: try again, but not all the time.
_WAITS_S = 0.5
_MOST_WAITS_S = 15.0


class Interrupted(BaseException):  # no error, and no task may catch it as one
    """The time to stop has come, and the job still ran."""


class Heartbeat(threading.Thread):
    """Prolongs the lease of the job that runs, and writes what it reports."""

    def __init__(self, lease: timedelta) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._lease = lease
        self._every_s = lease.total_seconds() / _BEATS
        self._running: tuple[Job, Progress, float] | None = None
        self._ended = threading.Event()

    def watch(self, job: Job, said: Progress) -> None:
        self._running = (job, said, time.monotonic())

    def rest(self) -> None:
        self._running = None

    def end(self) -> None:
        self._ended.set()

    def run(self) -> None:
        beaten: tuple[int, float, progress.Said] = (0, 0.0, progress.NOTHING_SAID)
        while not self._ended.wait(min(_TICK_S, self._every_s)):
            running = self._running
            if running is None:
                continue
            job, said, began = running
            if beaten[0] != job.pk:
                beaten = (job.pk, began, progress.NOTHING_SAID)
            state, now = said.state, time.monotonic()
            if state == beaten[2] and now - beaten[1] < self._every_s:
                continue
            try:
                leases.prolong(job, lease=self._lease, progress=state)
            except (OperationalError, InterfaceError) as error:
                log.warning("No sign of life for %s could be given: %s", job, error)
                close_old_connections()
            else:
                beaten = (job.pk, now, state)
        connection.close()


class Worker:
    """Runs what is due.

    Args:
        place: names this worker, and is used by one process at a time. What an earlier one of
            this name left half done is taken up when this one starts.
        queues: of which queues; of all, if none is named.
    """

    def __init__(
        self,
        place: str,
        *,
        queues: Sequence[str] = (),
        lease: timedelta = LEASE,
        most_deaths: int = MOST_DEATHS,
        grace_s: float = GRACE_S,
    ) -> None:
        self.place = place
        # A new name each time: what a predecessor that is not quite dead writes is not ours.
        self.holder = f"{place}/{secrets.token_hex(4)}"
        self.queues = queues
        self.stop = threading.Event()
        self._lease = lease
        self._most_deaths = most_deaths
        self._grace_s = grace_s
        self._heartbeat = Heartbeat(lease)
        self._is_in_job = False
        self._looks_after_at = 0.0
        self._data_version = -1

    def run(self) -> None:
        """Run jobs until `stop` is set."""
        self._heartbeat.start()
        ended: Ended | None = None
        has_taken_back = False
        was_cut_off = False
        failures = 0
        while ended is not None or not self.stop.is_set():
            try:
                if mode.current().is_read_only:
                    # What was done is still written; nothing new is begun.
                    if ended is not None:
                        leases.end(ended)
                        ended = None
                    self.stop.wait(LOOKS_EVERY_S)
                    continue
                if not has_taken_back:
                    self._take_back()
                    has_taken_back = True
                if was_cut_off:
                    leases.give_back(self.holder, but=ended)
                    was_cut_off = False
                if self.stop.is_set() and ended is not None:
                    leases.end(ended)
                    return
                self._look_after_others()
                job = leases.go_on(self.holder, after=ended, lease=self._lease, queues=self.queues)
                ended = None
                failures = 0
                if job is not None:
                    ended = self.perform(job)
                else:
                    self._wait()
            except DataError as error:
                # The value or the error that was to be written, by what it holds.
                if ended is None:
                    raise
                ended = Ended(ended.job, error=error)
            except (OperationalError, InterfaceError) as error:
                # What was done is written when the database is back.
                pause_s = min(_MOST_WAITS_S, _WAITS_S * 2**failures)
                failures = min(failures + 1, 10)
                was_cut_off = True
                log.warning("The worker tries again in %.1f s: %s", pause_s, error)
                close_old_connections()
                if self.stop.wait(pause_s):
                    return

    def run_due(self) -> int:
        """Run what is due now and return; how many jobs that were."""
        number, ended = 0, None
        while job := leases.go_on(self.holder, after=ended, lease=self._lease, queues=self.queues):
            ended = self.perform(job)
            number += 1
        return number

    def obey_signals(self) -> None:
        """Stop on SIGTERM and SIGINT. A job that runs then has the grace to come to its end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGALRM, self._on_end_of_grace)

    def perform(self, job: Job) -> Ended:
        """Run a job that was begun, and say how it ended."""
        with progress.of_this_job() as said:
            self._heartbeat.watch(job, said)
            try:
                self._is_in_job = True
                return Ended(job, value=call(job), progress=said.state)
            except Interrupted:
                return Ended(job, was_stopped=True)
            except BaseException as error:  # also SystemExit: a job does not end the worker
                return Ended(job, error=error)
            finally:
                self._is_in_job = False
                self._heartbeat.rest()

    def _take_back(self) -> None:
        schedule.arrange()
        leases.take_back(self.place, most_deaths=self._most_deaths)

    def _look_after_others(self) -> None:
        """Take over what lost its worker, and enqueue what is scheduled, now and then."""
        if time.monotonic() < self._looks_after_at:
            return
        leases.take_over_lost(most_deaths=self._most_deaths)
        schedule.enqueue_due()
        self._looks_after_at = time.monotonic() + self._lease.total_seconds() / _BEATS

    def _wait(self) -> None:
        """Return when a job may be due, or when it is time to look."""
        if connection.vendor != "sqlite":
            self.stop.wait(LOOKS_EVERY_S)
            return
        until = time.monotonic() + LOOKS_EVERY_S
        while time.monotonic() < until and not self._was_written():
            if self.stop.wait(GLANCES_EVERY_S):
                return

    def _was_written(self) -> bool:
        """Tell whether another connection committed anything since we asked last (SQLite)."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = int(cursor.fetchone()[0])
        changed = version != self._data_version
        self._data_version = version
        return changed

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        if not self.stop.is_set():
            signal.setitimer(signal.ITIMER_REAL, self._grace_s)
        self.stop.set()

    def _on_end_of_grace(self, _number: int, _frame: FrameType | None) -> None:
        if self._is_in_job:
            raise Interrupted


def call(job: Job) -> object:
    """Call the task with the job's arguments; return its value as JSON."""
    task = task_at(job.task)
    result = result_of(job, task)
    task_started.send(DatabaseBackend, task_result=result)
    given = [TaskContext(task_result=result)] if task.takes_context else []
    status = TaskResultStatus.FAILED
    try:
        value = normalize_json(task.call(*given, *result.args, **result.kwargs))
        status = TaskResultStatus.SUCCESSFUL
    finally:
        object.__setattr__(result, "status", status)
        task_finished.send(DatabaseBackend, task_result=result)
    return value
