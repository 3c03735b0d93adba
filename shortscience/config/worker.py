"""The process that does what was written down for later."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from shortscience.config.terminal import Stop
from shortscience.jobs.worker import Worker

# After the worker's own time to end; what a broker brought is not lost by stopping.
STOP_BROKER_WITHIN_S = 1.0


def work(worker_id: str, *, queues: Sequence[str] = ()) -> None:
    """Run jobs until a signal says stop; a job that runs then has a while to come to its end.

    Args:
        worker_id: names this place, and is used by one process at a time. Jobs that an
            earlier process of this name left half done are taken up again.
        queues: of which queues; of all, if none is named.

    Raises:
        Stop: a process of this name runs on this machine.
    """
    load_tasks()
    # It would log a failed job with all that its error says; ours names it without addresses.
    logging.getLogger("django_tasks").setLevel(logging.CRITICAL)
    with _only_one(worker_id):
        worker = Worker(worker_id, queues=queues, grace_s=settings.FINISH_SECONDS)
        worker.obey_signals()
        with _broker():
            worker.run()


def load_tasks() -> None:
    """Load the modules `tasks` of all apps: what they schedule is known then."""
    import shortscience.config.tasks  # noqa: F401

    autodiscover_modules("tasks")


def _broker() -> AbstractContextManager[None]:
    """Run what a broker brings beside what is in the database, if the site has one."""
    url = settings.TASKS["default"].get("OPTIONS", {}).get("url")
    if url is None:
        return nullcontext()
    from shortscience.jobs.broker import serving

    return serving(url, stop_within_s=STOP_BROKER_WITHIN_S)


@contextmanager
def _only_one(worker_id: str) -> Iterator[None]:
    path = settings.VAR_DIR / f"{worker_id.replace('/', '_')}.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Stop(f"The worker {worker_id} runs already: process {file.read()}.") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
