"""Non-maximum suppression: of boxes that show the same thing, the one with the best score.

With numba (extra `compiled`) the loop is compiled; without it a slower one gives the same boxes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy
import torch
from torch import Tensor

# From (N, 4) boxes, best first, and a threshold to (N,) booleans: which to keep.
Loop = Callable[[numpy.ndarray, float], numpy.ndarray]


def nms(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """Return which boxes stay, as indices, best score first; equal scores in their given order.

    From the best down, a box stays unless it overlaps one that stays by more than the threshold.

    Args:
        boxes: (N, 4) as x1, y1, x2, y2, float32.
        scores: (N,).
        threshold: of intersection over union, in [0, 1].
    """
    order = scores.argsort(descending=True, stable=True)
    best_first = boxes[order].detach().cpu().numpy()
    keep = loop()(best_first, threshold)
    return order[torch.from_numpy(keep).to(order.device)]


def batched_nms(boxes: Tensor, scores: Tensor, group: Tensor, threshold: float) -> Tensor:
    """Return the same within each group, (N,): a class, an image. Best score first."""
    kept = scores.new_empty(0, dtype=torch.long)
    for one in group.unique():
        (own,) = (group == one).nonzero(as_tuple=True)
        kept = torch.cat([kept, own[nms(boxes[own], scores[own], threshold)]])
    return kept[scores[kept].argsort(descending=True, stable=True)]


@cache
def loop() -> Loop:
    """Return the compiled loop, or the plain one where numba is not installed."""
    try:
        from numba import njit
    except ImportError:
        return plain
    return njit(nogil=True)(_compiled)


def plain(boxes: numpy.ndarray, threshold: float) -> numpy.ndarray:
    """Suppress with numpy, one kept box at a time against all that follow."""
    x1, y1, x2, y2 = boxes.T
    areas = (x2 - x1) * (y2 - y1)
    keep = numpy.ones(len(boxes), dtype=bool)
    limit = boxes.dtype.type(threshold)
    for i in range(len(boxes)):
        if keep[i]:
            rest = slice(i + 1, None)
            width = numpy.minimum(x2[i], x2[rest]) - numpy.maximum(x1[i], x1[rest])
            height = numpy.minimum(y2[i], y2[rest]) - numpy.maximum(y1[i], y1[rest])
            shared = width.clip(0) * height.clip(0)
            union = areas[i] + areas[rest] - shared
            # Two boxes without area have a union of 0: no overlap, so both stay.
            overlap = numpy.divide(shared, union, out=numpy.zeros_like(union), where=union > 0)
            keep[rest] &= overlap <= limit
    return keep


def _compiled(boxes: numpy.ndarray, threshold: float) -> numpy.ndarray:
    """Suppress as `plain` does. The inner loop has no branch, so that it runs on vectors."""
    count = len(boxes)
    x1, y1 = boxes[:, 0].copy(), boxes[:, 1].copy()
    x2, y2 = boxes[:, 2].copy(), boxes[:, 3].copy()
    areas = (x2 - x1) * (y2 - y1)
    nothing = areas.dtype.type(0)
    limit = areas.dtype.type(threshold)
    keep = numpy.ones(count, dtype=numpy.bool_)
    for i in range(count):
        if keep[i]:
            for j in range(i + 1, count):
                width = max(min(x2[i], x2[j]) - max(x1[i], x1[j]), nothing)
                height = max(min(y2[i], y2[j]) - max(y1[i], y1[j]), nothing)
                shared = width * height
                union = areas[i] + areas[j] - shared
                # The division, not shared > limit * union: they differ in the last digit.
                keep[j] &= not (union > 0 and shared / union > limit)
    return keep
