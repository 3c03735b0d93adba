"""One unit of work, as any process of any engine does it."""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import torch

from reproductions.contract import Context, Experiment, Outcome, Unit
from reproductions.harness import discovery
from reproductions.harness.discovery import Place

# Longer ones are of no use in a report, and hold half of somebody's file system.
MAX_ERROR_LENGTH = 500
# Libraries read these when they are loaded, so they are set before a process starts.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)

Say = Callable[[float], None]
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A unit with all that another process needs to do it; `key` names its result in the cache."""

    place: Place
    unit: Unit
    settings: Mapping[str, Any]
    device: str
    dtype: str
    data: Path
    threads: int
    cost: float
    key: str


def perform(task: Task, say: Say = lambda _share: None) -> Result:
    """Return what the unit found, as the report has it; never raises but for an interrupt."""
    started = time.process_time()
    try:
        prepare(task.threads)
        experiment = discovery.load(task.place)
        outcome = experiment.run_unit(task.unit, context(task, say))
        result = _plain(outcome, experiment)
    except Exception as error:
        result = failed(f"{type(error).__name__}: {error}")
    return {**result, "cpu_s": round(time.process_time() - started, 3)}


def failed(why: str, cpu_s: float = 0.0) -> Result:
    """Return the result of a unit that gave none."""
    short = " ".join(why.split())[:MAX_ERROR_LENGTH]
    return {"status": "failed", "values": {}, "series": {}, "error": short, "cpu_s": cpu_s}


def context(task: Task, say: Say = lambda _share: None) -> Context:
    """Return what the unit is given; global random numbers are seeded besides.

    Methods draw from the context's streams. Should a library below them draw from a global
    generator, it gets the same numbers in each arm of a seed too.
    """
    given = Context(
        unit=task.unit,
        settings=dict(task.settings),
        device=torch.device(task.device),
        folder=task.data,
        dtype=getattr(torch, task.dtype),
        say=say,
    )
    seed = int(given.numpy("global").integers(2**32))
    torch.manual_seed(seed)
    numpy.random.seed(seed)
    random.seed(seed)
    return given


def prepare(threads: int) -> None:
    """Make sums come out the same each time: so many threads, no TF32, deterministic kernels."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    torch.set_default_dtype(torch.float32)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False


def _plain(outcome: Outcome, experiment: Experiment) -> Result:
    """Return the outcome as JSON has it: what is not finite becomes `worst`, and is said to be."""
    found = {name: float(value) for name, value in outcome.values.items()}
    kept = {name: value for name, value in found.items() if math.isfinite(value)}
    worst = {name: float(value) for name, value in experiment.worst.items()}
    unnamed = sorted(set(found) - set(kept) - set(worst))
    if unnamed or (outcome.diverged and not worst):
        return failed(f"diverged, and `worst` does not say what counts for {', '.join(unnamed)}")
    has_diverged = outcome.diverged or len(kept) < len(found)
    if has_diverged:
        kept = kept | worst if outcome.diverged else worst | kept
    return {
        "status": "diverged" if has_diverged else "ok",
        "values": kept,
        "series": {name: finite(series) for name, series in outcome.series.items()},
        "error": "",
    }


def finite(numbers: Sequence[float]) -> list[float | None]:
    """Return plain floats, None for what is none."""
    return [float(number) if math.isfinite(number) else None for number in numbers]
