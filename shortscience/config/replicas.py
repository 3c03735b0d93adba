"""Which database answers a request: the primary, or one of the replicas in REPLICA_URLS.

A request that may only read is given one database for all its reads. That is a replica, if it

1. has replayed the last write of this browser: each answer to a write leaves in a cookie how far
   the primary's log was then (its LSN), and
2. is at most REPLICA_MAX_LAG_S behind the primary, and answered a moment ago.

All else reads from the primary: requests that may write, reads inside a transaction or with a
lock, what a request reads after it wrote, limits that are counted in the database, pages that are
stored for strangers, workers and commands. A replica that fails within a request leaves no trace
but time: the request is answered again from the primary. When the primary itself is away,
replicas go on answering.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import DEFAULT_DB_ALIAS as PRIMARY
from django.db import DatabaseError, connections, models
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from shortscience.lib.lazily import lazily
from shortscience.web.faults import Fault, fault_of

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = lazily("psycopg")

# How far the log was, in hexadecimal digits: no secret, and a false one only slows its sender.
SEEN_COOKIE = "seen"
# Longer than any replica in use may be behind (REPLICA_MAX_LAG_S is at most 300).
SEEN_FOR_S = 600
# Behind every position there is: sent when a write was made whose position could not be asked.
FAR = 2**64 - 1

LOOK_EVERY_S = 0.1
# A replica that is silent for longer is left out; it is looked at again and again.
SILENT_AFTER_S = 1.0
_TRY_AGAIN_AFTER_S = 0.5

# A count of attempts that lags would lift the limit.
_ALWAYS_PRIMARY = {"django_cache"}


@dataclass
class _Reading:
    """Where the request in this thread reads, and what became of it."""

    alias: str
    has_written: bool = False
    has_failed: bool = False


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)


@contextmanager
def pinned(alias: str) -> Iterator[None]:
    """Let all requests inside read from this database. The page store's do from the primary."""
    token = _reading.set(_Reading(alias))
    try:
        yield
    finally:
        _reading.reset(token)


class Router:
    """Tells Django which database a query is for."""

    def db_for_read(self, model: type[models.Model], **_hints: object) -> str:
        reading = _reading.get()
        if reading is None or model._meta.app_label in _ALWAYS_PRIMARY:
            return PRIMARY
        return PRIMARY if connections[PRIMARY].in_atomic_block else reading.alias

    def db_for_write(self, model: type[models.Model], **_hints: object) -> str:
        """Return the primary; what is read later in this request has to hold what it wrote.

        Django asks this also for `select_for_update` and `get_or_create`.
        """
        reading = _reading.get()
        if reading is not None:
            reading.alias, reading.has_written = PRIMARY, True
        return PRIMARY

    def allow_relation(self, one: models.Model, other: models.Model, **_hints: object) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **_hints: object) -> bool | None:
        return None if db == PRIMARY else False


class ReplicaMiddleware:
    """Chooses the database of a request, and leaves in a cookie what its browser has seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        only_reads = request.method in ("GET", "HEAD")
        outer = _reading.get()
        if not only_reads:
            alias = PRIMARY
        elif outer is not None:
            alias = outer.alias
        else:
            alias = _watch().fit(_position_in(request.COOKIES.get(SEEN_COOKIE, "")))
        answer, reading = self._answer(request, alias)
        if reading.has_failed and alias != PRIMARY and only_reads:
            _watch().leave_out(alias)
            answer, reading = self._answer(request, PRIMARY)
        if reading.has_written or not only_reads:
            _remember(answer, secure=request.is_secure())
        return answer

    def _answer(self, request: HttpRequest, alias: str) -> tuple[HttpResponse, _Reading]:
        reading = _Reading(alias)
        token = _reading.set(reading)
        try:
            return self.get_response(request), reading
        finally:
            _reading.reset(token)


@receiver(got_request_exception)
def _note_failure(**_: object) -> None:
    """Note that a replica failed in this request; Django is about to make the page that says so."""
    reading, fault = _reading.get(), sys.exc_info()[1]
    if reading is None or fault_of(fault) is not Fault.AWAY:
        return
    # A query that took too long would take as long on the primary. (One that a replica ended
    # because it stood in the way of replaying is another error.)
    if not isinstance(getattr(fault, "__cause__", None), psycopg.errors.QueryCanceled):
        reading.has_failed = True


def _remember(answer: HttpResponse, *, secure: bool) -> None:
    try:
        with connections[PRIMARY].cursor() as cursor:
            # Of what is inserted, not of what is written to disk: that is less where commits do
            # not wait for the disk.
            cursor.execute("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint")
            position = int(cursor.fetchone()[0])
    except DatabaseError:
        position = FAR
    answer.set_cookie(
        SEEN_COOKIE,
        f"{position:x}",
        max_age=SEEN_FOR_S,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _position_in(cookie: str) -> int:
    try:
        return int(cookie, 16) if cookie else 0
    except ValueError:
        return FAR


class _Watched(threading.Thread):
    """Asks one server again and again how far its log is, by a connection of its own.

    A thread for each, since a server may be silent for seconds, and no request waits for that.
    """

    question: str

    def __init__(self, alias: str) -> None:
        super().__init__(name=f"watch {alias}", daemon=True)
        self.alias = alias

    def run(self) -> None:
        while True:
            try:
                with self._connect() as connection:
                    while True:
                        asked_at = time.monotonic()
                        row = connection.execute(self.question).fetchone()
                        self.note(asked_at, int(row[0]) if row and row[0] is not None else None)
                        time.sleep(LOOK_EVERY_S)
            except psycopg.Error:
                self.lost()
                time.sleep(_TRY_AGAIN_AFTER_S)

    def note(self, at: float, position: int | None) -> None:
        raise NotImplementedError

    def lost(self) -> None:
        raise NotImplementedError

    def _connect(self) -> psycopg.Connection[Any]:
        params: dict[str, Any] = connections[self.alias].get_connection_params()
        ours = {
            "autocommit": True,
            "connect_timeout": 2,
            "tcp_user_timeout": 2000,
            "application_name": "shortscience watch",
            "options": "-c statement_timeout=1000",
        }
        return psycopg.connect(**params | ours)


class PrimaryLog(_Watched):
    """Knows where the primary was REPLICA_MAX_LAG_S ago. No clocks are compared for that."""

    question = "SELECT pg_current_wal_lsn() - '0/0'"

    def __init__(self) -> None:
        super().__init__(PRIMARY)
        self.samples: deque[tuple[float, int]] = deque()
        # What a replica must have replayed to be in use. While the primary is away nothing new
        # can be missed: then it stays what it was.
        self.must_have = FAR

    def note(self, at: float, position: int | None) -> None:
        if position is None:
            return
        if self.samples and position < self.samples[-1][1]:
            # A replica took over, from a place a little earlier.
            self.samples.clear()
        self.samples.append((at, position))
        while self.samples[0][0] < at - settings.REPLICA_MAX_LAG_S:
            self.samples.popleft()
        self.must_have = self.samples[0][1]

    def lost(self) -> None:
        if not self.samples:
            # Away since this process began: nobody can say what is missing, and all can read.
            self.must_have = 0


class ReplicaLog(_Watched):
    """Knows how far a replica is, as of a moment ago."""

    # One that was promoted follows nobody, and is reached by DATABASE_URL.
    question = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() - '0/0' END"

    def __init__(self, alias: str) -> None:
        super().__init__(alias)
        # One pair, so that it is read as one.
        self.last: tuple[float, int] | None = None

    def note(self, at: float, position: int | None) -> None:
        self.last = None if position is None else (at, position)

    def lost(self) -> None:
        self.last = None

    def has(self, position: int) -> bool:
        """Tell whether it replayed this position, and answered just now."""
        last = self.last
        if last is None or time.monotonic() - last[0] > SILENT_AFTER_S:
            return False
        return last[1] >= position


class _Watch:
    """What this process knows of its servers."""

    def __init__(self, aliases: list[str]) -> None:
        self.pid = os.getpid()
        self.primary = PrimaryLog()
        # Each process has its favourite, so that together they use all.
        first = self.pid % len(aliases)
        self.replicas = {name: ReplicaLog(name) for name in aliases[first:] + aliases[:first]}
        for watched in (self.primary, *self.replicas.values()):
            watched.start()

    def fit(self, seen: int) -> str:
        """Return the first replica that holds all that was seen and is hardly behind."""
        needed = max(seen, self.primary.must_have)
        return next((name for name, one in self.replicas.items() if one.has(needed)), PRIMARY)

    def leave_out(self, alias: str) -> None:
        """Do not use this one before it answers again."""
        self.replicas[alias].lost()


_the_watch: _Watch | None = None
_starting = threading.Lock()


def _watch() -> _Watch:
    """Return the watch of this process; after a fork that is a new one."""
    global _the_watch  # one per process, as the pools
    watch = _the_watch
    if watch is None or watch.pid != os.getpid():
        with _starting:
            watch = _the_watch
            if watch is None or watch.pid != os.getpid():
                aliases = [alias for alias in connections if alias != PRIMARY]
                watch = _the_watch = _Watch(aliases)
    return watch
