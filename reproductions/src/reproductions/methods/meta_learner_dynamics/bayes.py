"""Bayes-optimal answers to the tasks of `method.py`: the mean over all tasks that fit the pairs.

Symbols as there: B tasks, T pairs, D size of x and y, K modes; C candidates. The answer at t has
seen the pairs before t.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from reproductions.methods.meta_learner_dynamics.method import before, waves


def posterior_weights(candidates: Tensor, x: Tensor, y: Tensor, noise: float) -> Tensor:
    """Return the mean of W given the pairs before each step, (T, B, D, D).

    Each candidate counts by its likelihood. Candidates on an even grid over the prior, or drawn
    from it, stand for the prior.

    Args:
        candidates: (C, D, D); x, y: (T, B, D); noise: standard deviation of y around W x.
    """
    moment = torch.einsum("tbi,tbj->tbij", y, x).cumsum(0).flatten(2)  # (T, B, D^2)  sum y x^T
    spread = torch.einsum("tbi,tbj->tbij", x, x).cumsum(0).flatten(2)  # (T, B, D^2)  sum x x^T
    flat, gram = candidates.flatten(1), (candidates.mT @ candidates).flatten(1)  # (C, D^2)
    log_likelihood = before((moment @ flat.T - spread @ gram.T / 2) / noise**2)  # (T, B, C)
    return (log_likelihood.softmax(-1) @ flat).unflatten(-1, candidates.shape[1:])


def plane_maps(values: Tensor, angles: int) -> Tensor:
    """Return U diag(s) V^T on an even grid of all U and V of the plane, (2 angles^2, 2, 2).

    U turns by steps of half a turn, V by as many of a whole one, with and without a mirror between
    them: every other pair (U, V) gives one of the same maps.
    """
    count = torch.arange(angles, dtype=values.dtype, device=values.device) / angles
    left = _turns(math.pi * count)[None, :, None]  # (1, A, 1, 2, 2)
    right = _turns(2 * math.pi * count)[None, None]  # (1, 1, A, 2, 2)
    mirrors = torch.diag_embed(torch.stack([values, values * values.new_tensor([1, -1])]))
    return (left @ mirrors[:, None, None] @ right.mT).flatten(0, 2)


def posterior_coefficients(x: Tensor, y: Tensor, modes: int, noise: float) -> Tensor:
    """Return the mean of the Fourier coefficients given the pairs before each step, (T, B, 2K).

    Prior and noise are normal, so that it solves (Phi^T Phi + noise^2 K) c = Phi^T y.

    Args:
        x, y: (T, B, 1).
    """
    features = waves(x[..., 0], modes)  # (T, B, 2K)
    gram = torch.einsum("tbi,tbj->tbij", features, features).cumsum(0)  # (T, B, 2K, 2K)
    ridge = torch.eye(2 * modes, dtype=x.dtype, device=x.device) * noise**2 * modes
    return before(torch.linalg.solve(gram + ridge, (features * y).cumsum(0)))


def _turns(angle: Tensor) -> Tensor:
    rows = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=-1)
    return rows.unflatten(-1, (2, 2))
