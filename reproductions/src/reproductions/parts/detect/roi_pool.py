"""RoIPool of Fast R-CNN (Girshick, 2015): the features of a box, by rounding and maxima."""

from __future__ import annotations

import torch
from torch import Tensor


def roi_pool(
    features: Tensor, boxes: Tensor, image_of: Tensor, size: int = 7, scale: float = 1.0
) -> Tensor:
    """Return the features of each box, (R, C, size, size).

    The box is rounded to whole cells of the map, both ends included; each bin is the largest of the
    cells that it touches, after its edges were widened to whole cells; 0 where it touches none.
    Two roundings: what Mask R-CNN calls misaligned.

    Args:
        features: (N, C, H, W), float.
        boxes: (R, 4) as x1, y1, x2, y2 in pixels of the image, the last pixel included: an object
            that ends at the edge x = 32 has x2 = 31.
        image_of: (R,), which image each box belongs to.
        scale: cells per pixel: 1/16 for a map of stride 16.
    """
    rounded = rounded_box(boxes, scale)  # (R, 4), whole cells, the last included
    low, last = rounded[:, :2], rounded[:, 2:]
    extent = (last - low + 1).clamp(min=1)
    _, _, height, width = features.shape
    rows, no_rows = _cells(low[:, 1], extent[:, 1], size, height)  # (R, size, h), (R, size)
    columns, no_columns = _cells(low[:, 0], extent[:, 0], size, width)
    pooled = []
    for box, image in enumerate(image_of.tolist()):
        strips = _largest(features[image][:, rows[box]], 2)  # (C, size, W)
        pooled.append(_largest(strips[:, :, columns[box]], 3))  # (C, size, size)
    found = torch.stack(pooled) if pooled else features.new_zeros(0, features.shape[1], size, size)
    is_empty = no_rows[:, :, None] | no_columns[:, None, :]  # (R, size, size)
    return found.masked_fill(is_empty[:, None], 0.0)


def rounded_box(boxes: Tensor, scale: float) -> Tensor:
    """Return boxes (R, 4) in cells, each edge rounded to the nearest, halves away from zero."""
    edges = boxes * scale
    return torch.where(edges < 0, (edges - 0.5).ceil(), (edges + 0.5).floor())


def _largest(values: Tensor, dim: int) -> Tensor:
    # `max` sends the gradient to one of equal cells, `amax` would share it out.
    return values.max(dim=dim).values


def _cells(low: Tensor, extent: Tensor, size: int, limit: int) -> tuple[Tensor, Tensor]:
    """Return the cells of an axis that each bin touches, (R, size, most), and whether it has none.

    Bins with fewer cells than the largest name their last cell again: that changes no maximum.
    """
    step = extent[:, None] / size
    bins = torch.arange(size, device=low.device)
    begin = (low[:, None] + (bins * step).floor()).clamp(0, limit).long()  # (R, size)
    end = (low[:, None] + ((bins + 1) * step).ceil()).clamp(0, limit).long()
    most = int((end - begin).max().clamp(min=1)) if len(low) else 1
    cells = begin[..., None] + torch.arange(most, device=low.device)
    cells = torch.minimum(cells, (end - 1)[..., None]).clamp(0, limit - 1)
    return cells, end <= begin
