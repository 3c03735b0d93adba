"""Who learns which part of a task when: learners, meta-learners, Bayes (Rabinowitz, 2019).

"Meta-learners' learning dynamics are unlike learners'", arXiv:1905.01320.

A task is a function that is a sum of modes: a linear map with its singular modes, or a curve with
its Fourier modes. Somebody sees pairs (x_t, y_t) of one task and answers questions after each. How
far each mode of the answers has grown towards the task's own shows the order of learning:

- a learner starts from small random weights and follows the gradient: large singular values come
  before small ones, low frequencies before high ones;
- a meta-learner is an LSTM that was trained on many tasks of the kind; from then on its weights
  stand still and its state learns;
- the Bayes-optimal answer is the mean over all tasks, weighted by how well they fit the pairs
  (`bayes.py`).

Symbols: B tasks side by side, T pairs of each, D size of x and y, K modes, Q questions. Time leads:
x is (T, B, D). A strength of 1 says that the mode is learned, 0 that there is nothing of it yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class LinearTasks:
    """y = W x with W = U diag(s) V^T; s is common to all tasks, U and V are each task's own.

    Attributes:
        left, right: U and V, (B, D, D), orthogonal; values: s, (D,), falling.
    """

    left: Tensor
    values: Tensor
    right: Tensor

    @classmethod
    def draw(cls, count: int, values: Tensor, generator: torch.Generator) -> LinearTasks:
        """Draw U and V evenly from all orthogonal matrices."""
        size = (count, len(values), len(values))
        return cls(_orthogonal(size, generator), values, _orthogonal(size, generator))

    @property
    def weights(self) -> Tensor:
        """W, (B, D, D)."""
        return (self.left * self.values) @ self.right.mT

    def answers(self, x: Tensor) -> Tensor:
        """Return y without noise, (T, B, D), for x (T, B, D)."""
        return torch.einsum("bij,tbj->tbi", self.weights, x)

    def strengths(self, weights: Tensor) -> Tensor:
        """Return u_k^T W_hat v_k / s_k, (..., B, K), of estimated weights (..., B, D, D)."""
        return torch.einsum("bik,...bij,bjk->...bk", self.left, weights, self.right) / self.values


@dataclass(frozen=True, slots=True)
class FourierTasks:
    """y = sum_k alpha_k cos(2 pi k x) + beta_k sin(2 pi k x) on [0, 1), k = 1 ... K.

    Attributes:
        coefficients: (B, 2K), first the alphas, then the betas, normal with variance 1/K whatever
            the frequency: no mode is larger than another a priori, and a curve has variance 1.
    """

    coefficients: Tensor

    @classmethod
    def draw(cls, count: int, modes: int, generator: torch.Generator) -> FourierTasks:
        return cls(torch.randn(count, 2 * modes, generator=generator) / math.sqrt(modes))

    @property
    def modes(self) -> int:
        return self.coefficients.shape[-1] // 2

    def answers(self, x: Tensor) -> Tensor:
        """Return y without noise, (T, B, 1), for places x (T, B, 1)."""
        found = waves(x[..., 0], self.modes) * self.coefficients  # (T, B, 2K)
        return found.sum(-1, keepdim=True)

    def strengths(self, coefficients: Tensor) -> Tensor:
        """Return <f_hat_k, f_k> / <f_k, f_k>, (..., B, K), of estimated ones (..., B, 2K)."""
        own = self.coefficients.unflatten(-1, (2, -1))  # (B, 2, K)
        estimated = coefficients.unflatten(-1, (2, -1))  # (..., B, 2, K)
        return (estimated * own).sum(-2) / own.square().sum(-2)


def waves(x: Tensor, modes: int) -> Tensor:
    """Return cos(2 pi k x), then sin(2 pi k x), (..., 2K), of places x (...)."""
    angle = 2 * math.pi * x[..., None] * torch.arange(1, modes + 1, device=x.device)  # (..., K)
    return torch.cat([angle.cos(), angle.sin()], dim=-1)


def curve_coefficients(curve: Tensor, modes: int) -> Tensor:
    """Return the Fourier coefficients, (..., 2K), of curves on the even grid q/Q, (..., Q)."""
    count = curve.shape[-1]
    grid = torch.arange(count, dtype=curve.dtype, device=curve.device) / count  # (Q,)
    return 2 * curve @ waves(grid, modes) / count


def half_time(strength: Tensor) -> float:
    """Return when a curve (T + 1,) first reaches 1/2, on straight lines between the steps.

    Infinite if it never does.
    """
    above = (strength >= 0.5).nonzero()
    if not len(above) or not int(above[0]):
        return 0.0 if len(above) else math.inf
    step = int(above[0])
    before, after = float(strength[step - 1]), float(strength[step])
    return step - 1 + (0.5 - before) / (after - before)


class MetaLearner(nn.Module):
    """An LSTM that sees x_t and the pair before it, and answers y_t.

    Its gradient steps are over tasks; while it learns one task, only its state changes.

    Args:
        encoder: takes x_t, x_(t-1), y_(t-1) side by side, (..., 2 D_x + D_y), to what the LSTM
            reads, (..., inputs); `nn.Identity()` where the task is linear.
    """

    def __init__(self, encoder: nn.Module, inputs: int, hidden: int, size_y: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.lstm = nn.LSTM(inputs, hidden)
        self.readout = nn.Linear(hidden, size_y)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return answers (T, B, D_y); the one at t has seen x_t and the pairs before t."""
        state, _ = self.lstm(self.encoder(_told(x, x, y)))  # (T, B, H)
        return self.readout(state)

    @torch.no_grad()
    def questioned(self, x: Tensor, y: Tensor, questions: Tensor) -> Tensor:
        """Return the answers to the same questions after 0, 1 ... T - 1 pairs, (T, B, Q, D_y).

        A question takes the place of x_t. The answer comes from the state that it leads to, which
        is then thrown away: asking does not teach.

        Args:
            x: (T, B, D_x); y: (T, B, D_y); questions: (Q, D_x).
        """
        steps, tasks, count = len(x), x.shape[1], len(questions)
        told = self.encoder(_told(x, x, y))  # (T, B, I)
        asked = questions.expand(steps, tasks, count, -1)  # (T, B, Q, D_x)
        asked = self.encoder(_told(asked, _repeat(x, count), _repeat(y, count)))
        state = tuple(x.new_zeros(1, tasks, self.lstm.hidden_size) for _ in "hc")
        found = []
        for t in range(steps):
            copies = tuple(part.repeat_interleave(count, 1) for part in state)
            answer, _ = self.lstm(asked[t].flatten(0, 1)[None], copies)  # (1, B Q, H)
            found.append(self.readout(answer[0]).unflatten(0, (tasks, count)))
            _, state = self.lstm(told[t][None], state)
        return torch.stack(found)

    def effective_weights(self, x: Tensor, y: Tensor, step: float = 0.5) -> Tensor:
        """Return the linear map that the answers amount to, (T, B, D_y, D_x).

        Central differences around x = 0, which cancel whatever constant the network adds.
        """
        units = step * torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)  # (D_x, D_x)
        up, down = (self.questioned(x, y, sign * units) for sign in (1, -1))
        return ((up - down) / (2 * step)).mT


def learn_linear(first: Tensor, second: Tensor, x: Tensor, y: Tensor, rate: float) -> Tensor:
    """Return the weights W_2 W_1 of linear networks before each step, (T, B, D, D).

    Stochastic gradient descent on |W_2 W_1 x - y|^2 / 2, averaged over the M new pairs of a step.

    Args:
        first: W_1, (B, H, D); second: W_2, (B, D, H), both small; x, y: (T, B, M, D).
    """
    found = []
    for seen, wanted in zip(x, y, strict=True):
        found.append(second @ first)
        inner = seen @ first.mT  # (B, M, H)
        error = (inner @ second.mT - wanted) / seen.shape[-2]  # (B, M, D)
        first, second = (
            first - rate * (error @ second).mT @ seen,
            second - rate * error.mT @ inner,
        )
    return torch.stack(found)


def _told(now: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return x_t, x_(t-1), y_(t-1) side by side; before the first pair there are zeros."""
    return torch.cat([now, before(x), before(y)], dim=-1)


def before(values: Tensor) -> Tensor:
    """Return the values (T, ...) one step later, with zeros first."""
    return torch.cat([torch.zeros_like(values[:1]), values[:-1]])


def _repeat(values: Tensor, count: int) -> Tensor:
    return values[:, :, None].expand(-1, -1, count, -1)


def _orthogonal(size: tuple[int, int, int], generator: torch.Generator) -> Tensor:
    q, r = torch.linalg.qr(torch.randn(size, generator=generator))
    # Without the signs of R the law of Q depends on how QR is computed.
    return q * r.diagonal(dim1=-2, dim2=-1).sign()[:, None]
