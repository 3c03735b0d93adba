"""Residual learning: layers fit the difference to their input, which a shortcut carries past them.

He, Zhang, Ren and Sun (2015), "Deep Residual Learning for Image Recognition", arXiv:1512.03385.
Needs torch alone.

Letters of the shapes: N images, C channels, H and W height and width, K classes.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional


def identity_shortcut(x: Tensor, *, channels: int, stride: int) -> Tensor:
    """Return x brought to another size without any parameter: option A of section 3.3.

    Of (N, C, H, W) every `stride`-th place is kept, and new channels are zeros:
    (N, channels, ceil(H / stride), ceil(W / stride)).
    """
    missing = channels - x.shape[1]
    kept = x[:, :, ::stride, ::stride]
    return functional.pad(kept, (0, 0, 0, 0, 0, missing)) if missing else kept


class Block(nn.Module):
    """Two 3x3 convolutions with batch normalization; figure 2, equation 1: y = F(x, {W}) + x.

    The second ReLU comes after the addition. Without the shortcut it is the same part of the plain
    net that the paper compares with: as many layers, parameters and operations.

    Args:
        inputs, outputs: channels before and after.
        stride: of the first convolution; 2 halves height and width.
        is_residual: whether the input is added.
    """

    def __init__(self, inputs: int, outputs: int, *, stride: int, is_residual: bool) -> None:
        super().__init__()
        self.outputs, self.stride, self.is_residual = outputs, stride, is_residual
        self.first = convolution(inputs, outputs, stride)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = convolution(outputs, outputs)
        self.second_norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        inside = functional.relu(self.first_norm(self.first(x)))  # (N, outputs, H/s, W/s)
        residual = self.second_norm(self.second(inside))  # as inside
        if self.is_residual:
            residual = residual + identity_shortcut(x, channels=self.outputs, stride=self.stride)
        return functional.relu(residual)


class ResidualNet(nn.Module):
    """The net of section 4.2 for small images: 6n + 2 layers with parameters.

    A 3x3 convolution, then three stages of n blocks with `width`, 2 x and 4 x as many channels,
    each stage after the first at half the height and width; the mean over all places, and one
    linear layer. The paper's has width 16 for images of 32 x 32.

    Args:
        depth: 6n + 2 for n = 1, 2, ...: 8, 14, 20, 32, 44, 56, 110.
        generator: of the weights; the same one gives residual and plain nets the same.

    Raises:
        ValueError: there is no n for this depth.
    """

    def __init__(
        self,
        depth: int,
        *,
        is_residual: bool,
        generator: torch.Generator,
        width: int = 16,
        channels: int = 3,
        classes: int = 10,
    ) -> None:
        super().__init__()
        n, rest = divmod(depth - 2, 6)
        if n < 1 or rest:
            raise ValueError(f"depth must be 6n + 2 with n >= 1, not {depth}")
        self.stem = convolution(channels, width)
        self.stem_norm = nn.BatchNorm2d(width)
        sizes = [width, *[width] * n, *[2 * width] * n, *[4 * width] * n]
        self.blocks = nn.Sequential(
            *(
                Block(
                    inputs, outputs, stride=1 if inputs == outputs else 2, is_residual=is_residual
                )
                for inputs, outputs in pairwise(sizes)
            )
        )
        self.linear = nn.Linear(4 * width, classes)
        initialize(self, generator)

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (N, K) of images (N, C, H, W)."""
        x = functional.relu(self.stem_norm(self.stem(images)))  # (N, width, H, W)
        x = self.blocks(x)  # (N, 4 * width, ceil(H / 4), ceil(W / 4))
        return self.linear(x.mean((2, 3)))  # (N, K)


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    """Return a 3x3 convolution that keeps height and width, but for the stride.

    It has no bias: the batch normalization behind it would take it away.
    """
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)


@torch.no_grad()
def initialize(net: nn.Module, generator: torch.Generator) -> None:
    """Draw all weights by He et al. (2015), arXiv:1502.01852: normal, variance 2 / fan-in.

    The fan-in of a convolution is its channels times 9. The linear layer at the end has no ReLU
    behind it and takes 1 / fan-in. Biases are 0.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            fan_in = layer.weight[0].numel()
            variance = (2 if isinstance(layer, nn.Conv2d) else 1) / fan_in
            drawn = torch.randn(layer.weight.shape, generator=generator)
            layer.weight.copy_(drawn * variance**0.5)
        if isinstance(layer, nn.Linear):
            layer.bias.zero_()
