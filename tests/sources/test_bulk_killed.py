"""An import that is killed at any moment goes on and ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from benchmarks.records import write

pytestmark = pytest.mark.slow
RECORDS = 12_000
NUMBER = re.compile(r"(?<=/p/)\d+")


class Site:
    """A site of its own, driven by its command line."""

    def __init__(self, var: Path, database: str) -> None:
        # Of the tests' own site, which is in public, its doctor has much to say.
        dropped = ("TASKS_BACKEND", "SITE_URL")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        self.var = var
        self.environment = {**kept, "VAR_DIR": str(var), "DATABASE_URL": database}
        self("init")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "shortscience", *arguments]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE)

    def __call__(self, *arguments: str) -> bytes:
        running = self.start(*arguments)
        told = running.communicate()[0]
        assert running.returncode == 0, told.decode()
        return told

    def papers(self) -> list[str]:
        """Return everything exported about each paper but its number, which its address has too.

        What PostgreSQL rolls back has used up its numbers.
        """
        rows = map(json.loads, self("export", "papers").splitlines())
        unnumbered = ({**row, "id": 0, "page": NUMBER.sub("", row["page"])} for row in rows)
        return sorted(json.dumps(row, sort_keys=True) for row in unnumbered)


@pytest.fixture
def databases(tmp_path: Path, db: None) -> Iterator[list[str]]:
    """Two empty databases of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield [f"sqlite:///{tmp_path}/{name}.sqlite3" for name in ("calm", "killed")]
        return
    url = settings.DATABASE_URL
    names = [f"shortscience_{name}_{os.getpid()}" for name in ("calm", "killed")]
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            server.execute(f"CREATE DATABASE {name}")
        try:
            yield [url.rpartition("/")[0] + f"/{name}" for name in names]
        finally:
            for name in names:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("mode", ["--without-indexes", "--no-without-indexes"])
def test_a_load_killed_at_random_moments_ends_as_one_that_was_not(
    mode: str, tmp_path: Path, databases: list[str]
) -> None:
    file = tmp_path / "dump.xml.gz"
    write("dblp", RECORDS, file)
    calm, killed = Site(tmp_path / "a", databases[0]), Site(tmp_path / "b", databases[1])
    started_at = time.monotonic()
    calm("import", "dblp", str(file), mode)
    needed_s = time.monotonic() - started_at
    draw = random.Random(os.getpid())
    moments = [draw.uniform(0.2, 0.9) * needed_s for _ in range(3)]

    stopped = [
        kill(killed.start("import", "dblp", str(file), mode), after_s) for after_s in moments
    ]
    killed("import", "dblp", str(file), mode)

    assert any(stopped), f"all ended before {moments} s"
    assert killed.papers() == calm.papers()
    assert b"ok         indexes" in killed("doctor")
    assert not list((killed.var / "imports").glob("*.json"))


def kill(running: subprocess.Popen[bytes], after_s: float) -> bool:
    """Kill the import after this time; tell whether it was still at work."""
    try:
        running.wait(after_s)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
    code = running.wait()
    assert running.stdout is not None
    running.stdout.close()
    return code == -signal.SIGKILL
