"""Scenes of discs, boxes and triangles on a noisy ground, with their boxes, masks and classes.

Drawn by formulas at the middle of each pixel from seeded numbers: the same generator gives the same
scenes. Grey values tell nothing of the class, only the outline does.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from reproductions.contract import Data
from reproductions.parts.detect.boxes import masks_to_boxes

# Raised when the same generator would give other scenes.
VERSION = "1"
CLASSES = ("disc", "box", "triangle")
# Half of an object's size, as shares of the image's side.
SMALLEST, LARGEST = 0.14, 0.3
# An object of which fewer pixels can be seen is left out of the lists; it stays in the picture.
FEWEST_PIXELS = 40
NOISE = 0.15


@dataclass(frozen=True, slots=True)
class Scenes:
    """N images with M objects in all.

    Attributes:
        images: (N, 1, S, S), float, mean about 0.
        masks: (M, S, S), bool; what can be seen: objects further back are covered.
        boxes: (M, 4), float, x1, y1, x2, y2: the tightest around the mask, edges of pixels.
        labels: (M,), index into `CLASSES`.
        image_of: (M,), which image the object is in; rising.
    """

    images: Tensor
    masks: Tensor
    boxes: Tensor
    labels: Tensor
    image_of: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def take(self, index: Tensor) -> Scenes:
        """Return some of the images, (n,) of 0 … N-1, with their objects."""
        where = [(self.image_of == image).nonzero()[:, 0] for image in index.tolist()]
        objects = torch.cat([*where, index.new_empty(0)])
        image_of = torch.arange(len(index)).repeat_interleave(torch.tensor([len(w) for w in where]))
        return Scenes(
            self.images[index],
            self.masks[objects],
            self.boxes[objects],
            self.labels[objects],
            image_of,
        )


def scenes(
    count: int, generator: torch.Generator, *, side: int = 64, fewest: int = 1, most: int = 3
) -> Scenes:
    """Return `count` images of `side` pixels with `fewest` to `most` objects each.

    Objects may cover each other; the later drawn is in front. Each has its own size, place,
    rotation, proportions and grey value, lighter or darker than the ground.
    """
    number = torch.randint(fewest, most + 1, (count,), generator=generator)
    # Every image draws `most` objects, so that its numbers do not depend on the images before it.
    labels = torch.randint(len(CLASSES), (count, most), generator=generator)
    shapes = _outlines(labels.flatten(), side, generator).view(count, most, side, side)
    is_there = torch.arange(most) < number[:, None]  # (count, most)
    shapes &= is_there[:, :, None, None]
    sign = torch.randint(2, (count, most), generator=generator) * 2 - 1
    grey = sign * (0.4 + 0.6 * torch.rand(count, most, generator=generator))
    images = _ground(count, side, generator)
    visible = shapes.clone()
    for k in range(most):
        images = torch.where(shapes[:, k], grey[:, k, None, None], images)
        visible[:, :k] &= ~shapes[:, k : k + 1]
    images = images + NOISE * torch.randn(images.shape, generator=generator)
    is_listed = visible.flatten(2).sum(dim=2) >= FEWEST_PIXELS  # (count, most)
    masks = visible[is_listed]
    image_of = torch.arange(count)[:, None].expand(-1, most)[is_listed]
    return Scenes(images[:, None], masks, masks_to_boxes(masks), labels[is_listed], image_of)


def _ground(count: int, side: int, generator: torch.Generator) -> Tensor:
    """Return a slope of grey in a random direction, (count, side, side)."""
    slope = 0.6 * torch.rand(count, 2, 1, 1, generator=generator) - 0.3
    line = torch.linspace(-1, 1, side)
    return slope[:, 0] * line[:, None] + slope[:, 1] * line


def _outlines(labels: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Return which pixels each object covers, (M, side, side), bool."""
    count = len(labels)
    x, y, size, turn, thin = torch.rand(5, count, 1, 1, generator=generator)
    radius = side * (SMALLEST + (LARGEST - SMALLEST) * size)
    # The middle is far enough from the border that at least half of the object is in the picture.
    middle_x, middle_y = (radius * 0.7 + (side - 1.4 * radius) * place for place in (x, y))
    pixels = torch.arange(side) + 0.5
    across, down = pixels[None, None, :] - middle_x, pixels[None, :, None] - middle_y
    cos, sin = (2 * math.pi * turn).cos(), (2 * math.pi * turn).sin()
    # In the object's own frame, where it is about 1 large; boxes are up to twice as long as wide.
    u, v = (cos * across + sin * down) / radius, (cos * down - sin * across) / radius
    disc = u.square() + v.square() <= 0.8
    box = (u.abs() <= 0.85) & (v.abs() <= 0.45 + 0.4 * thin)
    half = math.sqrt(3) / 2
    triangle = (v >= -0.5) & (half * u + 0.5 * v <= 0.5) & (-half * u + 0.5 * v <= 0.5)
    kind = labels[:, None, None]
    return torch.where(kind == 0, disc, torch.where(kind == 1, box, triangle))


def _sample(_folder: Path) -> Scenes:
    return scenes(16, torch.Generator().manual_seed(0))


def _sample_sha256(folder: Path) -> str:
    """Return a hash of what can be compared exactly: masks, boxes and classes of 16 scenes."""
    sample = _sample(folder)
    kept = (sample.masks, sample.boxes, sample.labels, sample.image_of)
    return hashlib.sha256(b"".join(one.numpy().tobytes() for one in kept)).hexdigest()


SHAPES = Data(
    name="shapes",
    version=VERSION,
    source="generated: reproductions.parts.shapes",
    licence="Apache-2.0",
    get=_sample,
    sha256=_sample_sha256,
)
