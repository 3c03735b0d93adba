"""Jobs that waited in the tables of django-tasks-db are taken over, and block no `init`."""

from __future__ import annotations

import json
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from shortscience.jobs.models import Job

pytestmark = pytest.mark.django_db

migration = import_module("shortscience.jobs.migrations.0002_take_over_waiting")

DELIVER = "shortscience.config.tasks.deliver"


def old_table() -> None:
    """The columns of django-tasks-db 0.13 that matter."""
    is_sqlite = connection.vendor == "sqlite"
    kind, moment = ("text", "text") if is_sqlite else ("jsonb", "timestamptz")
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {migration.OLD} (id varchar(40), status varchar(20), task_path text,"
            f" args_kwargs {kind}, priority integer, queue_name varchar(32), run_after {moment},"
            f" enqueued_at {moment})"
        )


def old_job(task: str, status: str, run_after: str, **kwargs: int) -> None:
    arguments = json.dumps({"args": [{"subject": "Hello"}], "kwargs": kwargs})
    row: list[str | int] = [
        "x",
        status,
        task,
        arguments,
        5,
        "mail",
        run_after,
        "2026-11-01 10:00:00",
    ]
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(row))
        cursor.execute(f"INSERT INTO {migration.OLD} VALUES ({marks})", row)


def test_what_waited_or_ran_waits_here() -> None:
    old_table()
    old_job(DELIVER, "READY", "9999-01-01 00:00:00", failures=2)
    old_job(DELIVER, "RUNNING", "2026-12-24 18:00:00")
    old_job(DELIVER, "SUCCESSFUL", "9999-01-01 00:00:00")
    old_job(DELIVER, "FAILED", "9999-01-01 00:00:00")
    old_job("shortscience.config.tasks.housekeeping", "READY", "2026-12-24 18:00:00")

    migration.take_over(apps, SimpleNamespace(connection=connection))

    now, later = Job.objects.order_by("due_at")
    assert now.arguments == {"args": [{"subject": "Hello"}], "kwargs": {}}
    assert (now.state, now.priority, now.queue_name) == ("waiting", 5, "mail")
    assert now.due_at.year < 9999
    assert f"{later.due_at:%Y-%m-%d %H:%M}" == "2026-12-24 18:00"


def test_a_new_database_has_nothing_to_take_over() -> None:
    migration.take_over(apps, SimpleNamespace(connection=connection))

    assert not Job.objects.exists()
