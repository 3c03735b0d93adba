"""Two hundred clients who send a byte now and then; do others still get their pages?

The site itself reads headers without a thread and ends what is not whole after 30 seconds. A slow
body holds one of its few threads, so that only nginx stands those: it reads a request to its end
before it passes it on.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from benchmarks.faults.load import Load, summary_of
from benchmarks.faults.proxy import proxied, settings
from benchmarks.faults.seen import Seen, Skipped
from benchmarks.faults.site import free_port, wait
from benchmarks.faults.visitor import FORM, Visitor
from benchmarks.faults.workshop import Workshop

CLIENTS = 200
READS = 10
HEADERS = "GET / HTTP/1.1\r\nHost: localhost\r\n"
BODY = (
    "POST /account/sign-in HTTP/1.1\r\nHost: localhost\r\n"
    f"Content-Type: {FORM}\r\nContent-Length: 100000\r\n\r\n"
)


def look(workshop: Workshop) -> Iterator[Seen]:
    seconds = 1.0 if workshop.quick else 20.0
    port = free_port()
    site = workshop.site("slow")
    with site.served():
        yield _among("itself, slow headers", site.address, HEADERS, site.visitor(), seconds)
    site.settings |= settings(port)
    with site.served():
        try:
            with proxied(workshop.path("nginx"), [site], port) as proxy:
                host = f"Host: localhost:{port}"
                for kind, start in (("headers", HEADERS), ("bodies", BODY)):
                    start = start.replace("Host: localhost", host)
                    name = f"nginx, slow {kind}"
                    yield _among(name, proxy.address, start, proxy.visitor(), seconds)
        except Skipped as reason:
            yield Seen("the same through nginx", f"NOT TRIED HERE: {reason}", True)


def _among(what: str, address: str, start: str, visitor: Visitor, seconds: float) -> Seen:
    load = Load()
    load.add("read", lambda _n: visitor.get("/"), people=2, pause_s=0.1)
    with dripping(address, start) as connected, load.running():
        time.sleep(seconds)
        # Those who are kept out get no answer at all, however long one looks.
        wait(lambda: load.count() >= READS, visitor.timeout_s)
        meanwhile = load.count()
    failed = load.failed()
    return Seen(
        f"{what}: others are served among {CLIENTS}",
        f"{connected} connected, {meanwhile:,} reads, {summary_of(failed)},"
        f" slowest {load.slowest_s():.1f} s",
        not failed and connected == CLIENTS and meanwhile >= READS,
    )


@contextmanager
def dripping(address: str, start: str, clients: int = CLIENTS) -> Iterator[int]:
    """Open that many connections, begin a request on each, and go on with a byte a second."""
    parts = urlsplit(address)
    context = ssl._create_unverified_context() if parts.scheme == "https" else None
    open_ones: list[socket.socket] = []
    for _ in range(clients):
        with suppress(OSError):
            one = socket.create_connection((parts.hostname, parts.port or 80), timeout=5)
            one = context.wrap_socket(one, server_hostname=parts.hostname) if context else one
            one.sendall(start.encode())
            open_ones.append(one)
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(1):
            for one in open_ones:
                with suppress(OSError):
                    one.sendall(b"x")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield len(open_ones)
    finally:
        stop.set()
        thread.join()
        for one in open_ones:
            one.close()
