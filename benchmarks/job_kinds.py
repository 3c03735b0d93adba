"""The tasks that `benchmarks.jobs` runs."""

from __future__ import annotations

import time

from django_tasks import task

from shortscience.jobs.declare import declared


@task()
@declared(idempotent=True)
def nothing(number: int) -> None:
    """Do nothing: what is measured is the rest."""


@task()
@declared(idempotent=True)
def moment() -> float:
    """Return when it began."""
    return time.time()
