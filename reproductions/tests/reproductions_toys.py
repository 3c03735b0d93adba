"""A tiny experiment that does what a test tells it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproductions.harness import runner
from reproductions.harness.discovery import Place, outside
from reproductions.harness.engines import Local

METHOD = "def double(x: float) -> float:\n    return 2 * x\n"

EXPERIMENT = """
import math, os, signal, time
from pathlib import Path

import torch
from method import double
from reproductions.contract import *


def run_unit(unit, context):
    seed = unit.seed
    with (Path(__file__).parent / "ran.txt").open("a") as ran:
        ran.write(unit.id + "\\n")
{body}
    noise = float(torch.randn(1, generator=context.torch("noise"), dtype=torch.float64))
    gain = context.settings["gain"] if unit.arm == "new" else 0.0
    return Outcome({{"score": double(10 + noise + gain / 2)}}, {{"curve": [noise, gain]}})


def figures(results):
    curves = results.series("new", "curve")
    return [Figure("f", "Curve", "one curve", "x", "y", [Line("new", [0, 1], curves[0])])]


EXPERIMENT = Experiment(
    slug="toy", title="Toy", version="1.0.0",
    paper=Paper("On toys", ("A. Author",), 2020, "Nowhere"),
    claims=(
        Claim("c1", "new beats old", "it does", "p. 1", "effect",
              "new.score - old.score", ">", 0.5{claim}),
        Claim("c2", "never", "it does", "p. 2", "out_of_reach", reason="too far"),
    ),
    arms=(Arm("old", "before", cost=1), Arm("new", "after", cost=2)),
    presets={{"smoke": {{"seeds": 5, "gain": 1.0}}, "laptop": {{"seeds": 6, "gain": 1.0}}}},
    run_unit=run_unit, figures=figures, worst={{"score": -1.0}},
    checks=lambda: [Check("twice", 0.0, 1e-9)],
)
PARITY = lambda context: torch.ones(3, dtype=context.dtype) * 2
"""


@dataclass
class Toy:
    """The folder of the experiment; `write` replaces what it does."""

    folder: Path

    def write(self, body: str = "    pass", claim: str = "") -> Toy:
        (self.folder / "method.py").write_text(METHOD)
        (self.folder / "experiment.py").write_text(EXPERIMENT.format(body=body, claim=claim))
        return self

    @property
    def place(self) -> Place:
        return outside(self.folder)

    @property
    def ran(self) -> list[str]:
        """The units that were worked on, in order."""
        path = self.folder / "ran.txt"
        return path.read_text().split() if path.exists() else []

    def run(self, **order: Any) -> dict[str, Any]:
        chosen: dict[str, Any] = {"preset": "smoke", "engine": Local(), "is_quiet": True, **order}
        return runner.run(self.place, runner.Order(**chosen))
