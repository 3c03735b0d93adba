"""Three regression problems: one real, two generated, each the same table for everybody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from torch import Tensor

from reproductions.contract import Data, DataMissing

GENERATED_ROWS = 600


@dataclass(frozen=True, slots=True)
class Table:
    """Inputs (N, D) and targets (N, 1), float64, in the units of their source."""

    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True, slots=True)
class Split:
    """Three parts of a table, brought to mean 0 and deviation 1 by the training part's."""

    train: Table
    validation: Table
    test: Table


def diabetes(_folder: Path | None = None) -> Table:
    """Return 442 patients: ten measurements, and the progress of the disease after a year.

    Raises:
        DataMissing: scikit-learn, which carries the table, is not installed.
    """
    try:
        from sklearn.datasets import load_diabetes
    except ImportError as missing:
        raise DataMissing(
            "The diabetes table comes with scikit-learn: `pip install reproductions[tables]`."
        ) from missing
    inputs, targets = load_diabetes(return_X_y=True, scaled=False)
    return _table(inputs, targets)


def dense(_folder: Path | None = None) -> Table:
    """Return Friedman's first function of 5 of 10 uniform inputs, with noise of deviation 1.

    Source: Friedman (1991), Annals of Statistics 19, 1-67, section 4.3.
    """
    draw = numpy.random.default_rng(1)
    x = draw.random((GENERATED_ROWS, 10))
    y = 10 * numpy.sin(numpy.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2
    y += 10 * x[:, 3] + 5 * x[:, 4] + draw.standard_normal(GENERATED_ROWS)
    return _table(x, y)


def sparse(_folder: Path | None = None) -> Table:
    """Return a wavy function of 4 inputs with heavy tails: few rows lie far out.

    Inputs are Student's t with 2.5 degrees of freedom, cut off at 8; the noise's deviation is 0.1
    everywhere, so that what a model gets wrong far out is for want of examples.
    """
    draw = numpy.random.default_rng(2)
    x = draw.standard_t(2.5, (GENERATED_ROWS, 4)).clip(-8, 8)
    y = numpy.sin(1.5 * x).sum(1) + 0.5 * x[:, 0] * x[:, 1]
    y += 0.1 * draw.standard_normal(GENERATED_ROWS)
    return _table(x, y)


def split(table: Table, generator: torch.Generator) -> Split:
    """Return a random 60 % to train, 20 % to validate and 20 % to test."""
    order = torch.randperm(len(table), generator=generator)
    a, b = round(0.6 * len(table)), round(0.8 * len(table))
    rows = order[:a]
    shifts = [values[rows].mean(0) for values in (table.inputs, table.targets)]
    scales = [values[rows].std(0) for values in (table.inputs, table.targets)]

    def part(rows: Tensor) -> Table:
        return Table(
            (table.inputs[rows] - shifts[0]) / scales[0],
            (table.targets[rows] - shifts[1]) / scales[1],
        )

    return Split(part(rows), part(order[a:b]), part(order[b:]))


def _table(inputs: numpy.ndarray, targets: numpy.ndarray) -> Table:
    return Table(torch.from_numpy(inputs).double(), torch.from_numpy(targets).double()[:, None])


def _sha256(table: Table) -> str:
    """Return a hash of the table to six decimals: sines differ in the last bit between machines."""
    rows = torch.cat([table.inputs, table.targets], dim=1).numpy()
    rounded = numpy.round(rows, 6) + 0.0  # no -0.0, which has other bits than 0.0
    return hashlib.sha256(rounded.astype("<f8").tobytes()).hexdigest()


DIABETES = Data(
    name="diabetes",
    version="scikit-learn, unscaled; Efron et al. (2004)",
    source="scikit-learn `load_diabetes(scaled=False)`",
    licence="not stated by the source; scikit-learn: BSD-3-Clause",
    get=diabetes,
    sha256=lambda folder: _sha256(diabetes(folder)),
)
DENSE = Data(
    name="dense regression",
    version="1, generator seed 1",
    source="generated, `reproductions.parts.regression.dense`",
    licence="CC0-1.0",
    get=dense,
    sha256=lambda folder: _sha256(dense(folder)),
)
SPARSE = Data(
    name="sparse regression",
    version="1, generator seed 2",
    source="generated, `reproductions.parts.regression.sparse`",
    licence="CC0-1.0",
    get=sparse,
    sha256=lambda folder: _sha256(sparse(folder)),
)
