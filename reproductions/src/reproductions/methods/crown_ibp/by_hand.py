"""Three operations of the bounds, with gradients by hand: those of autograd, but faster.

Symbols as in `method.py`: N images, S rows of the specification, H units of a layer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def lines_through_relu(
    slope: Tensor, low: Tensor, high: Tensor, offset: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the slope (N, S, H) before a ReLU and what it adds (N, S), passed backwards.

    A positive slope takes the lower line, a negative one the upper.

    Args:
        slope: (N, S, H), of the units after the ReLU.
        low, high, offset: of the two lines, each (N, 1, H). `low` is 0 or 1, and a constant.
    """
    return _LinesThroughRelu.apply(slope, low, high, offset)


def least(slope: Tensor, middle: Tensor, radius: Tensor) -> Tensor:
    """Return the smallest value (N, S) of slope . x over middle +- radius.

    Args:
        slope: (N, S, H).
        middle, radius: (N, H).
    """
    return _Least.apply(slope, middle, radius)


def transposed(y: Tensor, weight: Tensor, step: int, pad: int, size: torch.Size) -> Tensor:
    """Return the transposed convolution of y, of shape (N, C, *size).

    The same as `conv_transpose2d`, up to five times as fast on a CPU.
    """
    return _Transposed.apply(y, weight, step, pad, size)


class _LinesThroughRelu(torch.autograd.Function):
    # In place where it can be: (N, S, H) is large, and reading it is what costs.

    @staticmethod
    def forward(ctx, slope, low, high, offset):
        negative = slope.clamp(max=0)
        ctx.save_for_backward(negative, low, high, offset)
        out = (slope * low).addcmul_(negative, high - low)  # (N, S, H)
        return out, (negative @ offset.mT)[:, :, 0]  # (N, S)

    @staticmethod
    def backward(ctx, to_out, to_added):  # (N, S, H), (N, S)
        negative, low, high, offset = ctx.saved_tensors
        to_slope = torch.mul(to_out, high - low)
        to_slope.addcmul_(to_added[:, :, None], offset).mul_(negative < 0).addcmul_(to_out, low)
        to_high = (to_out * negative).sum(1, keepdim=True)  # (N, 1, H)
        return to_slope, None, to_high, to_added[:, None] @ negative


class _Least(torch.autograd.Function):
    @staticmethod
    def forward(ctx, slope, middle, radius):
        ctx.save_for_backward(slope, middle, radius)
        return (slope @ middle[:, :, None] - slope.abs() @ radius[:, :, None])[:, :, 0]

    @staticmethod
    def backward(ctx, to_least):  # (N, S)
        slope, middle, radius = ctx.saved_tensors
        to_radius = None
        if ctx.needs_input_grad[2]:
            to_radius = -(to_least[:, :, None] * slope.abs()).sum(1)
        corner = slope.sign().mul_(radius[:, None]).neg_().add_(middle[:, None])  # (N, S, H)
        to_middle = None
        if ctx.needs_input_grad[1]:
            to_middle = (to_least[:, :, None] * slope).sum(1)
        return corner.mul_(to_least[:, :, None]), to_middle, to_radius


class _Transposed(torch.autograd.Function):
    # By plain convolutions: with a stride of 2, every second row and column of the result looks at
    # its own part of the kernel.

    @staticmethod
    def forward(ctx, y, weight, step, pad, size):
        ctx.save_for_backward(y, weight)
        ctx.places = step, pad
        outer, inner, kernel, _ = weight.shape
        part = -(-kernel // step)  # of the kernel, along one axis
        rest = part * step - kernel
        parts = functional.pad(weight, (0, rest, 0, rest))
        parts = parts.view(outer, inner, part, step, part, step).permute(1, 3, 5, 0, 2, 4)
        parts = parts.flatten(0, 2).flip(2, 3)  # (C step^2, outer, part, part)
        back = functional.pixel_shuffle(functional.conv2d(y, parts, padding=part - 1), step)
        back = back[:, :, pad : pad + size[0], pad : pad + size[1]]
        # The last rows and columns may have been looked at by nothing.
        return functional.pad(back, (0, size[1] - back.shape[3], 0, size[0] - back.shape[2]))

    @staticmethod
    def backward(ctx, to_back):
        y, weight = ctx.saved_tensors
        to_y = functional.conv2d(to_back, weight, None, *ctx.places)
        to_weight = nn.grad.conv2d_weight(to_back, weight.shape, y, *ctx.places)
        return to_y, to_weight, None, None, None
