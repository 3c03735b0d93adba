"""The real server under a real connection, and what it costs in CPU."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A served site: ask it, and read the CPU seconds its processes have used."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Return the user and system time of the web processes so far, in seconds."""
        total = 0.0
        for pid in [self.pid, *_children(self.pid)]:
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except FileNotFoundError:
                continue
            total += (int(fields[11]) + int(fields[12])) * TICK_S
        return total

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_children(child)]
    return found


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Server]:
    """Serve the site with one web worker on a free port; only the web server, no task worker."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(port), "--workers", "1", "--blocking-threads", "1", "--no-ws",
            "--log-level", "error", "shortscience.config.wsgi:application",
        ],
        env=environment,
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


Ask = Callable[[http.client.HTTPConnection, int], tuple[int, int]]


def cpu_per_request(
    server: Server, ask: Ask, *, requests: int, warm: int = 20
) -> tuple[float, int]:
    """Return (CPU milliseconds a request, bytes of the last body) over one kept-alive connection.

    Raises:
        AssertionError: an answer was neither 2xx nor a redirect.
    """
    connection = server.connect()
    size = 0
    for n in range(warm):
        _check(ask(connection, n))
    before = server.cpu_s()
    for n in range(warm, warm + requests):
        size = _check(ask(connection, n))
    return (server.cpu_s() - before) / requests * 1000, size


def _check(answer: tuple[int, int]) -> int:
    status, size = answer
    assert 200 <= status < 400, f"the server answered {status}"
    return size
