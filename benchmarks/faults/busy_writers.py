"""SQLite has one writer at a time; another program holds it and does not let go."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing

from benchmarks.faults.load import Load, summary_of
from benchmarks.faults.seen import Seen
from benchmarks.faults.visitor import Answer
from benchmarks.faults.workshop import Workshop

TEXT = "A long thought that took an hour to write."


def look(workshop: Workshop) -> Iterator[Seen]:
    site = workshop.site("busy")
    cast = site.cast()
    if workshop.quick:
        # Who waits is told after two seconds instead of twenty.
        site.settings["DATABASE_URL"] = f"sqlite:///{site.folder}/shortscience.sqlite3?timeout=2"
    with site.served(), closing(_connect(site.folder)) as other:
        reader, writer = site.visitor(), site.visitor(cast.cookie(3))
        path = f"/s/{cast.summaries[0]}/comment"

        other.execute("BEGIN IMMEDIATE")
        answers: list[Answer] = []
        done_at: list[float] = []

        def write() -> None:
            answers.append(writer.post(path, text=TEXT))
            done_at.append(time.monotonic())

        writing = threading.Thread(target=write)
        load = Load()
        load.add("read", lambda _n: reader.get("/"), people=2)
        load.add("signed in", lambda _n: site.visitor(cast.cookie(5)).get(cast.papers[0]))
        with load.running():
            writing.start()
            writing.join()
        failed = load.failed()
        meanwhile = sum(one.ended < done_at[0] for one in load.done)
        yield Seen(
            "readers do not wait while a writer does",
            f"{meanwhile:,} reads meanwhile, {summary_of(failed)};"
            f" slowest {load.slowest_s():.1f} s",
            not failed and meanwhile > 0,
        )
        answer = answers[0]
        yield Seen(
            "who writes meanwhile is told to try again, with the text",
            f"{answer.status}, Retry-After {answer.headers.get('retry-after')},"
            f" text {'given back' if TEXT in answer.body else 'LOST'}",
            answer.status == 503 and "retry-after" in answer.headers and TEXT in answer.body,
        )
        other.rollback()
        again = writer.post(path, text=TEXT)
        yield Seen("afterwards it is saved", f"{again.status}", again.status == 302)
        shown = reader.get(f"/s/{cast.summaries[0]}").body.count(TEXT)
        yield Seen("once", f"{shown} times on the page", shown == 1)


def _connect(folder: object) -> sqlite3.Connection:
    return sqlite3.connect(f"{folder}/shortscience.sqlite3", isolation_level=None, timeout=30)
