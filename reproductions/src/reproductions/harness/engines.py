"""Who does the units: this process, a pool of processes, or a Ray cluster.

An engine takes tasks and gives back (number of the task, share done) while it works and
(number of the task, result) when it is done, in any order.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from reproductions.harness.errors import Problem
from reproductions.harness.work import ONE_THREAD, Result, Task, failed, perform

Event = tuple[int, float | Result]
# More often would be more than anybody reads.
SAY_EVERY_S = 0.5


class Engine(Protocol):
    """Does tasks. A unit that fails is a result like any other."""

    def results(self, tasks: Sequence[Task]) -> Generator[Event, None, None]:
        """Yield shares and results until each task has its result."""


class Local:
    """One after the other in this process: for a debugger."""

    def results(self, tasks: Sequence[Task]) -> Generator[Event, None, None]:
        for number, task in enumerate(tasks):
            yield number, perform(task)


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    line: Connection
    task: int | None = None
    # When it said that it begins: loading torch is no part of a unit's time.
    started: float | None = None


class Pool:
    """So many processes of this machine, one thread each.

    Our own rather than the library's: a process that dies or takes too long costs its unit alone.
    """

    def __init__(self, jobs: int | None = None, deadline_s: float | None = None) -> None:
        self.jobs = jobs or cores()
        self.deadline_s = deadline_s

    def results(self, tasks: Sequence[Task]) -> Generator[Event, None, None]:
        waiting = deque(range(len(tasks)))
        workers = [self._start() for _ in range(min(self.jobs, len(tasks)))]
        try:
            while workers:
                for worker in [one for one in workers if one.task is None]:
                    if waiting:
                        self._give(worker, waiting.popleft(), tasks)
                    else:
                        workers.remove(worker)
                        _stop(worker)
                yield from self._heard(workers)
        finally:
            for worker in workers:
                worker.process.kill()
                _stop(worker)

    def _start(self) -> _Worker:
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        before = {name: os.environ.get(name) for name in ONE_THREAD}
        os.environ.update(ONE_THREAD)
        try:
            process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
            process.start()
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        theirs.close()
        return _Worker(process, ours)

    def _give(self, worker: _Worker, number: int, tasks: Sequence[Task]) -> None:
        worker.task, worker.started = number, None
        # A process that died says so when its answer is read.
        with contextlib.suppress(OSError):
            worker.line.send(tasks[number])

    def _heard(self, workers: list[_Worker]) -> Iterator[Event]:
        lines = {worker.line: worker for worker in workers}
        for line in wait(list(lines), timeout=1.0) if lines else ():
            worker = lines[line]  # type: ignore[index]
            number = worker.task
            assert number is not None
            try:
                said = worker.line.recv()
            except (EOFError, OSError):
                worker.process.join(5)
                self._replace(workers, worker)
                yield number, failed(f"its process died (exit code {worker.process.exitcode})")
                continue
            if isinstance(said, dict):
                worker.task = None
            elif worker.started is None:
                worker.started = time.monotonic()
            yield number, said
        yield from self._too_late(workers)

    def _too_late(self, workers: list[_Worker]) -> Iterator[Event]:
        if self.deadline_s is None:
            return
        for worker in list(workers):
            if worker.task is None or worker.started is None:
                continue
            if time.monotonic() - worker.started > self.deadline_s:
                worker.process.kill()
                self._replace(workers, worker)
                yield worker.task, failed(f"took longer than {self.deadline_s:g} s")

    def _replace(self, workers: list[_Worker], old: _Worker) -> None:
        _stop(old)
        workers[workers.index(old)] = self._start()


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _stop(worker: _Worker) -> None:
    worker.line.close()
    worker.process.join(5)


def _serve(line: Connection) -> None:
    # Ctrl-C reaches all processes of a terminal; the first one decides and stops the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            task = line.recv()
        except (EOFError, OSError):
            return
        last = 0.0

        def say(share: float) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= SAY_EVERY_S:
                last = now
                line.send(float(share))

        try:
            line.send(0.0)
            line.send(perform(task, say))
        except OSError:
            return


class Ray:
    """A Ray cluster: the one at the address, or one of this machine's own for this run."""

    def __init__(self, address: str | None = None, jobs: int | None = None) -> None:
        self.address = address or os.environ.get("RAY_ADDRESS")
        self.jobs = jobs

    def results(self, tasks: Sequence[Task]) -> Generator[Event, None, None]:
        ray = self._start()
        try:
            waiting = {_remote(ray, task).remote(task): number for number, task in enumerate(tasks)}
            while waiting:
                (done,), _rest = ray.wait(list(waiting), num_returns=1)
                number = waiting.pop(done)
                try:
                    yield number, ray.get(done)
                except ray.exceptions.RayError as error:
                    yield number, failed(f"{type(error).__name__}: {error}")
        finally:
            ray.shutdown()

    def _start(self) -> Any:  # Ray is optional, so its module has no type here
        # Ray's start is slow on a busy machine, and by default it reports home.
        for name, value in {
            "RAY_raylet_start_wait_time_s": "300",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
        }.items():
            os.environ.setdefault(name, value)
        if self.address is None:
            # One machine talking to itself needs no token.
            os.environ.setdefault("RAY_AUTH_MODE", "disabled")
        try:
            import ray
        except ImportError:
            raise Problem("Ray is not installed: pip install 'reproductions[ray]'.") from None
        own = {"num_cpus": self.jobs or cores(), "object_store_memory": 200 * 2**20}
        try:
            ray.init(
                address=self.address or "local",
                include_dashboard=None if self.address else False,
                log_to_driver=False,
                logging_level="ERROR",
                **({} if self.address else own),
            )
        except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
            raise Problem(f"No Ray cluster answers: {error}") from error
        return ray


def _remote(ray: Any, task: Task) -> Any:
    # Four units share a GPU: they are small.
    gpus = 0.25 if task.device == "cuda" else 0
    return ray.remote(num_cpus=task.threads, num_gpus=gpus, max_retries=1)(perform)
