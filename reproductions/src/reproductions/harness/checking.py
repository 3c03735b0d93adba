"""Quick questions to methods: do the comparisons hold, is the stored report that of this code?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch

from reproductions.contract import Context, DataMissing, Experiment, Parity, Unit
from reproductions.harness import consistency, discovery, publishing, reports
from reproductions.harness.cache import data_folder
from reproductions.harness.discovery import Place
from reproductions.harness.errors import Problem
from reproductions.harness.work import Task, context, prepare

# Three steps in float64 on another device: what differs is the order of sums.
PARITY_LIMIT = 1e-6

Verdict = Literal["ok", "FAILED", "SKIPPED"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question gave."""

    verdict: Verdict
    what: str


def check(place: Place, device: str = "cpu") -> Iterator[Answer]:
    """Yield an answer to each question about this method.

    Raises:
        Problem: its code cannot be loaded.
    """
    prepare(1)
    experiment = discovery.load(place)
    for problem in consistency.problems(experiment):
        yield Answer("FAILED", problem)
    for one in reports.checks(experiment):
        numbers = f"{one['error']:.3g}, at most {one['limit']:.3g}"
        yield Answer("ok" if one["ok"] else "FAILED", f"{one['name']}: {numbers}")
    yield _stored(place)
    yield from _parity(place, experiment, device)


def _stored(place: Place) -> Answer:
    try:
        report = publishing.stored(place)
    except Problem as problem:
        return Answer("FAILED", str(problem))
    if report is None:
        return Answer("SKIPPED", "there is no stored report yet")
    if publishing.is_stale(report, place):
        return Answer("FAILED", "the stored report is stale: the code has changed since")
    return Answer("ok", "the stored report adds up and is of this code")


def _parity(place: Place, experiment: Experiment, device: str) -> Iterator[Answer]:
    hook = parity_of(place)
    if hook is None:
        return
    if device == "cuda" and not torch.cuda.is_available():
        yield Answer("SKIPPED", "parity with a GPU: there is none here")
        return
    try:
        error = parity_error(place, experiment, hook, device)
    except DataMissing as missing:
        yield Answer("SKIPPED", f"parity: {missing}")
        return
    verdict: Verdict = "ok" if error <= PARITY_LIMIT else "FAILED"
    yield Answer(verdict, f"cpu against {device}, float64: {error:.3g}, at most {PARITY_LIMIT}")


def parity_of(place: Place) -> Parity | None:
    """Return the method's `PARITY`: that of its experiment, or of `parity.py` beside it.

    Raises:
        Problem: the module cannot be loaded.
    """
    name = "parity" if (place.folder / "parity.py").is_file() else "experiment"
    return getattr(discovery.module(place, name), "PARITY", None)


def parity_error(place: Place, experiment: Experiment, hook: Parity, device: str) -> float:
    """Return the largest difference between the devices, relative to the largest number."""
    here, there = (hook(_context(place, experiment, one)).double().cpu() for one in ("cpu", device))
    scale = max(float(here.abs().max()), 1e-300)
    return float((here - there).abs().max()) / scale


def _context(place: Place, experiment: Experiment, device: str) -> Context:
    arm = experiment.arms[0].name
    settings = dict(experiment.settings("smoke", arm))
    task = Task(
        place=place,
        unit=Unit(arm, 0),
        settings=settings,
        device=device,
        dtype="float64",
        data=data_folder(),
        threads=1,
        cost=1.0,
        key="",
    )
    return context(task)
