"""Mixed load for a long time: no error, and no process that grows.

Half an hour by `--only soak --minutes 30`; Ctrl-C ends it early, with the table of what was seen.
Memory is what belongs to a process alone: pages of the database's file that it maps are the
system's to take back, and grow with the file.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from benchmarks.faults.load import Load, summary_of
from benchmarks.faults.seen import Seen
from benchmarks.faults.site import PASSWORD, Cast, Site, anonymous_mb
from benchmarks.faults.visitor import TOKEN, Answer
from benchmarks.faults.workshop import Workshop

SAMPLE_EVERY_S = 5.0
TELL_EVERY_S = 60.0
# Caches fill and libraries load meanwhile: a fifth of the time, at most five minutes.
WARM_UP_SHARE = 0.2
WARM_UP_AT_MOST_S = 300.0
GROWTH_PERCENT = 5.0
# Below this many megabytes a per cent is a rounding of the allocator.
GROWTH_MB = 2.0
PROCESSES = {"web": "granian", "worker": "shortscience worker", "indexer": "shortscience indexer"}
WORDS = ("network", "learning", "author:he", "gradient descent", "nothing-like-it", "resnt")
BASE_VERSION = re.compile(r'name="base_version"[^>]*value="(\d+)"|value="(\d+)"[^>]*"base_version"')


@dataclass
class People:
    """What the members of the cast do, each by a turn of its own."""

    site: Site
    cast: Cast
    draw: random.Random = field(default_factory=lambda: random.Random(2026))
    turn: count[int] = field(default_factory=count)

    def read(self, n: int) -> Answer:
        pages = ["/", "/?page=2", "/people", "/venues", "/rss.xml", "/healthz", "/about"]
        return self.site.visitor().get(self.draw.choice(pages + self.cast.papers))

    def read_signed_in(self, n: int) -> Answer:
        page = self.draw.choice(["/", "/settings", *self.cast.papers])
        return self.site.visitor(self.cast.cookie(n)).get(page)

    def search(self, n: int) -> Answer:
        return self.site.visitor().get(f"/search?q={self.draw.choice(WORDS).replace(' ', '+')}")

    def vote(self, n: int) -> Answer:
        member = self.site.visitor(self.cast.cookie(next(self.turn)))
        target = self.draw.choice(self.cast.summaries)
        return member.post(f"/s/{target}/vote", value=self.draw.choice((-1, 0, 1)))

    def comment(self, n: int) -> Answer:
        member = self.site.visitor(self.cast.cookie(next(self.turn)))
        target = self.draw.choice(self.cast.summaries)
        return member.post(f"/s/{target}/comment", text=f"Thought {n}: $x_{n} = \\frac{{1}}{{2}}$.")

    def save(self, n: int) -> Answer:
        """Write a summary the first time, change it from then on."""
        writer = n % 20
        member = self.site.visitor(self.cast.cookie(writer))
        text = f"Version {n} of what I think.\n\n" + "A paragraph with $\\alpha$ in it. " * 60
        paper = self.cast.papers[writer]
        form = member.get(f"{paper}/write")
        # Who has a summary of this paper is sent to its editor.
        if (edit := form.headers.get("location")) is None:
            return member.post(f"{paper}/write", text=text)
        form = member.get(edit)
        version = BASE_VERSION.search(form.body)
        if version is None:
            return form
        return member.post(edit, text=text, base_version=version[1] or version[2])

    def sign_in(self, n: int) -> Answer:
        stranger = self.site.visitor(f"csrf={TOKEN}")
        answer = stranger.post("/account/sign-in", login="watcher-0", password=PASSWORD)
        # The form comes again, with 200, when it was refused.
        return answer if answer.status != 200 else Answer(0, "not signed in", {})


def look(workshop: Workshop) -> Iterator[Seen]:
    site = workshop.site("soak")
    people = People(site, site.cast())
    load = Load()
    load.add("read", people.read, people=2, pause_s=0.2)
    load.add("read signed in", people.read_signed_in, people=1, pause_s=0.4)
    load.add("search", people.search, pause_s=1)
    load.add("vote", people.vote, pause_s=1)
    load.add("comment", people.comment, pause_s=3)
    load.add("save", people.save, pause_s=4)
    load.add("sign in", people.sign_in, pause_s=6)
    memory: dict[str, list[float]] = {name: [] for name in PROCESSES}
    began = time.monotonic()
    with site.served():
        families = {name: site.processes(kind) for name, kind in PROCESSES.items()}
        with load.running():
            try:
                _sample(workshop.minutes * 60, families, memory, load)
            except KeyboardInterrupt:
                print("stopped early", file=sys.stderr)
        same = families == {name: site.processes(kind) for name, kind in PROCESSES.items()}
    took_s = time.monotonic() - began
    yield Seen("no process died", f"{took_s / 60:.1f} minutes", same)
    for what in sorted({one.what for one in load.done}):
        failed = load.failed(what)
        yield Seen(
            f"{what}: no error",
            f"{load.count(what):,}, {summary_of(failed)}; p50 {_ms(load, what, 0.5)} ms,"
            f" p99 {_ms(load, what, 0.99)} ms",
            not failed and load.count(what) > 0,
        )
    for name, samples in memory.items():
        yield _growth(name, samples, took_s)


def _sample(
    seconds: float, families: dict[str, list[int]], memory: dict[str, list[float]], load: Load
) -> None:
    """Note the memory of each kind of process again and again."""
    ends = time.monotonic() + seconds
    tells = time.monotonic() + TELL_EVERY_S
    while (left := ends - time.monotonic()) > 0:
        time.sleep(min(SAMPLE_EVERY_S, left))
        for name, pids in families.items():
            memory[name].append(anonymous_mb(pids))
        if time.monotonic() > tells:
            tells += TELL_EVERY_S
            now = ", ".join(f"{name} {samples[-1]:.0f} MB" for name, samples in memory.items())
            print(
                f"{left / 60:5.1f} min left  {load.count():,} requests,"
                f" {len(load.failed())} failed; {now}",
                file=sys.stderr,
            )


def _growth(name: str, samples: list[float], took_s: float) -> Seen:
    """Compare the memory after the warm-up with that at the end, each as a median."""
    warm = int(min(WARM_UP_AT_MOST_S, took_s * WARM_UP_SHARE) / SAMPLE_EVERY_S)
    later = samples[warm:]
    part = max(1, len(later) // 5)
    if len(later) < 2:
        return Seen(f"{name}: does not grow", "too short to tell", True)
    first, last = statistics.median(later[:part]), statistics.median(later[-part:])
    percent = (last - first) / first * 100 if first else 0.0
    return Seen(
        f"{name}: grows by less than {GROWTH_PERCENT:.0f} % after the warm-up",
        f"{first:.1f} MB, {last:.1f} MB ({percent:+.1f} %)",
        first > 0 and (percent < GROWTH_PERCENT or last - first < GROWTH_MB),
    )


def _ms(load: Load, what: str, share: float) -> int:
    times = sorted(one.took_s for one in load.done if one.what == what)
    return round(times[int(share * (len(times) - 1))] * 1000)
