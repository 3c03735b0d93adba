"""Real PostgreSQL clusters for tests: made in a folder of their own, on loopback, gone after it.

PostgreSQL refuses to run as root: then its programs run as the user `postgres`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.config.site import free_port

DATABASE = "site"
USER = "postgres"
# Quick to make and to stop; what is on disk after a stop "immediate" is the same as with defaults.
SETTINGS = """
listen_addresses = '127.0.0.1'
shared_buffers = 32MB
max_connections = 60
wal_level = replica
hot_standby = on
wal_keep_size = 64MB
wal_receiver_status_interval = 1s
wal_retrieve_retry_interval = 200ms
fsync = off
autovacuum = off
log_statement = all
log_line_prefix = '%a|'
"""


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; skip the test, visibly, where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    on_path = shutil.which("initdb")
    if not found and not on_path:
        pytest.skip("no PostgreSQL programs here (initdb, pg_ctl): install postgresql")
    if os.geteuid() == 0 and not _has_user():
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    return Path(on_path).resolve().parent if on_path else found[-1].parent


def _version(initdb: Path) -> int:
    return int(initdb.parent.parent.name.partition(".")[0])


def _has_user() -> bool:
    try:
        return bool(pwd.getpwnam("postgres"))
    except KeyError:
        return False


class Cluster:
    """One PostgreSQL server in a folder."""

    def __init__(self, folder: Path, bin_: Path) -> None:
        self.data = folder
        self.bin = bin_
        self.port = free_port()
        self.url = f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    def run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*_as_postgres(), self.bin / program, *arguments],
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}{self._log()}"

    def create(self) -> None:
        """Make an empty cluster with one database, and start it."""
        self.run("initdb", "-D", str(self.data), "-U", USER, "--auth=trust", "-E", "UTF8", "-N")
        self._configure()
        self.start()
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")

    def follow(self, primary: Cluster) -> None:
        """Become a streaming replica of this one, and start."""
        source = f"host=127.0.0.1 port={primary.port} user={USER}"
        self.run("pg_basebackup", "-D", str(self.data), "-d", source, "-R", "-c", "fast", "-N")
        self._configure()
        self.start()

    def start(self) -> None:
        log = self.data / "log"
        self.run("pg_ctl", "start", "-w", "-s", "-D", str(self.data), "-l", str(log))

    def stop(self, mode: str = "immediate") -> None:
        self.run("pg_ctl", "stop", "-w", "-s", "-D", str(self.data), "-m", mode)

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "-w", "-s", "-D", str(self.data))

    def is_running(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def connect(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname=database, autocommit=True
        )

    def ask(self, question: str, *values: object) -> Any:
        """Return the first value that the server answers."""
        with self.connect() as connection:
            row = connection.execute(question, values).fetchone()
        return row[0] if row else None

    def statements(self, application: str, table: str) -> int:
        """Return how many statements of this application have named the table here."""
        lines = self._log(whole=True).splitlines()
        return sum(line.startswith(f"{application}|LOG:  ") and table in line for line in lines)

    def _configure(self) -> None:
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.write(f"{SETTINGS}port = {self.port}\nunix_socket_directories = '{self.data}'\n")

    def _log(self, *, whole: bool = False) -> str:
        log = self.data / "log"
        text = log.read_text() if log.exists() else ""
        return text if whole else text[-2000:]


def _as_postgres() -> list[str]:
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@contextmanager
def clusters() -> Iterator[Callable[[str], Cluster]]:
    """Yield a function that returns a cluster of this name, not made yet; end all afterwards."""
    bin_ = programs()
    # Not below pytest's folder, into which only its own user may look.
    room = Path(tempfile.mkdtemp(prefix="shortscience-clusters-"))
    made: list[Cluster] = []

    def named(name: str) -> Cluster:
        made.append(Cluster(room / name, bin_))
        return made[-1]

    if os.geteuid() == 0:
        shutil.chown(room, "postgres")
    try:
        yield named
    finally:
        for cluster in made:
            if cluster.is_running():
                cluster.stop()
        shutil.rmtree(room)


def wait_until(is_so: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Tell whether this came true in time."""
    deadline = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
