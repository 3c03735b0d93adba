"""Counts who reads a paper's page, in front of all that may answer, and writes it now and then.

Views name the paper (`pagestore.declare.is_read`), stored pages remember it. Here it is decided who
counts: a browser that somebody sits at. A request costs some microseconds; a thread of each
process writes every WRITE_EVERY_S and once more at the end.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from multiprocessing.util import Finalize
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseProblem
from django.db import close_old_connections, connections

from shortscience.lib.robots import is_robot
from shortscience.operations import mode
from shortscience.pagestore.declare import READ
from shortscience.readership.actions import add_readings, forget_salts, salt_of
from shortscience.readership.counter import Counter

Environ = dict[str, Any]  # PEP 3333
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# What a crash can lose at most.
WRITE_EVERY_S = 20.0
# While the database does not tell the salt, no request waits for it more often.
ASK_AGAIN_AFTER_S = 5.0
# The salt of tomorrow is fetched so long before, so that midnight needs no database.
AHEAD_S = 1800.0

log = logging.getLogger("shortscience.readers")


def counted(site: Application) -> Application:
    """Return the site with its readers counted; the site itself where that is off."""
    if not settings.COUNT_READERS or settings.READ_ONLY:
        return site
    return CountingReaders(site)


class CountingReaders:
    """The WSGI application in front of another."""

    def __init__(self, site: Application) -> None:
        self.site = site
        self.counter = Counter(self._salt_of)
        self._ask_again_at = 0.0
        self._wake = threading.Event()
        self._writer: threading.Thread | None = None
        self._starting = threading.Lock()
        # Loads the list of robots now, not while somebody waits.
        is_robot("Mozilla/5.0")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = self.site(environ, start_response)
        paper = environ.get(READ)
        if paper is not None and is_a_reader(environ):
            agent = environ["HTTP_USER_AGENT"]
            self.counter.note(paper, address_of(environ), agent, time.time())
            if self._writer is None:
                self._start_writer()
            elif self.counter.is_filling:
                self._wake.set()
        return body

    def write(self) -> bool:
        """Write what was counted; return False if that has to wait."""
        if mode.current().is_read_only:
            return False
        taken = self.counter.take()
        try:
            add_readings(taken)
        except DatabaseProblem as problem:
            # All of it: what is written already is written a second time without effect.
            self.counter.take_back(taken)
            log.warning("Readers could not be written: %s", type(problem).__name__)
            return False
        return True

    def _start_writer(self) -> None:
        with self._starting:
            if self._writer is None:
                self._writer = threading.Thread(target=self._run, name="readers", daemon=True)
                self._writer.start()
                # The web server forks its processes: `atexit` would not run at their end.
                Finalize(None, self._end, exitpriority=1)

    def _run(self) -> None:
        while True:
            self._wake.wait(WRITE_EVERY_S)
            self._wake.clear()
            self._turn()
            if self.counter.is_filling:
                # The database is away: do not spin.
                time.sleep(1)

    def _turn(self) -> None:
        try:
            close_old_connections()
            self.write()
            self.counter.prepare(time.time(), ahead_s=AHEAD_S)
        except Exception:
            # Whatever it is, the next turn tries again; pages never depend on it.
            log.exception("Readers could not be written")
        finally:
            connections.close_all()

    def _end(self) -> None:
        """Write once more before the process ends."""
        try:
            self.write()
        except Exception:
            log.exception("Readers could not be written")

    def _salt_of(self, day: date) -> bytes | None:
        now = time.monotonic()
        if now < self._ask_again_at:
            return None
        self._ask_again_at = now + ASK_AGAIN_AFTER_S
        try:
            found = salt_of(day, may_make=not mode.current().is_read_only)
            if found is not None:
                forget_salts(before=datetime.now(UTC).date())
        except DatabaseProblem:
            return None
        self._ask_again_at = 0.0
        return found


# --- who counts -------------------------------------------------------------------------------


def is_a_reader(environ: Environ) -> bool:
    """Whether somebody looks at this page now: a browser that was not sent ahead by a guess."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not any(name in environ for name in _SENT_AHEAD)
        # A browser says what it wants the page for; whoever says nothing is an older one.
        and environ.get("HTTP_SEC_FETCH_DEST", "document") == "document"
        and not is_robot(environ.get("HTTP_USER_AGENT", ""))
    )


def address_of(environ: Environ) -> str:
    """Return where the request came from; behind a proxy of ours, what that proxy says."""
    address: str = environ.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # Its own word is the last one: what stands before, strangers may have sent.
        return environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    return address


# Prefetching and previews: https://fetch.spec.whatwg.org/#sec-purpose-header, and older names.
_SENT_AHEAD = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ", "HTTP_X_PURPOSE")
