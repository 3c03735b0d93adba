"""Clients who stop talking after their request, who never say it, and who hang up in the middle."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.faults.seen import Seen
from benchmarks.faults.site import Site
from benchmarks.faults.workshop import Workshop

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HALF_A_FORM = (
    b"POST /account/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nlogin="
)
TIMES = 300
# Threads keep a connection to the database each; of 900 clients far more would be left.
MOST_GROWN = 20
SETTLES_WITHIN_S = 20


def look(workshop: Workshop) -> Iterator[Seen]:
    site = workshop.site("half-closed")
    with site.served():
        status = _said_all(site)
        yield Seen("who says no more gets the page or an end, at once", status, status != "silence")

        files = _open_files(site)
        for _ in range(TIMES):
            _hangs_up(site, REQUEST)
            _hangs_up(site, b"GET / HTT")
            _hangs_up(site, HALF_A_FORM)
        answer = site.visitor().get("/")
        yield Seen(
            f"{3 * TIMES} clients hang up: the next one is served",
            f"{answer.status}",
            answer.is_fine,
        )
        grown = _grown(site, files)
        yield Seen("nothing of them stays open", f"{grown:+d} files", grown < MOST_GROWN)
        log = site.log.read_text()
        yield Seen("the log is not full of it", f"{len(log):,} bytes", "Traceback" not in log)


def _connected(site: Site) -> socket.socket:
    return socket.create_connection(("127.0.0.1", site.port), timeout=20)


def _said_all(site: Site) -> str:
    with _connected(site) as connection:
        connection.sendall(REQUEST)
        connection.shutdown(socket.SHUT_WR)
        try:
            words = connection.recv(200).decode().split()
        except TimeoutError:
            return "silence"
        return words[1] if len(words) > 1 else "the end"


def _hangs_up(site: Site, begun: bytes) -> None:
    with _connected(site) as connection:
        connection.sendall(begun)
        # Zero seconds: closing sends a reset at once.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _grown(site: Site, before: int) -> int:
    """Return how many more files are open than before; what is being closed is waited for."""
    until = time.monotonic() + SETTLES_WITHIN_S
    while (grown := _open_files(site) - before) >= MOST_GROWN and time.monotonic() < until:
        time.sleep(0.5)
    return grown


def _open_files(site: Site) -> int:
    return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in site.processes("granian"))
