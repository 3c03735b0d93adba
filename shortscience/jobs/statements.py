"""What each job needs once, said to the database directly: built anew by the ORM for each job, the
statements cost more than all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from shortscience.jobs.models import Job, no_arguments

if TYPE_CHECKING:
    from shortscience.jobs.leases import Ended

_BEGIN = """
UPDATE jobs_job
   SET state = 'running', holder = %s, starts = starts + 1, started_at = {now},
       leased_until = {later}, progress_done = NULL, progress_total = NULL, progress_note = ''
 WHERE id = (
       SELECT id FROM jobs_job
        WHERE state = 'waiting' AND due_at <= {now} {of_queues}
        ORDER BY priority DESC, due_at, id
        LIMIT 1 {skip_locked})
RETURNING *
"""
_IS_ANY_DUE = """
SELECT 1 FROM jobs_job WHERE state = 'waiting' AND due_at <= {now} {of_queues} LIMIT 1
"""
_DONE = """
UPDATE jobs_job
   SET state = 'done', arguments = {json}, value = {json}, finished_at = {now},
       leased_until = NULL, error_class = '', error = '',
       progress_done = %s, progress_total = %s, progress_note = %s
 WHERE id = %s AND holder = %s AND starts = %s AND state IN ('running', 'dead')
"""
_NOTHING = json.dumps(no_arguments())


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a database says it. Both say the time of the statement, as Django's Now() does."""

    now: str
    later: str
    json: str
    skip_locked: str


_SQLITE = _Dialect(
    now="STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')",
    later="STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', %s || ' seconds')",
    json="%s",
    skip_locked="",
)
_POSTGRESQL = _Dialect(
    now="STATEMENT_TIMESTAMP()",
    later="STATEMENT_TIMESTAMP() + make_interval(secs => %s)",
    json="%s::jsonb",
    # The row is locked, so that another worker passes it over.
    skip_locked="FOR UPDATE SKIP LOCKED",
)


@contextmanager
def committed_soon() -> Iterator[None]:
    """A transaction whose commit does not wait for the disk.

    A killed process loses nothing. A power cut may undo the last moments, newest first, so that
    a job runs again: right only for jobs that may run twice.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite and not connection.in_atomic_block:
        _set_synchronous("NORMAL")
    try:
        with transaction.atomic():
            if not is_sqlite:
                _execute("SET LOCAL synchronous_commit TO OFF")
            yield
    finally:
        if is_sqlite and not connection.in_atomic_block:
            _set_synchronous(settings.SQLITE_SYNCHRONOUS)


def _set_synchronous(level: str) -> None:
    if settings.SQLITE_SYNCHRONOUS != "OFF":
        _execute(f"PRAGMA synchronous={level}")


def _execute(sql: str) -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql)


def is_any_due(queues: Sequence[str]) -> bool:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_sql(_IS_ANY_DUE, len(queues)), queues)
        return cursor.fetchone() is not None


def begin_next(holder: str, lease: timedelta, queues: Sequence[str]) -> Job | None:
    """Begin the most urgent job that is due and return it, if there is one."""
    sql = _sql(_BEGIN, len(queues))
    begun = Job.objects.using(DEFAULT_DB_ALIAS).raw(sql, [holder, lease.total_seconds(), *queues])
    return next(iter(begun), None)


def write_done(ended: Ended) -> bool:
    """Write that a job was done; False if it is no longer this worker's."""
    job = ended.job
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        value = json.dumps(ended.value) if ended.value is not None else None
        which = (job.pk, job.holder, job.starts)
        cursor.execute(_sql(_DONE), [_NOTHING, value, *ended.progress, *which])
        return bool(cursor.rowcount)


@lru_cache
def _sql(statement: str, queues: int = 0) -> str:
    is_sqlite = connections[DEFAULT_DB_ALIAS].vendor == "sqlite"
    dialect = _SQLITE if is_sqlite else _POSTGRESQL
    return statement.format(
        now=dialect.now,
        later=dialect.later,
        json=dialect.json,
        skip_locked=dialect.skip_locked,
        of_queues=f"AND queue_name IN ({', '.join(['%s'] * queues)})" if queues else "",
    )
