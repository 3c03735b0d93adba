"""PostgreSQL is stopped under load and started again. (tests of replicas have the finer cases)"""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.faults.load import Load, summary_of
from benchmarks.faults.power_cut import cluster
from benchmarks.faults.seen import Seen
from benchmarks.faults.site import Site
from benchmarks.faults.workshop import Workshop

TEXT = "A long thought, written while the database was away."
TOLD_WITHIN_S = 1.0
# What the machine of the measurement adds when it has other things to do.
SLACK_S = 1.0


def look(workshop: Workshop) -> Iterator[Seen]:
    with cluster(workshop.path("cluster")) as server:
        site = Site(workshop.path("database"), settings={"DATABASE_URL": server.url})
        site.prepare()
        cast = site.cast()
        with site.served():
            writer, path = site.visitor(cast.cookie(1)), f"/s/{cast.summaries[0]}/comment"
            server.kill()
            load = Load()
            load.add("read", lambda _n: site.visitor(cast.cookie(2)).get(cast.papers[0]))
            with load.running():
                time.sleep(3)
                answer = writer.post(path, text=TEXT)
            wrong = [one for one in load.done if one.answer.status != 503]
            yield Seen(
                "database away: readers get 503 with Retry-After within a second",
                f"{load.count()} asked, {len(wrong)} got something else,"
                f" slowest {load.slowest_s():.1f} s",
                not wrong and load.slowest_s() < TOLD_WITHIN_S + SLACK_S,
            )
            yield Seen(
                "a text being saved comes back",
                f"{answer.status}, text {'given back' if TEXT in answer.body else 'LOST'}",
                answer.status == 503 and TEXT in answer.body,
            )
            server.start()
            again = Load()
            again.add("read", lambda _n: site.visitor(cast.cookie(2)).get(cast.papers[0]))
            time.sleep(2)
            with again.running():
                time.sleep(2)
                saved = writer.post(path, text=TEXT)
            yield Seen(
                "database back: everything works by itself",
                f"{saved.status}, {summary_of(again.failed())}",
                saved.status == 302 and not again.failed(),
            )
