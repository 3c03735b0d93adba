"""The worker's loop: it sees new jobs, waits when nobody may write, and is alone of its name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from shortscience.config.terminal import Stop
from shortscience.config.worker import _only_one
from shortscience.jobs.models import Job
from shortscience.jobs.progress import report
from shortscience.jobs.worker import Worker
from shortscience.operations import mode
from tests.jobs import kinds
from tests.jobs.farming import farm
from tests.jobs.test_killed import wait_for


def test_a_second_worker_of_the_same_name_is_refused(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path

    with _only_one("w/1"), pytest.raises(Stop, match="runs already"), _only_one("w/1"):
        pass
    with _only_one("w/1"):
        pass


def test_an_idle_worker_begins_what_comes(tmp_path: Path) -> None:
    with farm(tmp_path) as running:
        running.start("work", "a", 60.0)
        wait_for(running, "ticking done")

        running.ask("enqueue_slow", 0)

        wait_for(running, "slow done")


def test_progress_is_seen_while_the_job_runs(tmp_path: Path) -> None:
    with farm(tmp_path) as running:
        running.ask("enqueue_slow", 30)
        running.start("work", "a", 60.0)

        wait_for(running, "slow halfway")


def test_reporting_outside_of_a_worker_does_nothing() -> None:
    report(1, 2, "halfway")


@pytest.fixture
def read_only(settings: Any) -> Iterator[None]:
    settings.READ_ONLY = True
    mode.forget()
    yield
    settings.READ_ONLY = False
    mode.forget()


@pytest.mark.django_db
def test_while_nobody_may_write_no_job_begins(read_only: None, worker: Worker) -> None:
    kinds.quick.enqueue("a")
    timer = threading.Timer(0.3, worker.stop.set)
    timer.start()

    worker.run()

    assert Job.objects.get().state == "waiting"
    assert connection.is_usable()
