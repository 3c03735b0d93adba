"""What an experiment says about itself, and what it is given when it runs.

A folder of `methods/` holds `method.py`, the contribution alone, which imports nothing of this
package, and `experiment.py`, which ends in `EXPERIMENT = Experiment(...)`. All that decides about a
claim stands in that constant and was committed before the run that it judges.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol

import numpy
import torch

Kind = Literal["effect", "ratio", "equivalence", "exact", "out_of_reach"]
Relation = Literal[">", "<", "=="]
# Of the preset: numbers, words and lists of them, as JSON has them.
Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper whose method this is."""

    title: str
    authors: tuple[str, ...]
    year: int
    venue: str
    arxiv: str = ""
    doi: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One proposition that the run decides, with its rule.

    Attributes:
        id: "c1", "c2" …; stays when the words change.
        text: what is tested, in full, with the data and sizes: "On 500 digits of MNIST …".
        paper_says: what the paper says, in our words.
        place: section, table or figure of the paper.
        kind: how the rule judges the values of `metric`, one per seed:
            effect: the t interval lies wholly beyond `margin` in the direction of `relation`;
            ratio: the same on a log scale, values > 0;
            equivalence: the 90 % t interval lies wholly within ±margin (two one-sided tests);
            exact: no value of any seed is beyond the margin (bounds, identities, counts);
            out_of_reach: not attempted, see `reason`.
        metric: an expression over `arm.value`: "out.accuracy - cross_entropy.accuracy". Known:
            + - * / ( ), numbers, and min, max, mean, sd, abs, log, exp, sqrt of them.
            It is computed seed by seed from the units, here and by whoever checks the report.
        unit: of the metric and the margin: "points", "flips", "×", "".
        seeds: with fewer seeds that ran, the claim stays inconclusive.
        is_proxy: other data or another size than the paper's: says nothing of the paper's number.
        paper_value, paper_source: context alone, shown apart with its source.
    """

    id: str
    text: str
    paper_says: str
    place: str
    kind: Kind
    metric: str = ""
    relation: Relation = ">"
    margin: float = 0.0
    unit: str = ""
    seeds: int = 5
    is_proxy: bool = True
    is_central: bool = True
    paper_value: str = ""
    paper_source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One condition of the experiment. Arms share their seeds: same data, same first weights.

    Attributes:
        name: a word that can stand in an expression: "out", "crown_ibp".
        about: one line for the page.
        seeds: how many; None: as many as the preset says. An exact check needs one.
        cost: expected seconds on one core in the preset `laptop`; the longest run first.
    """

    name: str
    about: str
    seeds: int | None = None
    cost: float = 1.0
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Data:
    """A data set, so that another can get the same bytes.

    Attributes:
        get: loads it; raises `DataMissing` with a sentence if it is not there.
        sha256: of its bytes, computed from what was loaded (see `parts`).
    """

    name: str
    version: str
    source: str
    licence: str
    get: Callable[[Path], object]
    sha256: Callable[[Path], str]


class DataMissing(RuntimeError):
    """The data is not here; the sentence says how to get it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest piece of work: one arm with one seed. Runs alone, anywhere, in any order."""

    arm: str
    seed: int

    @property
    def id(self) -> str:
        return f"{self.arm}/{self.seed}"


@dataclass(slots=True)
class Context:
    """What a unit is given. A unit is a function of the unit and this, and of nothing else."""

    unit: Unit
    settings: Settings
    device: torch.device
    folder: Path
    dtype: torch.dtype = torch.float32
    say: Callable[[float], None] = lambda _share: None

    def torch(self, stream: str) -> torch.Generator:
        """Return the random numbers of one purpose: "weights", "batches", "noise".

        A stream depends on the seed and its name alone, not on the arm: arms that draw from the
        same streams are paired. It lives on the CPU, so that a GPU sees the same numbers:
        draw, then `.to(context.device)`.
        """
        return torch.Generator().manual_seed(self._number(stream))

    def numpy(self, stream: str) -> numpy.random.Generator:
        """Return the same for numpy."""
        return numpy.random.default_rng(self._number(stream))

    def _number(self, stream: str) -> int:
        key = f"{self.unit.seed}/{stream}".encode()
        return int.from_bytes(hashlib.sha256(key).digest()[:8], "big") >> 1


@dataclass(slots=True)
class Outcome:
    """What a unit found.

    Attributes:
        values: single numbers, by name; claims are about these. Units in the name where not plain:
            "accuracy" is a share in [0, 1], "steps_to_95", "error_points". One whose name ends in
            "_cpu_s" or "_cpu_us" is a time: claims may compare it, a replay does not repeat it.
        series: lists for figures.
        diverged: training ended in NaN or infinity: the values given in `Experiment.worst` count.
    """

    values: dict[str, float] = field(default_factory=dict)
    series: dict[str, list[float]] = field(default_factory=dict)
    diverged: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line (or group of bars, or cloud of points) of a figure; `low` and `high` are a band."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as data; the drawing is made from this alone.

    Attributes:
        alt: what the figure shows, in words, with the numbers that matter.
        kind: "lines", "points" or "bars"; for bars x are positions and `ticks` their names.
    """

    id: str
    title: str
    alt: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    kind: Literal["lines", "points", "bars"] = "lines"
    ticks: Sequence[str] = ()
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A comparison of the method with a slower or independent way to the same number.

    Attributes:
        name: what with what: "bounds against auto_LiRPA a050a3d".
        error: the largest difference found.
        limit: the largest that is allowed.
    """

    name: str
    error: float
    limit: float

    @property
    def is_ok(self) -> bool:
        return self.error <= self.limit


class Results(Protocol):
    """All that the units found, for drawing."""

    def values(self, arm: str, name: str) -> list[float]:
        """One per seed, in the order of the seeds."""

    def series(self, arm: str, name: str) -> list[list[float]]:
        """One list per seed."""


@dataclass(frozen=True)
class Experiment:
    """A reproduction, whole.

    Attributes:
        slug: the folder's name with dashes: "batch-normalization".
        version: raised when arms, units or rules change; older reports are judged by their own.
        deviations: where this differs from the paper, one sentence each.
        presets: "smoke" (all units within about ten seconds), "laptop", "gpu"; each with "seeds"
            and whatever sizes the experiment reads from `Context.settings`.
        run_unit: pure: the same unit and settings give the same outcome.
        worst: the value that counts for a unit that diverged, by name of value.
        figures: from results to figures, nothing else.
        checks: quick comparisons with slower or independent ways, stored in the report.
    """

    slug: str
    title: str
    version: str
    paper: Paper
    claims: tuple[Claim, ...]
    arms: tuple[Arm, ...]
    presets: Mapping[str, Settings]
    run_unit: Callable[[Unit, Context], Outcome]
    data: tuple[Data, ...] = ()
    deviations: tuple[str, ...] = ()
    worst: Mapping[str, float] = field(default_factory=dict)
    figures: Callable[[Results], Sequence[Figure]] = lambda _results: ()
    checks: Callable[[], Sequence[Check]] = lambda: ()

    def units(self, preset: str, seeds: Sequence[int] | None = None) -> list[Unit]:
        """Return the units of a preset, the longest first.

        Args:
            seeds: other seeds than 0 … n-1; an arm that needs fewer takes the first of them.
        """
        chosen = list(range(self.presets[preset]["seeds"])) if seeds is None else list(seeds)
        arms = sorted(self.arms, key=lambda arm: -arm.cost)
        return [Unit(arm.name, seed) for arm in arms for seed in chosen[: arm.seeds]]

    def settings(self, preset: str, arm: str) -> Settings:
        """Return what a unit of this arm reads: the preset, and the arm's own on top."""
        (own,) = (one.settings for one in self.arms if one.name == arm)
        return MappingProxyType({**self.presets[preset], **own})


# `experiment.py`, or a `parity.py` beside it, may hold `PARITY`: a function from a context to a
# tensor, say the weights after three steps of training, or a loss and its gradient. `reproduce
# check --device cuda` calls it on the CPU and on the GPU in float64; more than 1e-6 between them,
# relative to the largest number, is an error. It takes `context.settings` of the preset "smoke"
# and the first arm.
Parity = Callable[[Context], torch.Tensor]


class PeerMissing(RuntimeError):
    """The library to compare with is not installed; the sentence says how to get it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same work done twice, ready to be called again and again.

    Attributes:
        ours, theirs: take nothing, leave no trace that speeds up the next call.
        compare: whether both give the same; asked before anything is timed.
    """

    ours: Callable[[], object]
    theirs: Callable[[], object]
    compare: Callable[[], Check]


@dataclass(frozen=True, slots=True)
class Bench:
    """One comparison of speed; `bench.py` of a method ends in `BENCHES = (Bench(...), ...)`.

    Attributes:
        what: the work with its sizes: "loss, forward and backward, 512 x 128, 10 classes".
        peer: the other library with its version, or "plain batched forward".
        aim: the largest ratio of our CPU time to theirs that we want.
        make: builds both; raises `PeerMissing`.
    """

    id: str
    what: str
    peer: str
    aim: float
    make: Callable[[], Pair]
