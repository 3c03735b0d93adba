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
from typing import TYPE_CHECKING, Any

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
# PostgreSQL: both in one statement, which is its own transaction: one round trip a job, not five.
# The commit does not wait for the disk, see `committed_soon`.
_DONE_AND_BEGIN = f"""
WITH ended AS ({_DONE} RETURNING id), begun AS ({_BEGIN})
SELECT begun.*, (SELECT count(*) FROM ended) AS ended,
       set_config('synchronous_commit', 'off', true) AS durability
  FROM (SELECT 1) AS always LEFT JOIN begun ON true
"""  # noqa: S608  # our own statements
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
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_sql(_DONE), _of_done(ended))
        return bool(cursor.rowcount)


def _of_done(ended: Ended) -> list[Any]:
    job = ended.job
    value = json.dumps(ended.value) if ended.value is not None else None
    return [_NOTHING, value, *ended.progress, job.pk, job.holder, job.starts]


def can_do_both_at_once() -> bool:
    """Whether `write_done_and_begin_next` is one statement on this database."""
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def write_done_and_begin_next(
    ended: Ended, holder: str, lease: timedelta, queues: Sequence[str]
) -> tuple[bool, Job | None]:
    """Do `write_done` and `begin_next` in one transaction that is committed soon."""
    sql = _sql(_DONE_AND_BEGIN, len(queues))
    given = [*_of_done(ended), holder, lease.total_seconds(), *queues]
    (row,) = Job.objects.using(DEFAULT_DB_ALIAS).raw(sql, given)
    is_known = bool(row.ended)  # type: ignore[attr-defined]  # a column of the query
    return is_known, row if row.pk is not None else None


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
