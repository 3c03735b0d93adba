"""The real server, and what it costs in CPU and memory."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SITE = "shortscience.config.wsgi:application"
BARE = "benchmarks.bare:application"


@dataclass
class Server:
    """A served application, and what its processes have used."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Return how long the threads of the web processes have run so far, in seconds."""
        total_ns = 0
        for pid in self._pids():
            # Counted in nanoseconds; `stat` counts ticks, of which a small page takes none.
            for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                total_ns += int(thread.read_text().split()[0])
        return total_ns / 1e9

    def memory(self) -> str:
        """Return what its largest process holds, and how much of that are files it has mapped.

        The pages of files, such as the index and SQLite's database, are the system's to take back.
        """
        held = []
        for pid in self._pids():
            status = Path(f"/proc/{pid}/status").read_text()
            sizes = (status.partition(f"{name}:")[2].split()[0] for name in ("VmRSS", "RssFile"))
            held.append([int(kb) / 1024 for kb in sizes])
        resident, files = max(held)
        return f"has {resident:.0f} MB resident, {files:.0f} MB of it files"

    def _pids(self) -> list[int]:
        return [self.pid, *_children(self.pid)]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_children(child)]
    return found


@contextmanager
def serving(
    environment: Mapping[str, str], application: str = SITE, *, threads: int = 1
) -> Iterator[Server]:
    """Serve with one web worker on a free port; only the web server, no task worker."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(port), "--workers", "1", "--blocking-threads", str(threads), "--no-ws",
            "--log-level", "error", application,
        ],
        env=dict(environment),
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
        time.sleep(0.1)
