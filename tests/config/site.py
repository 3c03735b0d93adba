"""A site of its own for a test: a folder, a database, and the command line on it."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-m", "shortscience"]


def environment(var: Path) -> dict[str, str]:
    """Return the environment of a site in this folder."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"TASKS_BACKEND", "DATABASE_URL", "SITE_URL"}
    }
    return {**kept, "VAR_DIR": str(var), "DATABASE_URL": f"sqlite:///{var}/site.sqlite3"}


def shortscience(*arguments: str, var: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on the site in this folder, with these settings."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(var) | settings,
        capture_output=True,
        text=True,
        timeout=120,
    )


@dataclass(frozen=True)
class Site:
    """A site on one of the two databases."""

    kind: str
    var: Path
    environment: dict[str, str]

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run the command line."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment | settings,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def python(self, code: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return self.run("manage", "shell", "-v", "0", "-c", code, **settings)

    def start_python(self, code: str) -> subprocess.Popen[str]:
        command = [*COMMAND, "manage", "shell", "-v", "0", "-c", code]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)


def kinds() -> list[str]:
    """Return the databases that are here to be tested with."""
    has_server = shutil.which("createdb") and shutil.which("pg_isready")
    if has_server and subprocess.run(["pg_isready", "-q"]).returncode == 0:
        return ["sqlite", "postgresql"]
    return ["sqlite"]


@contextmanager
def made(kind: str, var: Path) -> Iterator[Site]:
    """Make a site with a database of its own, which is empty yet."""
    var.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield Site(kind, var, environment(var))
        return
    name = f"site_{secrets.token_hex(6)}"
    subprocess.run(["createdb", "--template=template0", name], check=True)
    try:
        yield Site(kind, var, environment(var) | {"DATABASE_URL": f"postgresql:///{name}"})
    finally:
        subprocess.run(["dropdb", "--force", name], check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
