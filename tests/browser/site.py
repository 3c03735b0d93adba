"""A real site for the browser: its own process tree, database, mail folder and port."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

START_WITHIN_S = 120
MAIL_WITHIN_S = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A running `shortscience serve` with the demo library."""

    url: str
    folder: Path
    environment: dict[str, str]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `shortscience WORDS…` against this site's data; fails the test when it fails."""
        return subprocess.run(
            [sys.executable, "-m", "shortscience", *words],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )

    def code_mailed_to(self, address: str) -> str:
        """Return the newest code that the site mailed to this address."""
        deadline = time.monotonic() + MAIL_WITHIN_S
        while time.monotonic() < deadline:
            for path in sorted((self.folder / "mail").glob("*.log"), reverse=True):
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                found = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", path.read_text(), re.MULTILINE)
                if found and address in str(message["to"]):
                    path.unlink()
                    return found[1]
            time.sleep(0.1)
        raise AssertionError(f"no code was mailed to {address}")


def start(
    folder: Path, *, sources: dict[str, str] | None = None
) -> tuple[Site, subprocess.Popen[bytes]]:
    """Set up a site in this folder and serve it; return it once it answers.

    Args:
        sources: where the site finds each host that it asks about papers.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if name != "TASKS_BACKEND"},
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
        "SITE_URL": url,
        "EMAIL_URL": "file:",
        "SIGN_UP_LIMIT": "1000/m/ip",
        "SOURCES_BASE_URLS": ",".join(f"{host}={url}" for host, url in (sources or {}).items()),
    }
    site = Site(url, folder, environment)
    site.command("init")
    site.command("demo")
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "shortscience", "serve", "--port", str(port), "--workers", "1"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            with urlopen(f"{url}/healthz", timeout=10) as answer:
                assert answer.status == 200
                return site, process
        # TimeoutError too: a busy machine takes the connection and answers late.
        except OSError as late:
            if process.poll() is not None or time.monotonic() > deadline:
                stop(process)
                told = (folder / "serve.log").read_text()
                raise AssertionError(f"the site did not start:\n{told}") from late
            time.sleep(0.2)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
