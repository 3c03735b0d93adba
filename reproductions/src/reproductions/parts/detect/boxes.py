"""Boxes as (x1, y1, x2, y2) with x1 <= x2 and y1 <= y2, in pixels; edges, not middles of pixels."""

from __future__ import annotations

import torch
from torch import Tensor


def areas(boxes: Tensor) -> Tensor:
    """Return the areas (N,) of boxes (N, 4)."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def box_iou(left: Tensor, right: Tensor) -> Tensor:
    """Return intersection over union of all pairs, (N, M), of boxes (N, 4) and (M, 4).

    Two boxes without any area have no overlap: 0.
    """
    low = torch.maximum(left[:, None, :2], right[None, :, :2])  # (N, M, 2)
    high = torch.minimum(left[:, None, 2:], right[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(dim=2)  # (N, M)
    union = areas(left)[:, None] + areas(right) - shared
    return torch.where(union > 0, shared / union, 0.0)


def mask_iou(left: Tensor, right: Tensor) -> Tensor:
    """Return intersection over union of mask i with mask i, (N,), of boolean masks (N, H, W)."""
    shared = (left & right).flatten(1).sum(dim=1)
    union = (left | right).flatten(1).sum(dim=1)
    return torch.where(union > 0, shared / union, 0.0)


def masks_to_boxes(masks: Tensor) -> Tensor:
    """Return the tightest boxes (N, 4) around boolean masks (N, H, W); zeros where one is empty."""
    return torch.cat([_extent(masks.any(dim=1)), _extent(masks.any(dim=2))], dim=1)[:, [0, 2, 1, 3]]


def _extent(is_used: Tensor) -> Tensor:
    """Return the first used place and one past the last, (N, 2), of rows (N, L)."""
    length = is_used.shape[1]
    first = is_used.int().argmax(dim=1)
    past = length - is_used.flip(1).int().argmax(dim=1)
    found = torch.stack([first, past], dim=1).float()
    return found * is_used.any(dim=1, keepdim=True)
