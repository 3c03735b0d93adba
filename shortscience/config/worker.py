"""The process that does what was written down for later."""

from __future__ import annotations

import logging

from django_tasks_db.management.commands.db_worker import Worker

from shortscience.config.tasks import release_abandoned

# How long a new job waits at most: a mail with a code should be there before one looks for it.
LOOKS_EVERY_S = 1.0


def work(worker_id: str) -> None:
    """Run jobs until a signal says stop; a job that runs then is finished first.

    Args:
        worker_id: names this place, and is used by one process at a time. Jobs that an
            earlier process of this name left half done are taken up again.
    """
    # It tells on every stop how to stop harder, which the parent process does by itself.
    logging.getLogger("django_tasks_db").setLevel(logging.ERROR)
    release_abandoned(worker_id)
    worker = Worker(
        queue_names=["*"],
        interval=LOOKS_EVERY_S,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
        excluded_queue_names=[],
    )
    worker.configure_signals()
    worker.run()
