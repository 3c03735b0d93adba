"""Monte Carlo batch normalization: uncertainty from the batches that a net was normalized with.

Teye, Azizpour and Smith (2018), "Bayesian Uncertainty Estimation for Batch Normalized Deep
Networks", arXiv:1802.06455. Needs torch alone.

While a net with batch normalization trains, each example meets the mean and variance of a random
mini-batch. Algorithm 1 goes on doing so after training: a query is passed through the net T times,
each time normalized by another mini-batch of the training set, and the spread of the T outputs says
how sure the net is.

Letters of the shapes: T mini-batches drawn, M examples in each, Q queries, D features, K outputs;
"..." stands for what an example has beyond its features (height and width of a map, or nothing).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional


class BatchNorm(nn.Module):
    """Batch normalization of (N, D, ...) that can also normalize by many mini-batches at once.

    While training and in evaluation it is the usual layer. Inside `sampling` its input is T groups
    of M + Q rows, and each group is normalized by mean and variance of its first M rows alone: a
    query has no part in the statistics that it meets.

    Args:
        features: D.
        momentum: weight of the newest batch in the averages that evaluation uses.
    """

    def __init__(self, features: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("variance", torch.ones(features))
        self.groups_of: tuple[int, int] | None = None  # (T, M) inside `sampling`

    def forward(self, x: Tensor) -> Tensor:
        if self.groups_of is None:
            return functional.batch_norm(
                x,
                self.mean,
                self.variance,
                self.weight,
                self.bias,
                training=self.training,
                momentum=self.momentum,
                eps=self.epsilon,
            )
        t, m = self.groups_of
        groups = x.unflatten(0, (t, -1))  # (T, M + Q, D, ...)
        axes = [axis for axis in range(groups.dim()) if axis not in (0, 2)]
        # Biased, as the net met it while training.
        mean = groups[:, :m].mean(axes, keepdim=True)  # (T, 1, D, 1 ...)
        variance = (groups[:, :m] - mean).square().mean(axes, keepdim=True)  # as mean
        per_feature = [1, 1, -1] + [1] * (groups.dim() - 3)
        scale = self.weight.view(per_feature) * torch.rsqrt(variance + self.epsilon)
        shift = self.bias.view(per_feature) - mean * scale  # (T, 1, D, 1 ...)
        return torch.addcmul(shift, groups, scale).flatten(0, 1)  # (T * (M + Q), D, ...)


@contextmanager
def sampling(net: nn.Module, t: int, m: int) -> Iterator[None]:
    """Let the net's `BatchNorm` layers take their statistics from the first M rows of T groups."""
    layers = [layer for layer in net.modules() if isinstance(layer, BatchNorm)]
    if not layers:
        raise ValueError("the net has no BatchNorm of this module: nothing would be sampled")
    for layer in layers:
        layer.groups_of = (t, m)
    try:
        yield
    finally:
        for layer in layers:
            layer.groups_of = None


def draw_batches(examples: Tensor, *, size: int, count: int, generator: torch.Generator) -> Tensor:
    """Return T = `count` random mini-batches, (T, M, ...), each without repetition.

    Args:
        examples: the training set, (N, ...).
        size: M; that of the training, or the spread is another than the net was trained with.

    Raises:
        ValueError: M < 2, which leaves no variance, or M > N.
    """
    if not 2 <= size <= len(examples):
        raise ValueError(f"cannot draw batches of {size} from {len(examples)} examples")
    rows = [torch.randperm(len(examples), generator=generator)[:size] for _ in range(count)]
    return examples[torch.stack(rows).to(examples.device)]  # (T, M, ...)


@torch.no_grad()
def sample_outputs(
    net: nn.Module, batches: Tensor, queries: Tensor, *, at_once: int = 20
) -> Tensor:
    """Return the net's outputs (T, Q, K) for Q queries under each of T mini-batches.

    Algorithm 1 with its loop over T done many at a time: each batch goes through the net beside
    the queries, so that a deep layer's statistics come from features normalized by the same batch.

    Args:
        batches: (T, M, ...) of the training set, see `draw_batches`.
        queries: (Q, ...).
        at_once: mini-batches in one pass. Bounds the memory; a small net is also faster if what
            it passes on stays in the processor's cache.
    """
    m = batches.shape[1]
    was_training = net.training
    net.eval()  # other layers, dropout among them, do what they do in evaluation
    outputs = []
    for some in batches.split(at_once):
        t = len(some)  # T of this pass
        repeated = queries.expand(t, *queries.shape)  # (T, Q, ...)
        rows = torch.cat([some, repeated], dim=1).flatten(0, 1)  # (T * (M + Q), ...)
        with sampling(net, t, m):
            outputs.append(net(rows).unflatten(0, (t, -1))[:, m:])  # (T, Q, K)
    net.train(was_training)
    return torch.cat(outputs)


def gaussian(outputs: Tensor, noise_variance: float | Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and variance of the prediction, both (Q, K), for regression.

    The variance is that of the sampled outputs plus that of the observation, 1 / tau.

    Args:
        outputs: (T, Q, K) of `sample_outputs`.
        noise_variance: 1 / tau, in squared units of the target; chosen on held-out examples.
    """
    return outputs.mean(0), outputs.var(0, correction=0) + noise_variance


def log_likelihood(outputs: Tensor, targets: Tensor, noise_variance: float | Tensor) -> Tensor:
    """Return the log density of the targets (Q, K), in nats, under the mixture of T Gaussians.

    Args:
        outputs: (T, Q, K).
        targets: (Q, K).
        noise_variance: 1 / tau, a number or (Q, K).
    """
    variance = torch.as_tensor(noise_variance, dtype=outputs.dtype, device=outputs.device)
    each = -0.5 * ((targets - outputs) ** 2 / variance + torch.log(2 * math.pi * variance))
    return torch.logsumexp(each, dim=0) - math.log(len(outputs))


def class_probabilities(outputs: Tensor) -> Tensor:
    """Return the mean over T of the softmax of (T, Q, K) outputs, (Q, K), for classification."""
    return outputs.softmax(-1).mean(0)
