"""Batch normalization: each feature of a layer gets mean 0 and variance 1 over the mini-batch.

Ioffe and Szegedy (2015), "Batch Normalization: Accelerating Deep Network Training by Reducing
Internal Covariate Shift", arXiv:1502.03167. Needs torch alone.

Letters of the shapes: N examples of a mini-batch, D features (or channels), H and W height and
width of a feature map. The paper's m is the number of values that one mean is taken over: N for
(N, D), and N x H x W for (N, D, H, W), since all places of a channel are normalized alike
(section 3.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

# Keeps the division finite where a feature is constant over the batch (epsilon of algorithm 1).
EPSILON = 1e-5


def axes_of_mean(x: Tensor) -> list[int]:
    """Return all axes but the features', which is axis 1."""
    return [axis for axis in range(x.dim()) if axis != 1]


def beside(vector: Tensor, x: Tensor) -> Tensor:
    """Return the vector (D,) shaped so that it meets axis 1 of `x`: (1, D), or (1, D, 1, 1)."""
    return vector.view([1, -1] + [1] * (x.dim() - 2))


class Normalize(torch.autograd.Function):
    """Algorithm 1, and its gradient by the chain rule of section 3."""

    @staticmethod
    def forward(
        ctx: Any,  # torch gives it no public type
        x: Tensor,
        gamma: Tensor,
        beta: Tensor,
        epsilon: float,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return y like x, and the batch's mean (D,) and biased variance (D,)."""
        axes = axes_of_mean(x)
        variance, mean = torch.var_mean(x, axes, correction=0)  # (D,), (D,)
        scale = torch.rsqrt(variance + epsilon)  # (D,)
        x_hat = (x - beside(mean, x)) * beside(scale, x)  # like x
        y = torch.addcmul(beside(beta, x), x_hat, beside(gamma, x))  # like x
        ctx.save_for_backward(x_hat, gamma, scale)
        ctx.mark_non_differentiable(mean, variance)
        return y, mean, variance

    @staticmethod
    def backward(
        ctx: Any, grad: Tensor, _mean: Tensor, _variance: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, None]:
        """Return the gradients by x, gamma and beta.

        The six lines of section 3 become one for x: the mean takes away the part of the gradient
        that moves all of a feature's values alike, the variance the part that stretches them.
        """
        x_hat, gamma, scale = ctx.saved_tensors
        axes = axes_of_mean(grad)
        m = grad.numel() / grad.shape[1]
        by_beta = grad.sum(axes)  # (D,)
        by_gamma = (grad * x_hat).sum(axes)  # (D,)
        stretch = torch.addcmul(grad, x_hat, beside(by_gamma / m, grad), value=-1)  # like x
        by_x = (stretch - beside(by_beta / m, grad)) * beside(gamma * scale, grad)  # like x
        return by_x, by_gamma, by_beta, None


class BatchNorm(nn.Module):
    """A layer that normalizes its input (N, D) or (N, D, H, W), with a learned scale and shift.

    While training it takes mean and variance of the mini-batch, so an example's output depends on
    its neighbours. In evaluation it takes those of the population and is one affine map
    (algorithm 2, line 11).

    Args:
        features: D.
        momentum: weight of the newest batch in the moving averages of the population, which let
            one follow the accuracy while training (section 3.1). `measure_population` replaces
            them by plain means.

    Raises:
        ValueError: while training, if a mean would be over a single value: nothing would be left.
    """

    def __init__(self, features: int, momentum: float = 0.1, epsilon: float = EPSILON) -> None:
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        self.gamma = nn.Parameter(torch.ones(features))
        self.beta = nn.Parameter(torch.zeros(features))
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("variance", torch.ones(features))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            scale = self.gamma * torch.rsqrt(self.variance + self.epsilon)  # (D,)
            shift = self.beta - self.mean * scale  # (D,)
            return torch.addcmul(beside(shift, x), x, beside(scale, x))  # like x
        m = x.numel() // x.shape[1]
        if m < 2:
            raise ValueError(f"a mean over one value normalizes it away: input {tuple(x.shape)}")
        y, mean, variance = Normalize.apply(x, self.gamma, self.beta, self.epsilon)
        with torch.no_grad():
            # Biased inside the batch, unbiased for the population: the factor m / (m - 1) stands
            # in line 10 of algorithm 2 alone.
            self.mean.lerp_(mean, self.momentum)
            self.variance.lerp_(variance * m / (m - 1), self.momentum)
        return y


@torch.no_grad()
def measure_population(net: nn.Module, batches: Iterable[Tensor]) -> None:
    """Set mean and variance of every `BatchNorm` of the net to their means over the batches.

    Algorithm 2, lines 8 to 10: E[x] is the mean of the batches' means, Var[x] is m / (m - 1)
    times the mean of their variances. The batches should have one size, the training's. The net
    is left in evaluation.
    """
    layers = [layer for layer in net.modules() if isinstance(layer, BatchNorm)]
    momenta = [layer.momentum for layer in layers]
    net.train()
    for count, batch in enumerate(batches, start=1):
        for layer in layers:
            layer.momentum = 1 / count  # a moving average with weight 1/k is the plain mean
        net(batch)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    net.eval()


def sigmoid_net(
    widths: tuple[int, ...],
    *,
    is_normalized: bool,
    generator: torch.Generator,
    deviation: float | None = None,
) -> nn.Sequential:
    """Return the net of section 4.1: sigmoid(BN(W u)) in each hidden layer, then a linear layer.

    Without normalization a hidden layer is sigmoid(W u + b). With it b is left out, since the
    batch's mean takes it away and beta does its work (section 3.2).

    Args:
        widths: of the input, of each hidden layer, and of the output: (784, 100, 100, 100, 10).
        generator: of the weights, which are normal; biases are 0. The same generator gives both
            nets the same weights.
        deviation: of the weights; None: 1 / sqrt(inputs of the layer).
    """
    layers: list[nn.Module] = []
    *hidden, last = pairwise(widths)
    for inputs, outputs in hidden:
        layers.append(nn.Linear(inputs, outputs, bias=not is_normalized))
        layers += [BatchNorm(outputs)] if is_normalized else []
        layers.append(nn.Sigmoid())
    net = nn.Sequential(*layers, nn.Linear(*last))
    with torch.no_grad():
        for layer in net:
            if isinstance(layer, nn.Linear):
                drawn = torch.randn(layer.weight.shape, generator=generator)
                layer.weight.copy_(drawn * (deviation or layer.in_features**-0.5))
                if layer.bias is not None:
                    layer.bias.zero_()
    return net
