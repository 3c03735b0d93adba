"""Runs an experiment: its units, from the cache or anew, and what follows from them."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from reproductions.contract import DataMissing, Experiment
from reproductions.harness import consistency, discovery, provenance, reports
from reproductions.harness.cache import Cache, cache_folder, data_folder
from reproductions.harness.discovery import Place
from reproductions.harness.engines import Engine, Pool
from reproductions.harness.errors import Problem
from reproductions.harness.progress import Progress
from reproductions.harness.work import Result, Task, failed


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of a run.

    Attributes:
        seeds: None: 0 … n-1 as the preset says.
        look: which look at the data this is, see `statistics.LEVELS`.
        is_fresh: results in the cache are not used (but replaced).
    """

    preset: str = "laptop"
    seeds: Sequence[int] | None = None
    look: int = 1
    device: str = "cpu"
    dtype: str = "float32"
    threads: int = 1
    is_fresh: bool = False
    is_quiet: bool = False
    author: str = ""
    confirms: dict[str, str] | None = None
    engine: Engine = field(default_factory=Pool)


def run(place: Place, order: Order, data: Path | None = None) -> dict[str, Any]:
    """Return the report of a run.

    Raises:
        Problem: the experiment contradicts itself, lacks its data, or no such preset or device.
        KeyboardInterrupt: stopped; what was done is kept, and the next run goes on from there.
    """
    experiment = discovery.load(place)
    data = data_folder() if data is None else data
    _check(experiment, order)
    fetch(experiment, data)
    started, wall = datetime.now(UTC), time.monotonic()
    env = provenance.environment(order.threads, order.device)
    tasks = plan(place, experiment, order, env, data)
    results = _results(tasks, order, experiment.slug)
    checks = reports.checks(experiment)
    times = {
        "started": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ended": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "wall_s": round(time.monotonic() - wall, 3),
        "cpu_s": round(sum(result["cpu_s"] for result in results), 3),
    }
    units = {task.unit: result for task, result in zip(tasks, results, strict=True)}
    return reports.build(
        experiment, place, order, units=units, checks=checks, times=times, env=env, data=data
    )


def plan(
    place: Place, experiment: Experiment, order: Order, env: dict[str, Any], data: Path
) -> list[Task]:
    """Return the tasks of the order, the longest first."""
    code, _files = provenance.code_hash(place.folder)
    costs = {arm.name: arm.cost for arm in experiment.arms}
    tasks = []
    for unit in experiment.units(order.preset, order.seeds):
        settings = dict(experiment.settings(order.preset, unit.arm))
        # How many seeds there are is nothing to a unit: more of them use what is there.
        rules = {name: value for name, value in settings.items() if name != "seeds"}
        config = [rules, order.device, order.dtype, order.threads, env["exact"]]
        key = provenance.sha256_of([code, config, unit.id])
        task = Task(
            place, unit, settings, order.device, order.dtype, data, order.threads,
            costs[unit.arm], key,
        )  # fmt: skip
        tasks.append(task)
    return tasks


def fetch(experiment: Experiment, data: Path) -> None:
    """Load the experiment's data once, so that what is missing is said once and at the start.

    Raises:
        Problem: some is missing or damaged.
    """
    for one in experiment.data:
        try:
            one.get(data)
        except DataMissing as missing:
            raise Problem(str(missing)) from missing


def _check(experiment: Experiment, order: Order) -> None:
    wrong = consistency.problems(experiment)
    if wrong:
        raise Problem(f"{experiment.slug}: " + "; ".join(wrong))
    if order.preset not in experiment.presets:
        known = ", ".join(experiment.presets)
        raise Problem(f"{experiment.slug} has no preset {order.preset!r}. It has: {known}.")
    if order.device == "cuda" and not torch.cuda.is_available():
        raise Problem("There is no GPU that torch can use: run with --device cpu.")


def _results(tasks: Sequence[Task], order: Order, name: str) -> list[Result]:
    """Return a result for each task, most of them from the cache if this ran before."""
    with closing(_cache()) as cache:
        known = {} if order.is_fresh else _kept(tasks, cache)
        left = [task for task in tasks if known.get(task.key) is None]
        known |= {task.key: result for task, result in _work(left, order, cache, name)}
    return [known[task.key] or failed("no engine gave a result") for task in tasks]


def _kept(tasks: Sequence[Task], cache: Cache) -> dict[str, Result | None]:
    """Return what earlier runs found.

    Where the rules are committed, results from before that do not count: the run has to be the
    later of the two.
    """
    since = provenance.committed_at(tasks[0].place.folder) if tasks else None
    return {task.key: cache.get(task.key, since) for task in tasks}


def _work(
    tasks: Sequence[Task], order: Order, cache: Cache, name: str
) -> Iterator[tuple[Task, Result]]:
    """Have the engine do the tasks; keep each result as it comes, so that a stop loses little."""
    total = sum(task.cost for task in tasks)
    progress = Progress(name, total, is_quiet=order.is_quiet, out=sys.stderr)
    with closing(progress), closing(order.engine.results(tasks)) as events:
        for number, event in events:
            task = tasks[number]
            if not isinstance(event, dict):
                progress.share(number, task.cost, event)
                continue
            # One that failed is tried again by the next run.
            if event["status"] != "failed":
                cache.put(task.key, event)
            progress.finish(number, task.cost)
            yield task, event


def _cache() -> Cache:
    folder = cache_folder()
    try:
        return Cache(folder)
    except (OSError, sqlite3.Error) as error:
        raise Problem(f"Results cannot be kept in {folder}: {error}") from error


def default_out(slug: str, preset: str) -> Path:
    """Return where a run's report goes unless it is told."""
    return cache_folder() / "reports" / slug / f"{preset}.json"
