"""Headers and bodies of ten megabytes, to the site itself and through nginx."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from benchmarks.faults.proxy import Proxy, proxied, settings
from benchmarks.faults.seen import Seen, Skipped
from benchmarks.faults.site import Cast, Site, free_port, resident_mb
from benchmarks.faults.visitor import FORM, TOKEN, Answer, Visitor
from benchmarks.faults.workshop import Workshop

BIG = 10 * 1024 * 1024
# What a web process may grow by when it is sent ten times ten megabytes.
GROWTH_MB = 60.0


def look(workshop: Workshop) -> Iterator[Seen]:
    port = free_port()
    site = workshop.site("big")
    cast = site.cast()
    with site.served():
        yield from _sent_to(site.address, site.visitor(cast.cookie(2)), cast, "itself")
        yield from _memory(site, cast)
    site.settings |= settings(port)
    with site.served():
        try:
            with proxied(workshop.path("nginx"), [site], port) as proxy:
                yield from _through(proxy, cast)
        except Skipped as reason:
            yield Seen("the same through nginx", f"NOT TRIED HERE: {reason}", True)


def _through(proxy: Proxy, cast: Cast) -> Iterator[Seen]:
    yield from _sent_to(proxy.address, proxy.visitor(cast.cookie(2)), cast, "nginx")


def _sent_to(address: str, member: Visitor, cast: Cast, who: str) -> Iterator[Seen]:
    path = f"/s/{cast.summaries[0]}/comment"
    answer = member.post(path, text="x" * BIG)
    yield Seen(
        f"{who}: a form of 10 MB is refused with a sentence",
        _short(answer),
        answer.status == 413 and "nothing of it was read" in answer.body,
    )
    status = raw_status(address, f"GET / HTTP/1.1\r\nHost: localhost\r\nX-Big: {'y' * BIG}\r\n\r\n")
    yield Seen(f"{who}: a header of 10 MB is refused", str(status), status in (400, 414, 431))
    status = raw_status(address, f"GET /{'z' * BIG} HTTP/1.1\r\nHost: localhost\r\n\r\n")
    yield Seen(f"{who}: an address of 10 MB is refused", str(status), status in (400, 414, 431))
    answer = member.get("/")
    yield Seen(f"{who}: the next request is answered", _short(answer), answer.status == 200)


def _memory(site: Site, cast: Cast) -> Iterator[Seen]:
    before = resident_mb(site.processes("granian"))
    body = urlencode({"text": "x" * BIG, "csrfmiddlewaretoken": TOKEN}).encode()
    for _ in range(10):
        visitor = site.visitor(cast.cookie(2))
        visitor.ask("POST", f"/s/{cast.summaries[0]}/comment", body, {"Content-Type": FORM})
    grown = resident_mb(site.processes("granian")) - before
    yield Seen("ten of them do not fill the memory", f"{grown:+.0f} MB", grown < GROWTH_MB)


def raw_status(address: str, request: str) -> int:
    """Send bytes as they are; return the status of the answer, 0 where the connection just ends."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=30) as plain:
        connection: socket.socket = plain
        if parts.scheme == "https":
            context = ssl._create_unverified_context()
            connection = context.wrap_socket(plain, server_hostname=parts.hostname)
        with connection:
            # The server may answer and close before it has read all of it.
            with suppress(OSError):
                connection.sendall(request.encode())
            with suppress(OSError):
                words = connection.recv(200).split()
                return int(words[1]) if len(words) > 1 else 0
    return 0


def _short(answer: Answer) -> str:
    return f"{answer.status}" if answer.status else answer.body[:60]
