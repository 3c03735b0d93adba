"""Three nodes behind nginx over one PostgreSQL: restarted one by one, and one killed, under load.

Each node has its own folder, index and processes. Readers and writers go through nginx.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count

from benchmarks.faults.load import Done, Load, summary_of
from benchmarks.faults.proxy import Proxy, proxied, settings
from benchmarks.faults.seen import Seen
from benchmarks.faults.site import START_WITHIN_S, Cast, Site, free_port, wait
from benchmarks.faults.visitor import Answer
from benchmarks.faults.workshop import Workshop

NODES = 3
SECRET_KEY = "one key for all nodes, made up for this run"
# Clocks are read before a request is sent and after its answer came.
MOMENT_S = 0.5


@dataclass
class Farm:
    """The running nodes, and nginx in front of them."""

    nodes: list[Site]
    proxy: Proxy
    cast: Cast


@contextmanager
def farm(workshop: Workshop, nodes: int = NODES) -> Iterator[Farm]:
    """Run that many nodes over one database."""
    with ExitStack() as stack:
        database = stack.enter_context(workshop.postgresql())
        port = free_port()
        shared = {"DATABASE_URL": database, "SECRET_KEY": SECRET_KEY, **settings(port)}
        sites = [Site(workshop.path("node"), settings=shared) for _ in range(nodes)]
        sites[0].prepare()
        cast = sites[0].cast()
        for site in sites:
            if site is not sites[0]:
                shutil.copytree(sites[0].folder / "static", site.folder / "static")
            site.launch()
            stack.callback(site.stop)
        for site in sites:
            if not wait(site.answers, START_WITHIN_S):
                raise RuntimeError(f"a node did not start:\n{site.log.read_text()[-2000:]}")
        proxy = stack.enter_context(proxied(workshop.path("nginx"), sites, port))
        yield Farm(sites, proxy, cast)


def load_on(farm: Farm) -> Load:
    """Return readers, members and writers who come through nginx."""
    cast, stranger = farm.cast, farm.proxy.visitor()
    pages = ["/", cast.papers[0], "/search?q=network", "/people", f"/s/{cast.summaries[0]}"]
    turn = count()

    def read(n: int) -> Answer:
        return stranger.get(pages[n % len(pages)])

    def read_signed_in(n: int) -> Answer:
        return farm.proxy.visitor(cast.cookie(n)).get(cast.papers[n % len(cast.papers)])

    def comment(n: int) -> Answer:
        member = next(turn)
        target = cast.summaries[member % len(cast.summaries)]
        visitor = farm.proxy.visitor(cast.cookie(member))
        return visitor.post(f"/s/{target}/comment", text=f"A thought, number {n} of {member}.")

    load = Load()
    load.add("read", read, people=2, pause_s=0.05)
    load.add("read signed in", read_signed_in, people=1, pause_s=0.1)
    load.add("comment", comment, people=2, pause_s=0.15)
    return load


def look(workshop: Workshop) -> Iterator[Seen]:
    with farm(workshop) as running:
        yield from looked_alike(running)
        yield from restarted_one_by_one(running, rounds=1 if workshop.quick else 2)
        yield from one_killed(running)


def looked_alike(farm: Farm) -> Iterator[Seen]:
    """Whoever asks is shown the same, and nobody is told a lie about who asks."""
    text = "Seen by every node at once."
    writer = farm.proxy.visitor(farm.cast.cookie(1))
    summary = farm.cast.summaries[0]
    writer.post(f"/s/{summary}/comment", text=text)
    shown = [text in _direct(node, f"/s/{summary}") for node in farm.nodes]
    yield Seen("a comment is on every node with its commit", f"{shown}", all(shown))

    liar = farm.proxy.visitor()
    liar.headers = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
    page = liar.get("/")
    right = page.status == 200 and "evil.example" not in page.body
    yield Seen("headers of strangers about themselves are dropped", f"{page.status}", right)

    hidden = [farm.proxy.visitor().get(path).status for path in ("/metrics", "/readyz")]
    yield Seen("what operators ask is not shown outside", f"{hidden}", hidden == [404, 404])


def _direct(node: Site, path: str) -> str:
    """Return a page as this node gives it."""
    visitor = node.visitor()
    visitor.headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
    return visitor.ask("GET", path, headers={"Host": node.settings["SITE_URL"][8:]}).body


def restarted_one_by_one(farm: Farm, rounds: int) -> Iterator[Seen]:
    with load_on(farm).running() as load:
        time.sleep(1)
        for _ in range(rounds):
            for node in farm.nodes:
                node.stop()
                time.sleep(0.5)
                node.start()
        time.sleep(1)
    failed = load.failed()
    yield Seen(
        f"nodes restarted one by one, {rounds} x: no request fails",
        f"{load.count():,} requests, {summary_of(failed)}; slowest {load.slowest_s():.1f} s",
        not failed and load.count() > 20,
    )


def one_killed(farm: Farm) -> Iterator[Seen]:
    victim = farm.nodes[1]
    with load_on(farm).running() as load:
        time.sleep(2)
        killed_at = time.monotonic()
        victim.kill()
        time.sleep(3)
        victim.start()
        time.sleep(2)
    failed = load.failed()
    reads = [one for one in failed if one.what != "comment"]
    later = [one for one in failed if not _was_in_flight(one, killed_at)]
    yield Seen(
        "a node is killed: no read fails, another node answers",
        f"{load.count('read') + load.count('read signed in'):,} reads, {summary_of(reads)}",
        not reads,
    )
    yield Seen(
        "only writes that were on their way to it may fail",
        f"{load.count('comment'):,} writes, {summary_of(failed)}; {len(later)} of them later",
        not later,
    )
    log = farm.proxy.folder / "access.log"
    since = len(log.read_text())

    def takes_part() -> bool:
        farm.proxy.visitor().get("/")
        return f"127.0.0.1:{victim.port}" in log.read_text()[since:]

    came_back = wait(takes_part, 60)
    yield Seen("it takes part again after its start", f"{came_back}", came_back)


def _was_in_flight(one: Done, moment: float) -> bool:
    return one.began <= moment + MOMENT_S and one.ended >= moment
