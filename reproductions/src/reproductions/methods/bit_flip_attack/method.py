"""Bit-flip attack: few chosen bits of the stored weights destroy a quantized network.

Rakin et al. (2019), arXiv:1903.12269. The weights of each layer are whole numbers of `bits` bits in
two's complement times one step (section 3.1). The progressive bit search (section 3.3) ranks bits
by the gradient of the loss, tries the best of each layer, and keeps the one that hurts most.

Symbols: W weights of a layer, B bits of a weight. Bit 0 is the lowest, bit B-1 the sign.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class Flip(NamedTuple):
    """One bit: of which layer, of which weight (its place in the flattened layer)."""

    layer: int
    weight: int
    bit: int


def to_codes(weight: Tensor, bits: int) -> tuple[Tensor, float]:
    """Return the whole numbers nearest to weight / step, and the step.

    Returns:
        codes in [-(2^(B-1) - 1), 2^(B-1) - 1], int64, of the weight's shape; the lowest number of
        two's complement is not used by any weight, but a flip can reach it. The step lets the
        largest weight be the largest code.
    """
    most = 2 ** (bits - 1) - 1
    step = weight.abs().max().item() / most or 1.0
    return (weight / step).round().clamp(-most, most).long(), step


def to_bits(codes: Tensor, bits: int) -> Tensor:
    """Return the bits (..., B), 0 or 1, lowest first, of codes in two's complement."""
    places = torch.arange(bits, device=codes.device)
    return (codes[..., None] >> places) & 1  # >> keeps the sign, so this is two's complement


def from_bits(flags: Tensor) -> Tensor:
    """Return the codes (...) of bits (..., B)."""
    return (flags * place_values(flags.shape[-1], flags.device)).sum(-1)


def place_values(bits: int, device: torch.device | None = None) -> Tensor:
    """Return what each bit counts (B,): 1, 2, 4 … and -2^(B-1) for the sign."""
    values = 2 ** torch.arange(bits, device=device)
    values[-1] = -values[-1]
    return values


class Memory:
    """The stored weights of a network; flipping a bit here changes the network at once.

    Holds the weights of all Linear and Conv2d layers. Biases and normalization stay as they are,
    and so do running statistics: the network is put into evaluation mode.
    """

    def __init__(self, net: nn.Module, bits: int) -> None:
        self.net, self.bits = net.eval(), bits
        self.layers = [part for part in net.modules() if isinstance(part, nn.Linear | nn.Conv2d)]
        self.codes: list[Tensor] = []
        self.steps: list[float] = []
        for layer in self.layers:
            codes, step = to_codes(layer.weight.detach(), bits)
            self.codes.append(codes.flatten())  # (W,)
            self.steps.append(step)
            layer.weight.data.copy_(codes.to(layer.weight.dtype) * step)

    def __len__(self) -> int:
        """Return how many bits there are."""
        return self.bits * sum(len(codes) for codes in self.codes)

    def flip(self, flip: Flip) -> None:
        """Turn one bit over; twice is as if never."""
        codes = self.codes[flip.layer]
        code = int(codes[flip.weight]) ^ (1 << flip.bit)
        # Back into the range of two's complement: the sign bit of a Python number is elsewhere.
        half = 1 << (self.bits - 1)
        code = (code + half) % (2 * half) - half
        codes[flip.weight] = code
        weight = self.layers[flip.layer].weight.data
        # The same product as at first, so that a flip and its undoing leave no trace.
        weight.view(-1)[flip.weight] = codes[flip.weight].to(weight.dtype) * self.steps[flip.layer]

    def bit_at(self, number: int) -> Flip:
        """Return the bit of a number from 0 to len - 1, counted through all layers."""
        weight, bit = divmod(number, self.bits)
        for layer, codes in enumerate(self.codes):
            if weight < len(codes):
                return Flip(layer, weight, bit)
            weight -= len(codes)
        raise IndexError(f"there are {len(self)} bits, not {number}")


def rises(codes: Tensor, slope: Tensor, step: float, bits: int) -> Tensor:
    """Return by how much the loss rises for each bit turned over (W, B), to first order.

    Turning a bit over adds its place value where it was 0 and takes it away where it was 1; the
    chain rule with the slope of the loss in the weight (W,) gives the slope in the bit times the
    direction it can go. Only what is above zero raises the loss: the paper's mask.
    """
    values = place_values(bits, codes.device) * (1 - 2 * to_bits(codes, bits))  # (W, B)
    return slope[:, None] * (step * values)


def candidates(memory: Memory, images: Tensor, labels: Tensor, per_layer: int = 1) -> list[Flip]:
    """Return the bits of each layer that raise the loss most to first order (in-layer search)."""
    weights = [layer.weight for layer in memory.layers]
    slopes = torch.autograd.grad(functional.cross_entropy(memory.net(images), labels), weights)
    found = []
    for layer, (codes, slope) in enumerate(zip(memory.codes, slopes, strict=True)):
        rise = rises(codes, slope.flatten(), memory.steps[layer], memory.bits)  # (W, B)
        top = rise.flatten().topk(min(per_layer, rise.numel()))
        for gain, place in zip(top.values.tolist(), top.indices.tolist(), strict=True):
            if gain > 0:
                found.append(Flip(layer, *divmod(place, memory.bits)))
    return found


@torch.no_grad()
def loss_after(memory: Memory, flip: Flip, images: Tensor, labels: Tensor) -> float:
    """Return the loss with this bit turned over, and turn it back."""
    memory.flip(flip)
    loss = functional.cross_entropy(memory.net(images), labels).item()
    memory.flip(flip)
    return loss


def attack(memory: Memory, images: Tensor, labels: Tensor) -> Iterator[Flip]:
    """Turn over bit after bit, always the worst of the layers' best (cross-layer search).

    Args:
        images, labels: the attacker's few examples; the network is judged on others.

    Yields:
        each bit once it is turned over; ends if no bit raises the loss to first order.
    """
    while found := candidates(memory, images, labels):
        worst = max(found, key=lambda flip: loss_after(memory, flip, images, labels))
        memory.flip(worst)
        yield worst


def at_random(memory: Memory, generator: torch.Generator) -> Iterator[Flip]:
    """Turn over bits at random, each at most once, until there are none left."""
    for number in torch.randperm(len(memory), generator=generator).tolist():
        flip = memory.bit_at(number)
        memory.flip(flip)
        yield flip
