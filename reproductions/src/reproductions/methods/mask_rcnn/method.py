"""RoIAlign and the mask head of Mask R-CNN (He et al., 2017, arXiv:1703.06870).

Faster R-CNN finds boxes; Mask R-CNN adds a branch that draws a mask in each box. For that the
features of a box must lie where the box lies: RoIAlign reads the feature map between its cells by
bilinear interpolation and never rounds a coordinate. The head draws one mask per class, each by its
own sigmoid, so that classes do not compete: which class it is, the box branch has decided.

Symbols:
    N, C, H, W   images, channels, height and width of a feature map
    R            boxes of all images together
    M            height and width of a mask in its box's own frame
    K            classes

Coordinates are continuous: cell (i, j) of a map covers [j, j+1] x [i, i+1] and its value stands at
the middle, (j + 1/2, i + 1/2). A box (x1, y1, x2, y2) has its edges where the object ends.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def roi_align(
    features: Tensor,
    boxes: Tensor,
    image_of: Tensor,
    size: int = 7,
    scale: float = 1.0,
    samples: int = 2,
    aligned: bool = True,
) -> Tensor:
    """Return the features of each box, (R, C, size, size); section 3, "RoIAlign", figure 3.

    A box is cut into size x size bins; a bin is the mean of samples x samples regular points, each
    interpolated from the four cells around it. Nothing is rounded. Between the edge and the middle
    of an outermost cell the cell's value holds; a point more than a cell outside the map reads 0.

    A bin is then a weighted sum of (2 samples)^2 cells: one bag of cells with weights. Rows of a
    (cells, channels) table are read whole, which is what makes this fast, forward and backward.

    Args:
        features: (N, C, H, W), float.
        boxes: (R, 4) as x1, y1, x2, y2 in pixels of the image; no gradient goes to them.
        image_of: (R,), which image each box belongs to.
        scale: cells per pixel: 1/16 for a map of stride 16.
        samples: points per bin and direction; the paper's four points a bin are 2.
        aligned: False takes the value of cell j to stand at j, as the first releases of the code
            did, and no box as narrower than a cell: everything is read half a cell too far.
    """
    _, channels, height, width = features.shape
    edges = boxes * scale - (0.5 if aligned else 0.0)  # (R, 4); now cell j stands at j
    low, extent = edges[:, :2], edges[:, 2:] - edges[:, :2]  # (R, 2) each
    if not aligned:
        extent = extent.clamp(min=1.0)
    columns, across = _cells(low[:, 0], extent[:, 0], size, samples, width)  # (R, size, 2 samples)
    rows, down = _cells(low[:, 1], extent[:, 1], size, samples, height)
    rows = rows + (image_of * height)[:, None, None]
    # (R, size, size, 2 samples, 2 samples): bin row, bin column, cells down, cells across.
    cells = rows[:, :, None, :, None] * width + columns[:, None, :, None, :]
    weights = down[:, :, None, :, None] * across[:, None, :, None, :]
    # Contiguous even for one image, of which a view would do: rows are read whole.
    table = features.permute(0, 2, 3, 1).contiguous().view(-1, channels)  # (N H W, C)
    bag = (2 * samples) ** 2
    bins = functional.embedding_bag(
        cells.reshape(-1, bag),
        table,
        per_sample_weights=weights.reshape(-1, bag).to(table),
        mode="sum",
    )  # (R size size, C)
    return bins.view(-1, size, size, channels).permute(0, 3, 1, 2)


def _cells(
    low: Tensor, extent: Tensor, size: int, samples: int, limit: int
) -> tuple[Tensor, Tensor]:
    """Return which cells of an axis each bin reads, and with which weights, (R, size, 2 samples).

    Every point lies between two cells, which share its weight by nearness; the weights of a bin
    add up to 1 inside the map.
    """
    count = size * samples
    middles = (torch.arange(count, device=low.device, dtype=low.dtype) + 0.5) / count
    points = low[:, None] + extent[:, None] * middles  # (R, count)
    is_outside = (points < -1) | (points > limit)
    points = points.clamp(0, limit - 1)
    before = points.floor()
    after_share = points - before
    cells = torch.stack([before, (before + 1).clamp(max=limit - 1)], dim=-1)  # (R, count, 2)
    weights = torch.stack([1 - after_share, after_share], dim=-1) / samples
    weights = weights.masked_fill(is_outside[..., None], 0.0)
    shape = (-1, size, 2 * samples)
    return cells.long().reshape(shape), weights.reshape(shape)


class MaskHead(nn.Sequential):
    """Features of boxes (R, channels, S, S) -> mask logits (R, K, M, M), M = S * 2**doublings.

    Figure 4, right: convolutions that keep the size, a deconvolution that doubles it, and one
    logit per class and place. Fully convolutional: places in the box stay places.
    """

    def __init__(
        self,
        channels: int,
        classes: int,
        width: int = 256,
        convolutions: int = 4,
        doublings: int = 1,
    ) -> None:
        layers: list[nn.Module] = []
        for before in (channels, *(width,) * (convolutions - 1)):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
        for _ in range(doublings):
            layers += [nn.ConvTranspose2d(width, width, 2, stride=2), nn.ReLU()]
        super().__init__(*layers, nn.Conv2d(width, classes, 1))
        for layer in self:
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(layer.bias)


def mask_loss(logits: Tensor, labels: Tensor, targets: Tensor) -> Tensor:
    """Return L_mask of section 3: mean binary cross-entropy, on the mask of the true class alone.

    The other classes' masks get no gradient. With one class the head is class-agnostic.

    Args:
        logits: (R, K, M, M).
        labels: (R,), 0 … K-1.
        targets: (R, M, M), 1 inside the object.
    """
    return functional.binary_cross_entropy_with_logits(of_class(logits, labels), targets)


def of_class(masks: Tensor, labels: Tensor) -> Tensor:
    """Return each box's mask of its class: (R, K, M, M), (R,) -> (R, M, M)."""
    return masks[torch.arange(len(masks), device=masks.device), labels]


def mask_targets(masks: Tensor, boxes: Tensor, size: int) -> Tensor:
    """Return what the head should draw: each object's mask in the frame of its box, of 0 and 1.

    Args:
        masks: (R, H, W) of 0 and 1, one object each.
        boxes: (R, 4), in pixels.

    Returns:
        (R, size, size).
    """
    own_image = torch.arange(len(boxes), device=boxes.device)
    return (roi_align(masks[:, None], boxes, own_image, size)[:, 0] >= 0.5).to(masks)


def paste_masks(masks: Tensor, boxes: Tensor, height: int, width: int) -> Tensor:
    """Return masks drawn in their boxes' frames, laid into the image; 0 outside the box.

    The inverse of `mask_targets`: the same convention of coordinates, so that nothing moves.

    Args:
        masks: (R, M, M), probabilities.
        boxes: (R, 4), in pixels.

    Returns:
        (R, height, width), probabilities.
    """
    x = _place(boxes[:, 0], boxes[:, 2], width)  # (R, width), -1 … 1 inside the box
    y = _place(boxes[:, 1], boxes[:, 3], height)
    grid = torch.stack(
        [x[:, None, :].expand(-1, height, -1), y[:, :, None].expand(-1, -1, width)], dim=-1
    )  # (R, height, width, 2)
    drawn = functional.grid_sample(
        masks[:, None], grid.to(masks), padding_mode="border", align_corners=False
    )[:, 0]
    is_inside = (x.abs() <= 1)[:, None, :] & (y.abs() <= 1)[:, :, None]
    return drawn * is_inside


def _place(low: Tensor, high: Tensor, length: int) -> Tensor:
    """Return where the middles of pixels lie in each box's frame, -1 … 1 from edge to edge."""
    middles = torch.arange(length, device=low.device, dtype=low.dtype) + 0.5
    return 2 * (middles - low[:, None]) / (high - low)[:, None].clamp(min=1e-6) - 1
