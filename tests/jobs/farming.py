"""Starts the farm (`farm.py`) on a database of its own and talks to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection
from psycopg import sql


class Farm:
    """A farm that runs, as a test sees it."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.ledger = folder / "ledger"
        given = {
            "DJANGO_SETTINGS_MODULE": "shortscience.config.settings",
            "VAR_DIR": str(folder),
            "JOBS_LEDGER": str(self.ledger),
            "TASKS_BACKEND": "database",
            # A killed process loses nothing that is committed; this is no test of power cuts.
            "SQLITE_SYNCHRONOUS": "NORMAL",
            "LOG_LEVEL": "CRITICAL",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.farm"],
            env={**os.environ, **given, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._workers: set[int] = set()

    def ask(self, name: str, *arguments: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert answer != {"failed": name}
        return answer

    def start(self, name: str, *arguments: Any) -> int:
        pid = int(self.ask(name, *arguments))
        self._workers.add(pid)
        return pid

    def kill(self, pid: int, how: signal.Signals = signal.SIGKILL) -> None:
        self._workers.discard(pid)
        os.kill(pid, how)

    def noted(self) -> list[str]:
        return self.ledger.read_text().splitlines() if self.ledger.exists() else []

    def wait_until_done(self, within_s: float = 60.0) -> None:
        """Return when no job waits or runs."""
        deadline = time.monotonic() + within_s
        while self.ask("open_jobs"):
            assert time.monotonic() < deadline, self.ask("counts")
            time.sleep(0.1)

    def close(self) -> None:
        for pid in self._workers:
            os.kill(pid, signal.SIGKILL)
        self._process.communicate(timeout=20)


@contextmanager
def farm(folder: Path, **settings: str) -> Iterator[Farm]:
    """A farm on a new database of the kind that this test run is about."""
    with _database(folder) as url:
        running = Farm(folder, {"DATABASE_URL": url, **settings})
        try:
            running.ask("make_tables")
            yield running
        finally:
            running.close()


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder}/jobs.sqlite3"
        return
    url = os.environ["DATABASE_URL"]
    name = f"test_jobs_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            server.execute(drop)
