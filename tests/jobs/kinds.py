"""Tasks of every kind, for the tests. What they do stays in a file, whatever dies meanwhile."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskContext, task

from shortscience.jobs.declare import Hourly, declared
from shortscience.jobs.models import Appointment
from shortscience.jobs.progress import report

# In a process of its own the place comes by the environment.
ledger = Path(os.environ.get("JOBS_LEDGER", os.devnull))
AT_ONCE = timedelta(0)


class Hopeless(Exception):
    """Trying again cannot help."""


def note(line: str) -> None:
    """Write a line that a SIGKILL a moment later does not undo."""
    where = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(where, f"{line}\n".encode())
    finally:
        os.close(where)


def noted() -> list[str]:
    return ledger.read_text().splitlines() if ledger.is_file() else []


@task()
@declared(idempotent=True)
def quick(key: str) -> str:
    note(f"quick {key}")
    return key


@task()
@declared(idempotent=True)
def slow(key: str, s: float = 0.02) -> None:
    report(1, 2, "halfway")
    time.sleep(s)
    note(f"slow {key}")


@task()
@declared(idempotent=False)
def once(key: str) -> None:
    note(f"once {key}")
    time.sleep(0.005)


@task()
@declared(idempotent=True, waits=(AT_ONCE, AT_ONCE), gives_up_on=(Hopeless,))
def stumbling(key: str, error: str = "no luck, alice@example.org") -> None:
    """Fails the first time that it runs for a key."""
    note(f"try {key}")
    if noted().count(f"try {key}") == 1:
        raise RuntimeError(error)
    note(f"stumbling {key}")


@task()
@declared(
    idempotent=True, waits=(timedelta(minutes=1), timedelta(hours=1)), gives_up_on=(Hopeless,)
)
def failing(kind: str = "plain") -> None:
    raise Hopeless("never") if kind == "hopeless" else RuntimeError("bob@example.org is away")


@task()
@declared(idempotent=True, unique=lambda paper, **_: f"paper-{paper}")
def refresh(paper: int, why: str = "") -> None:
    note(f"refresh {paper}")


@task(takes_context=True)
@declared(idempotent=True)
def with_context(context: TaskContext) -> int:
    return context.attempt


@task()
@declared(idempotent=True, describe=lambda text, secret: {"text": text})
def secretive(text: str, secret: str) -> None:
    raise RuntimeError("no")


@task()
def undeclared() -> None:
    note("undeclared")


@task()
@declared(idempotent=True)
def odd_value() -> Any:
    return object()


@task()
@declared(idempotent=True)
async def asynchronous() -> str:
    return "ran"


@task()
@declared(idempotent=True)
def leaving() -> None:
    raise SystemExit(3)


@task()
@declared(idempotent=True)
def stored(key: str) -> None:
    """Its effect is a row, in a transaction that takes a while."""
    with transaction.atomic():
        far = timezone.now() + timedelta(days=999)
        Appointment.objects.get_or_create(task=f"effect-{key}", defaults={"due_at": far})
        time.sleep(0.003)


@task()
@declared(idempotent=True, every=Hourly(59))
def ticking() -> None:
    note("ticking")
