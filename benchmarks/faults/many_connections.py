"""Five thousand connections that are open and say nothing."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

from benchmarks.faults.load import Load, summary_of
from benchmarks.faults.proxy import proxied, settings
from benchmarks.faults.seen import Seen, Skipped
from benchmarks.faults.site import free_port, wait
from benchmarks.faults.visitor import Visitor
from benchmarks.faults.workshop import Workshop

CONNECTIONS = 5000
READS = 10


def look(workshop: Workshop) -> Iterator[Seen]:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 3 * CONNECTIONS:
        raise Skipped(f"this machine allows {hard} open files to a process")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port = free_port()
    site = workshop.site("many")
    site.workers = 2
    with site.served():
        yield _among("itself", site.address, site.visitor())
    site.settings |= settings(port)
    with site.served():
        try:
            with proxied(workshop.path("nginx"), [site], port) as proxy:
                yield _among("nginx", proxy.address, proxy.visitor())
        except Skipped as reason:
            yield Seen("the same through nginx", f"NOT TRIED HERE: {reason}", True)


def _among(what: str, address: str, visitor: Visitor) -> Seen:
    parts = urlsplit(address)
    with ExitStack() as stack:
        opened = 0
        for _ in range(CONNECTIONS):
            with suppress(OSError):
                one = socket.create_connection((parts.hostname, parts.port or 80), timeout=10)
                stack.enter_context(one)
                opened += 1
        load = Load()
        load.add("read", lambda _n: visitor.get("/"), people=2, pause_s=0.1)
        with load.running():
            # Those who are kept out get no answer at all, however long one looks.
            wait(lambda: load.count() >= READS, visitor.timeout_s)
            meanwhile = load.count()
    failed = load.failed()
    return Seen(
        f"{what}: others are served among {CONNECTIONS:,} open connections",
        f"{opened:,} open, {meanwhile} reads, {summary_of(failed)},"
        f" slowest {load.slowest_s():.1f} s",
        not failed and meanwhile >= READS and opened == CONNECTIONS,
    )
