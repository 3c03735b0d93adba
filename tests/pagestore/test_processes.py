"""Several processes answer readers while others write: nobody sees what was before a commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from tests.shared import PROJECT

SEED = 20261122
STEPS = 60
RACE_S = 4.0


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """A database of its own, of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/site.sqlite3"
        return
    server = os.environ["DATABASE_URL"]
    name = f"pagestore_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield f"{server.rpartition('/')[0]}/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_random_writes_and_reads_of_several_processes(database_url: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "SITE_URL": "http://testserver",
        "LOG_LEVEL": "ERROR",
    }

    played = subprocess.run(
        [sys.executable, "-m", "tests.pagestore.play", str(SEED), str(STEPS), str(RACE_S)],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert played.returncode == 0, played.stderr[-3000:]
    told = json.loads(played.stdout.splitlines()[-1])
    assert told["older"] == []
    assert told["writes"] > STEPS / 2
    assert told["stored"] > told["compared"] / 2
    assert told["raced"] > 100
