"""Comparisons of speed that mean something on a machine that is not quiet.

Both ways do the same work in one process by turns, in the order A B B A, and what counts is the
CPU time of the process: what else the machine does then hits both alike. What they compute is
compared before anything is timed.
"""

from __future__ import annotations

import gc
import json
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reproductions.contract import Bench
from reproductions.harness import provenance
from reproductions.harness.engines import cores
from reproductions.harness.errors import Problem
from reproductions.harness.work import prepare

MIN_PAIRS = 12
# One timing is of so much work at least: the clock of CPU time ticks in steps.
MIN_TIMING_S = 0.05
RESAMPLES = 2000
MAX_RELATIVE_HALF_WIDTH = 0.15


@dataclass(frozen=True, slots=True)
class Speed:
    """A ratio of CPU times with its interval, as the report has it (`perf`)."""

    id: str
    what: str
    peer: str
    ratio: float
    low: float
    high: float
    aim: float
    n: int
    cpu: str

    @property
    def is_reached(self) -> bool:
        return self.ratio <= self.aim


def measure(bench: Bench, pairs: int = MIN_PAIRS, threads: int = 1) -> Speed:
    """Return our CPU time over theirs: the median of pairs and its bootstrap interval.

    Raises:
        Problem: both do not give the same.
        PeerMissing: the other library is not installed.
    """
    prepare(threads)
    pair = bench.make()
    check = pair.compare()
    if not check.is_ok:
        raise Problem(
            f"{bench.id}: not the same work: {check.name} differs by {check.error:.3g}, "
            f"at most {check.limit:.3g} is allowed"
        )
    pair.ours()
    pair.theirs()
    ratios = _ratios(pair.ours, pair.theirs, pairs)
    low, high = bootstrap(ratios)
    cpu = provenance.environment(threads)["loose"]["cpu_model"]
    ratio = statistics.median(ratios)
    return Speed(bench.id, bench.what, bench.peer, ratio, low, high, bench.aim, pairs, cpu)


def _ratios(ours: Callable[[], object], theirs: Callable[[], object], pairs: int) -> list[float]:
    times = [(_repeats(work), work) for work in (ours, theirs)]
    (our_repeats, _), (their_repeats, _) = times
    ratios = []
    gc.collect()
    gc.disable()
    try:
        for turn in range(pairs):
            # A B, B A: whatever the machine does slowly over time cancels out.
            if turn % 2:
                b, a = cpu_s(theirs, their_repeats), cpu_s(ours, our_repeats)
            else:
                a, b = cpu_s(ours, our_repeats), cpu_s(theirs, their_repeats)
            ratios.append(a / b)
    finally:
        gc.enable()
    return ratios


def _repeats(work: Callable[[], object]) -> int:
    once = cpu_s(work, 1)
    return max(1, math.ceil(MIN_TIMING_S / max(once, 1e-6)))


def cpu_s(work: Callable[[], object], repeats: int) -> float:
    """Return the CPU seconds of one call, as a mean over the repeats."""
    started = time.process_time()
    for _ in range(repeats):
        work()
    return max(time.process_time() - started, 1e-9) / repeats


def bootstrap(ratios: Sequence[float], resamples: int = RESAMPLES) -> tuple[float, float]:
    """Return the 95 % percentile interval of the median, always the same one."""
    # A seed of its own: a measurement that is judged twice is judged alike.
    draw = random.Random(0)  # noqa: S311 - no secret
    medians = sorted(
        statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(resamples)
    )
    return medians[int(0.025 * resamples)], medians[int(0.975 * resamples) - 1]


def why_not_publishable(speed: Speed, load: float) -> str:
    """Return why this measurement should be shown to nobody; nothing if it may."""
    if load > cores() / 2:
        return f"the machine was busy (load {load:.2f} on {cores()} cores)"
    room = MAX_RELATIVE_HALF_WIDTH * speed.ratio
    if speed.low < speed.ratio - room or speed.high > speed.ratio + room:
        return f"the interval {speed.low:.2f} … {speed.high:.2f} is wider than ±15 %"
    return ""


def save(speeds: Sequence[Speed], path: Path) -> None:
    """Write the measurements; those of other comparisons in the file stay."""
    rows = [asdict(speed) for speed in speeds]
    measured = {row["id"] for row in rows}
    kept = [row for row in _rows(path) if row["id"] not in measured]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(sorted(kept + rows, key=lambda row: row["id"]), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return list(json.loads(path.read_text("utf-8"))) if path.is_file() else []
    except ValueError as error:
        raise Problem(f"{path} is no JSON: {error}") from error
