"""A site of its own for a test: a folder, a database, and the command line on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
