"""A process that breeds workers: it loads the program once, so that a new worker is a fork.

It reads one command a line and answers one line. A worker is its child, so that a test can kill
it; whatever asks the database runs in a child of its own, too, since a connection survives no fork.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

KINDS = ("quick", "slow", "once", "stumbling", "stored", "refresh")


def make_tables() -> None:
    from django.core.management import call_command

    call_command("migrate", "jobs", verbosity=0)


def enqueue(number: int) -> int:
    """Enqueue so many jobs of each kind."""
    from django.db import transaction

    from tests.jobs import kinds

    with transaction.atomic():
        for at in range(number):
            for kind in KINDS:
                key: Any = at if kind == "refresh" else f"{at}"
                getattr(kinds, kind).enqueue(key)
    return number * len(KINDS)


def enqueue_plain(number: int) -> int:
    """Enqueue so many jobs of the kinds that a broker carries, and some that it does not."""
    from tests.jobs import kinds

    for at in range(number):
        for kind in ("quick", "slow", "stumbling", "once"):
            getattr(kinds, kind).enqueue(f"{at}")
    return number * 4


def enqueue_slow(s: float) -> None:
    """Enqueue one job that takes so many seconds."""
    from tests.jobs import kinds

    kinds.slow.enqueue("a", s)


def counts() -> dict[str, int]:
    """Return how many jobs of each kind are in each state, and how often one lost its worker."""
    from shortscience.jobs.models import Appointment, Job

    jobs = list(Job.objects.all())
    found = Counter(f"{job.name} {job.state}" for job in jobs)
    found.update(f"{job.name} {job.progress_note}" for job in jobs if job.progress_note)
    found["deaths"] = sum(job.deaths for job in jobs)
    found["effects"] = Appointment.objects.filter(task__startswith="effect-").count()
    return dict(found)


def open_jobs() -> int:
    from shortscience.jobs.models import Job

    return Job.objects.filter(state__in=("waiting", "running")).count()


def cut_connections() -> None:
    """End all connections to the database but this one, as a restart of it does (PostgreSQL)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def work(place: str, lease_s: float, grace_s: float = 8.0) -> None:
    from shortscience.jobs.worker import Worker

    worker = Worker(place, lease=timedelta(seconds=lease_s), most_deaths=1000, grace_s=grace_s)
    worker.obey_signals()
    worker.run()


def work_with_broker(place: str, lease_s: float) -> None:
    """The same, and what the broker of the settings brings."""
    from django.conf import settings

    from shortscience.jobs.broker import serving

    url = settings.TASKS["default"]["OPTIONS"]["url"]
    with serving(url, stop_within_s=1, heartbeat_ms=int(lease_s * 1000)):
        work(place, lease_s)


DO: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        make_tables,
        enqueue,
        enqueue_plain,
        enqueue_slow,
        counts,
        cut_connections,
        open_jobs,
        work,
        work_with_broker,
    )
}
# These go on until they are killed; of the others the answer is waited for.
LASTING = {"work", "work_with_broker"}


def in_child(function: Callable[..., Any], arguments: list[Any], answers: bool) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        answer = function(*arguments)
        if answers:
            say(answer)
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def say(answer: Any) -> None:
    os.write(1, f"{json.dumps(answer)}\n".encode())


def main() -> None:
    import django

    django.setup()
    # So that no fork loads them again.
    import tests.jobs.kinds  # noqa: F401

    for line in sys.stdin:
        name, *arguments = json.loads(line)
        pid = in_child(DO[name], arguments, answers=name not in LASTING)
        if name in LASTING:
            say(pid)
        elif os.waitpid(pid, 0)[1]:
            say({"failed": name})
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


if __name__ == "__main__":
    main()
