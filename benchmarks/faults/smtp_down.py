"""The mail server is away: nobody waits for it, and the mail goes out when it is back."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.faults.load import Load, summary_of
from benchmarks.faults.seen import Seen
from benchmarks.faults.site import Site, free_port, wait
from benchmarks.faults.visitor import TOKEN, Answer
from benchmarks.faults.workshop import Workshop

# The first time that a mail waits, and what the worker needs to look.
BACK_WITHIN_S = 120
# Jobs of any kind are rows; those that are over have ended.
OTHER_JOB = """
import django; django.setup()
from shortscience.config.tasks import housekeeping
print(housekeeping.enqueue().id)
"""
STATE = """
import django, sys; django.setup()
from django_tasks import default_task_backend
print(default_task_backend.get_result(sys.argv[1]).status)
"""


def look(workshop: Workshop) -> Iterator[Seen]:
    port = free_port()
    site = workshop.site("smtp", EMAIL_URL=f"smtp://127.0.0.1:{port}/")
    site.cast()
    with site.served():
        visitor = site.visitor()
        load = Load()
        load.add("ask for a code", lambda _n: _ask_for_code(site), pause_s=60)
        load.add("read", lambda _n: visitor.get("/"))
        with load.running():
            wait(lambda: load.count("ask for a code") > 0, 60)
        yield Seen(
            "who asks for mail does not wait for the mail server",
            f"{summary_of(load.failed())}, slowest {load.slowest_s():.1f} s",
            not load.failed() and load.count("ask for a code") > 0,
        )
        job = site.python(OTHER_JOB)
        done = wait(lambda: site.python(STATE, job).startswith("SUCCE"), 120, every_s=1)
        yield Seen("other jobs are done meanwhile", f"{done}", done)
        if workshop.quick:
            return
        with mail_server(port) as received:
            came = wait(lambda: bool(received), BACK_WITHIN_S, every_s=1)
            yield Seen(
                "the mail arrives when the server is back", f"{len(received)} received", came
            )


def _ask_for_code(site: Site) -> Answer:
    visitor = site.visitor(f"csrf={TOKEN}")
    return visitor.post("/account/sign-in/code", email="watcher-0@example.org")


class _Receiver(socketserver.StreamRequestHandler):
    """Says yes to every mail and keeps it; as much of SMTP as that takes."""

    received: list[bytes]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.received.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 yes\r\n")


@contextmanager
def mail_server(port: int) -> Iterator[list[bytes]]:
    """Receive mail on this port; the list grows with each."""
    received: list[bytes] = []
    handler = type("Receiver", (_Receiver,), {"received": received})
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
