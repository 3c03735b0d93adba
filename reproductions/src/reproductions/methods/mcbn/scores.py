"""How good stated uncertainties are: CRPS, log likelihood, their bounds, and ranks."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def crps(mean: Tensor, deviation: Tensor, targets: Tensor) -> Tensor:
    """Return the continuous ranked probability score of Gaussians, in units of the target.

    Smaller is better; 0 for a sure and right prediction. All arguments have one shape, or shapes
    that broadcast.

    Source: Gneiting and Raftery (2007), section 4.2.
    """
    z = (targets - mean) / deviation
    density = torch.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    below = torch.special.ndtr(z)
    return deviation * (z * (2 * below - 1) + 2 * density - 1 / math.sqrt(math.pi))


def least_crps(errors: Tensor) -> Tensor:
    """Return the smallest CRPS that any deviation could give each error.

    The derivative by the deviation is 2 phi(z) - 1 / sqrt(pi), which is 0 at z^2 = ln 2.
    """
    errors = errors.abs()
    return crps(torch.zeros_like(errors), errors / math.sqrt(math.log(2)), errors)


def greatest_log_likelihood(errors: Tensor) -> Tensor:
    """Return the largest log density that any variance could give each error, in nats.

    The best variance is the squared error itself.
    """
    return -0.5 * (math.log(2 * math.pi) + 1 + torch.log(errors**2))


def gain(score: float, constant: float, best: float) -> float:
    """Return how far a score is on its way from `constant` (0) to `best` (100), in per cent."""
    return 100 * (score - constant) / (best - constant)


def ranks(values: Tensor) -> Tensor:
    """Return the rank (N,) of each value from 0, ties sharing the mean of theirs."""
    _unique, place, counts = values.unique(return_inverse=True, return_counts=True)
    last = counts.cumsum(0).double()
    return (last - (counts + 1) / 2)[place]


def rank_correlation(a: Tensor, b: Tensor) -> float:
    """Return Spearman's correlation of two (N,), in [-1, 1]; 0 where one of them is constant."""
    both = torch.stack([ranks(a), ranks(b)])  # (2, N)
    both = both - both.mean(1, keepdim=True)
    norms = both.norm(dim=1)
    return (both[0] @ both[1] / (norms[0] * norms[1])).item() if norms.min() > 0 else 0.0


def area_under_roc(scores: Tensor, is_positive: Tensor) -> float:
    """Return the chance that a positive scores above a negative; ties count half.

    Raises:
        ValueError: there are no positives, or no negatives.
    """
    positives = int(is_positive.sum())
    negatives = len(is_positive) - positives
    if min(positives, negatives) == 0:
        raise ValueError("needs positives and negatives")
    below = ranks(scores)[is_positive].sum().item() - positives * (positives - 1) / 2
    return below / (positives * negatives)
