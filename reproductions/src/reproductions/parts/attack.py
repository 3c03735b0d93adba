"""Attacks on the input of a classifier, as lower bounds of its error under attack."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional


def projected_gradient(
    model: Callable[[Tensor], Tensor],
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    steps: int,
    generator: torch.Generator,
    step_size: float | None = None,
) -> Tensor:
    """Return images within `epsilon` (l-infinity) and [0, 1] that raise the cross-entropy (PGD).

    Starts at a random place of the ball. The images of the last step are given back, whether
    they fool the model or not.

    Args:
        images: (N, ...) in [0, 1].
        step_size: 2.5 * epsilon / steps if not given, so that each wall can be reached.
        generator: on the CPU, for the start.

    Source: Madry et al. (2018), arXiv:1706.06083, section 2.1.
    """
    size = 2.5 * epsilon / steps if step_size is None else step_size
    lower, upper = (images - epsilon).clamp(min=0), (images + epsilon).clamp(max=1)
    start = torch.rand(images.shape, generator=generator, dtype=images.dtype).to(images.device)
    found = (lower + start * (upper - lower)).detach()
    for _ in range(steps):
        found.requires_grad_(True)
        loss = functional.cross_entropy(model(found), labels, reduction="sum")
        (uphill,) = torch.autograd.grad(loss, found)
        found = torch.clamp(found.detach() + size * uphill.sign(), lower, upper)
    return found
