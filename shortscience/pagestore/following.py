# SQL here is made of constants and the name of our own table.
# ruff: noqa: S608
"""Follows the log of changes: what was committed since we looked last, at almost no cost.

SQLite tells by one number whether anybody committed anything, and ids are in the order of
commits. PostgreSQL tells by its snapshot: while that is the same, nothing was committed. Else it is
asked for all rows of transactions that the last answer did not see yet: ids there are not in the
order of commits, snapshots are. Both answers hold whatever was committed before the question, so
that a page which no change concerns is as new as one made now.
"""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from shortscience.changes.actions import KEPT_FOR
from shortscience.changes.models import Change
from shortscience.lib.lazily import lazily
from shortscience.pagestore import triggers

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = lazily("psycopg")

# A database that is silent for longer is taken to be away.
SILENT_AFTER_S = 1.0
_TABLE = Change._meta.db_table


class Changed(NamedTuple):
    """A row of the log."""

    source: str
    paper: int | None = None
    last_paper: int | None = None
    person: int | None = None
    venue: int | None = None


class Away(Exception):
    """The database does not answer."""


class Log(Protocol):
    """The end of the log as one process sees it. Any call may raise `Away`."""

    def changes(self) -> Iterable[Changed]:
        """Return what was committed since the last call, or since it was opened."""
        ...

    def is_kept(self) -> bool:
        """Whether the database notes all that this program relies on."""
        ...

    def close(self) -> None: ...


def open_log(alias: str = "default") -> Log:
    """Open the log of this database over a connection of its own.

    Raises:
        Away: it does not answer.
    """
    connection = connections[alias]
    try:
        if connection.vendor == "sqlite":
            return SQLiteLog(connection)
        return PostgreSQLLog(connection)
    except (sqlite3.Error, psycopg.Error) as error:
        raise Away(str(error)) from error


class SQLiteLog:
    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        name = str(connection.settings_dict["NAME"])
        self._raw = sqlite3.connect(
            name,
            uri=name.startswith("file:"),
            isolation_level=None,
            check_same_thread=False,
            timeout=SILENT_AFTER_S,
        )
        self._raw.execute("PRAGMA query_only = ON")
        self._state: int | None = self._asked_for_state()
        (self._last,) = self._raw.execute(f"SELECT COALESCE(MAX(id), 0) FROM {_TABLE}").fetchone()
        self._wanted = {trigger.name for trigger in triggers.triggers("sqlite")}

    def changes(self) -> Iterable[Changed]:
        try:
            state = self._asked_for_state()
            if state == self._state:
                return ()
            rows = self._raw.execute(
                "SELECT id, source, paper, last_paper, person, venue"
                f" FROM {_TABLE} WHERE id > ? ORDER BY id",
                (self._last,),
            ).fetchall()
        except sqlite3.Error as error:
            raise Away(str(error)) from error
        # Asked before the rows were read: what is committed in between is seen next time.
        self._state = state
        if rows:
            self._last = rows[-1][0]
        return [Changed(*row[1:]) for row in rows]

    def is_kept(self) -> bool:
        try:
            there = self._raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            return self._wanted <= {name for (name,) in there.fetchall()}
        except sqlite3.Error as error:
            raise Away(str(error)) from error

    def close(self) -> None:
        self._raw.close()

    def _asked_for_state(self) -> int:
        found: int = self._raw.execute("PRAGMA data_version").fetchone()[0]
        return found


# Two equal snapshots see the same transactions, whichever were under way. To ask for no more takes
# the server a fifth of what the question below does, also when that finds nothing.
_NOW = b"SELECT pg_current_snapshot()::text"
_NOW_NAME = b"page_now"
# All changes of transactions that the snapshot $1 did not see, and the snapshot of this answer.
_NEW = f"""
    SELECT now::text, source, paper, last_paper, person, venue
    FROM (SELECT pg_current_snapshot() AS now) AS here
    LEFT JOIN {_TABLE} AS log
      ON log.transaction >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint
     AND NOT pg_visible_in_snapshot(log.transaction::text::xid8, $1::pg_snapshot)
     -- Rows of another cluster, whose dump this database was made from, are no news.
     AND log.transaction < pg_snapshot_xmax(now)::text::bigint
""".encode()
_NAME = b"page_changes"
_TRIGGERS = b"""
    SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND pg_table_is_visible(pg_class.oid)
"""


class PostgreSQLLog:
    """Speaks through libpq alone: a query costs half of what a cursor makes of it."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        given = connection.get_connection_params()
        wanted = {
            name: value
            for name, value in given.items()
            if name not in ("context", "cursor_factory", "prepare_threshold", "pool")
        } | {"connect_timeout": 2}
        # Kept: closing it is what ends the connection.
        self._connection = psycopg.connect(**wanted, autocommit=True)
        self._pg = self._connection.pgconn
        self._poll = select.poll()
        self._poll.register(self._pg.socket, select.POLLIN)
        self._wanted = {trigger.name for trigger in triggers.triggers("postgresql")}
        try:
            # A log that is nearly empty tempts the planner to read all of it, also later.
            self._ask(b"SET enable_seqscan = off")
            self._run(lambda: self._pg.send_prepare(_NAME, _NEW))
            self._run(lambda: self._pg.send_prepare(_NOW_NAME, _NOW))
            self._snapshot = self._asked_for_snapshot()
        except Away:
            self.close()
            raise

    def changes(self) -> Iterable[Changed]:
        snapshot = self._snapshot
        if self._asked_for_snapshot() == snapshot:
            return ()
        rows = self._run(lambda: self._pg.send_query_prepared(_NAME, [snapshot]))
        self._snapshot = rows[0][0] or b""
        if rows[0][1] is None:
            return ()
        return [
            Changed((row[1] or b"").decode(), *(int(n) if n else None for n in row[2:]))
            for row in rows
        ]

    def is_kept(self) -> bool:
        there = {(row[0] or b"").decode() for row in self._ask(_TRIGGERS)}
        return self._wanted <= there

    def close(self) -> None:
        self._connection.close()

    def _asked_for_snapshot(self) -> bytes:
        return self._run(lambda: self._pg.send_query_prepared(_NOW_NAME, None))[0][0] or b""

    def _ask(self, query: bytes) -> list[list[bytes | None]]:
        return self._run(lambda: self._pg.send_query(query))

    def _run(self, send: Callable[[], None]) -> list[list[bytes | None]]:
        """Return the rows of what is sent, waiting for them no longer than SILENT_AFTER_S."""
        try:
            send()
            until = time.monotonic() + SILENT_AFTER_S
            result = None
            self._pg.flush()
            while True:
                while self._pg.is_busy():
                    if not self._poll.poll(max(0, int(1000 * (until - time.monotonic())))):
                        raise Away("no answer in time")
                    self._pg.consume_input()
                found = self._pg.get_result()
                if found is None:
                    break
                result = found
        except psycopg.Error as error:
            raise Away(str(error)) from error
        done = (psycopg.pq.ExecStatus.TUPLES_OK, psycopg.pq.ExecStatus.COMMAND_OK)
        if result is None or result.status not in done:
            raise Away(self._pg.error_message.decode(errors="replace").strip())
        columns = range(result.nfields)
        return [[result.get_value(row, n) for n in columns] for row in range(result.ntuples)]


# Whoever did not look for so long begins anew: rows may be gone by then. Both clocks are asked,
# since one of them stops while a machine sleeps and the other can be set back.
BEGIN_ANEW_AFTER_S = KEPT_FOR.total_seconds() / 2


class Clock:
    """How long ago something was, by the clock that says the most."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._wall, self._steady = time.time(), time.monotonic()

    def has_passed(self, seconds: float) -> bool:
        return time.monotonic() - self._steady > seconds or abs(time.time() - self._wall) > seconds
