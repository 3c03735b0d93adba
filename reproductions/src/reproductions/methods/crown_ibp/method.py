"""CROWN-IBP: training with linear bounds whose slopes come from cheap intervals.

Zhang et al. (2020), arXiv:1906.06316. Three lower bounds of a network's margins over a box of
inputs: IBP (section 2 there; Gowal et al., arXiv:1810.12715), CROWN (Zhang et al.,
arXiv:1811.00866, theorem 3.2) and CROWN-IBP (section 3.2), which bounds the hidden units by
intervals and only the margins by a backward pass.

A network is a list of Linear, Conv2d (square, no groups, no dilation), ReLU and Flatten layers
that ends in a Linear one. `by_hand.py` has the three operations whose gradients are written by
hand, for their speed. Symbols: N images, K classes, S rows of the specification (what is bounded),
H units of a layer (for a convolution: channels x height x width).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from .by_hand import least, lines_through_relu, transposed

Layers = Sequence[nn.Module]


class Box(NamedTuple):
    """All inputs (or units) between `lower` and `upper`, each of shape (N, ...)."""

    lower: Tensor
    upper: Tensor


class Relaxation(NamedTuple):
    """Two lines that hold a ReLU: low * z <= relu(z) <= high * z + offset; each (N, 1, H)."""

    low: Tensor
    high: Tensor
    offset: Tensor


def box_around(images: Tensor, epsilon: float) -> Box:
    """Return the l-infinity ball of radius `epsilon`, cut to the range [0, 1] of pixels."""
    return Box((images - epsilon).clamp(min=0), (images + epsilon).clamp(max=1))


def margin_rows(labels: Tensor, classes: int, dtype: torch.dtype) -> Tensor:
    """Return the specification whose product with the logits is the margins.

    Returns:
        (N, K-1, K); row j of an image is e_label - e_j, for the other classes j in order.
    """
    eye = torch.eye(classes, dtype=dtype, device=labels.device)  # (K, K)
    every = torch.arange(classes, device=labels.device)
    others = every.expand(len(labels), -1)[every != labels[:, None]]  # (N * (K-1),)
    return eye[labels][:, None] - eye[others].view(len(labels), classes - 1, classes)


# Bounds by intervals


def interval_bounds(layers: Layers, box: Box) -> list[Box]:
    """Return the box of what enters each ReLU, in order, and at last of the last Linear layer.

    The middle of a box passes a layer as a point does; its radius passes |weights|.
    """
    middle, radius = (box.lower + box.upper) / 2, (box.upper - box.lower) / 2
    found = []
    for layer in layers[:-1]:
        if isinstance(layer, nn.ReLU):
            found.append(Box(middle - radius, middle + radius))
            lower, upper = (edge.relu() for edge in found[-1])
            middle = torch.lerp(lower, upper, 0.5)
            radius = upper - middle
        elif isinstance(layer, nn.Flatten):
            middle, radius = middle.flatten(1), radius.flatten(1)
        else:
            middle = _linear(layer, middle, layer.weight, layer.bias)
            radius = _linear(layer, radius, layer.weight.abs(), None)
    return [*found, Box(middle - radius, middle + radius)]


def interval_margins(layers: Layers, bounds: list[Box], rows: Tensor) -> Tensor:
    """Return lower bounds (N, S) of rows @ logits by intervals (IBP).

    The last layer is merged with the rows: bounding the logits first and subtracting them
    afterwards would let one unit be at both ends of its interval at once.

    Args:
        bounds: of `interval_bounds`.
        rows: (N, S, K) or (1, S, K).
    """
    last, (lower, upper) = layers[-1], bounds[-1]
    weight = rows @ last.weight  # (N, S, H)
    middle, radius = (lower + upper) / 2, (upper - lower) / 2  # (N, H)
    return least(weight, middle, radius) + rows @ last.bias


# Bounds by lines


def relax(bounds: Box) -> Relaxation:
    """Return the lines that hold relu(z) for z in a box, of any shape (N, ...).

    Upper line: through the two ends. Lower line: z or 0, whichever leaves the smaller area
    ("adaptive" in CROWN): it is exact for units that do not change their sign.
    """
    lower, upper = (edge.flatten(1)[:, None] for edge in bounds)  # (N, 1, H)
    low = (lower + upper > 0).to(lower.dtype)
    top = upper.clamp(min=0)
    bottom = lower.clamp(max=0)
    # The floor divides 0 by something where a unit never is on; far below any real width.
    high = top / (top - bottom).clamp(min=1e-12)
    return Relaxation(low, high, -bottom * high)


def linear_margins(layers: Layers, box: Box, hidden: Sequence[Box], rows: Tensor) -> Tensor:
    """Return lower bounds (N, S) of rows @ logits by lines passed backwards (CROWN).

    With `hidden` of `interval_bounds` this is CROWN-IBP, with that of `crown_bounds` CROWN.

    Args:
        hidden: the box of what enters each ReLU; more boxes at the end are not looked at.
        rows: (N, S, K) or (1, S, K).
    """
    n, s = len(box.lower), rows.shape[1]
    shapes = _shapes(layers, box.lower)
    relaxations = [relax(bounds) for bounds in hidden]
    reached = sum(isinstance(layer, nn.ReLU) for layer in layers)
    slope = rows.expand(n, -1, -1)  # (N, S, K): rows @ logits >= slope . units + constant
    constant = slope.new_zeros(n, s)
    for layer, shape in zip(reversed(layers), reversed(shapes), strict=True):
        if isinstance(layer, nn.ReLU):
            reached -= 1
            slope, added = lines_through_relu(slope, *relaxations[reached])
            constant = constant + added
        elif isinstance(layer, nn.Linear):
            constant = constant + slope @ layer.bias
            slope = slope @ layer.weight
        elif isinstance(layer, nn.Conv2d):
            channels = slope.view(n, s, layer.out_channels, -1)
            constant = constant + channels.sum(3) @ layer.bias
            slope = _conv_back(layer, slope.flatten(0, 1), shape).flatten(1).view(n, s, -1)
    middle, radius = (box.lower + box.upper) / 2, (box.upper - box.lower) / 2
    return least(slope, middle.flatten(1), radius.flatten(1)) + constant


def crown_bounds(layers: Layers, box: Box) -> list[Box]:
    """Return the box of what enters each ReLU, every one by a backward pass (CROWN).

    Costs a pass with one row per unit for each layer: quadratic in the width.
    """
    found: list[Box] = []
    for index, layer in enumerate(layers):
        if not isinstance(layer, nn.ReLU):
            continue
        before = layers[:index]
        shape = _shapes(layers, box.lower)[index]
        eye = torch.eye(shape.numel(), dtype=box.lower.dtype, device=box.lower.device)[None]
        lower = linear_margins(before, box, found, eye)
        upper = -linear_margins(before, box, found, -eye)
        found.append(Box(lower.view(-1, *shape), upper.view(-1, *shape)))
    return found


# Training


class Phase(NamedTuple):
    """Where a schedule stands: radius of the box, and the weights of the loss."""

    epsilon: float
    kappa: float
    beta: float


def phase_at(
    epoch: float, warm_up: float, ramp: float, epsilon: float, last_kappa: float, first_beta: float
) -> Phase:
    """Return the phase at a (broken) epoch: natural first, then a linear ramp, then steady.

    Over the ramp the radius goes from 0 to `epsilon`, kappa from 1 to `last_kappa` and beta from
    `first_beta` to 0 (section 3.2). `first_beta` 0 is IBP, 1 CROWN-IBP.
    """
    share = min(max((epoch - warm_up) / ramp, 0.0), 1.0)
    return Phase(share * epsilon, 1 - share * (1 - last_kappa), (1 - share) * first_beta)


def robust_loss(layers: Layers, images: Tensor, labels: Tensor, phase: Phase) -> Tensor:
    """Return kappa * CE(logits) + (1 - kappa) * CE(-margins), the objective of section 3.2.

    The margins are (1 - beta) * IBP + beta * CROWN-IBP; the label's own margin is 0. The second
    term is never below the cross-entropy of the worst image in the box.
    """
    logits = nn.Sequential(*layers)(images)  # (N, K)
    natural = functional.cross_entropy(logits, labels)
    if phase.kappa == 1:
        return natural
    box = box_around(images, phase.epsilon)
    bounds = interval_bounds(layers, box)
    rows = margin_rows(labels, logits.shape[1], logits.dtype)  # (N, K-1, K)
    margins = interval_margins(layers, bounds, rows)  # (N, K-1)
    if phase.beta > 0:
        linear = linear_margins(layers, box, bounds, rows)
        margins = (1 - phase.beta) * margins + phase.beta * linear
    # log(1 + sum of exp(-margin)): cross-entropy with the label's logit at 0.
    robust = functional.softplus((-margins).logsumexp(1)).mean()
    return phase.kappa * natural + (1 - phase.kappa) * robust


# Parts


def _linear(layer: nn.Module, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    if isinstance(layer, nn.Linear):
        return functional.linear(x, weight, bias)
    return functional.conv2d(x, weight, bias, layer.stride, layer.padding)


def _conv_back(layer: nn.Conv2d, slope: Tensor, before: torch.Size) -> Tensor:
    """Return the transposed convolution of slope (N*S, H), of the shape that entered the layer."""
    slope = slope.reshape(-1, *_after(layer, before))
    return transposed(slope, layer.weight, layer.stride[0], layer.padding[0], before[1:])


def _shapes(layers: Layers, x: Tensor) -> list[torch.Size]:
    """Return the shape, without N, of what enters each layer."""
    shapes = [x.shape[1:]]
    for layer in layers[:-1]:
        shapes.append(_after(layer, shapes[-1]))
    return shapes


def _after(layer: nn.Module, before: torch.Size) -> torch.Size:
    if isinstance(layer, nn.Linear):
        return torch.Size([layer.out_features])
    if isinstance(layer, nn.Flatten):
        return torch.Size([before.numel()])
    if not isinstance(layer, nn.Conv2d):
        return before
    sizes = zip(before[1:], layer.padding, layer.kernel_size, layer.stride, strict=True)
    grid = ((size + 2 * pad - kernel) // step + 1 for size, pad, kernel, step in sizes)
    return torch.Size([layer.out_channels, *grid])
