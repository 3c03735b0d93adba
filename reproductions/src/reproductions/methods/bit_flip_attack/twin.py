"""The search as the paper writes it: bits are tensors, their slopes come from autograd."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from reproductions.contract import Check
from reproductions.methods.bit_flip_attack import method


def bit_slopes(memory: method.Memory, images: Tensor, labels: Tensor) -> list[Tensor]:
    """Return the slope of the loss in each bit (W, B), bits taken as real numbers."""
    names = {id(part.weight): name for name, part in _named(memory.net)}
    bits, weights = [], {}
    for codes, step, layer in zip(memory.codes, memory.steps, memory.layers, strict=True):
        flags = method.to_bits(codes, memory.bits).to(layer.weight.dtype).requires_grad_()
        count = flags.shape[-1]
        value = -(2 ** (count - 1)) * flags[:, -1]
        for place in range(count - 1):
            value = value + 2**place * flags[:, place]
        bits.append(flags)
        weights[names[id(layer.weight)]] = (step * value).view_as(layer.weight)
    loss = functional.cross_entropy(functional_call(memory.net, weights, (images,)), labels)
    return list(torch.autograd.grad(loss, bits))


def best_of_layers(memory: method.Memory, images: Tensor, labels: Tensor) -> list[method.Flip]:
    """Return the best bit of each layer: b becomes b xor m, m = b xor (sign(slope) / 2 + 1/2)."""
    found = []
    for layer, slopes in enumerate(bit_slopes(memory, images, labels)):
        best, chosen = 0.0, None
        flags = method.to_bits(memory.codes[layer], memory.bits)
        for weight, row in enumerate(slopes.tolist()):
            for bit, slope in enumerate(row):
                mask = int(flags[weight, bit]) ^ (1 if slope > 0 else 0)
                if mask and abs(slope) > best:
                    best, chosen = abs(slope), method.Flip(layer, weight, bit)
        if chosen is not None:
            found.append(chosen)
    return found


def example(bits: int = 8) -> tuple[method.Memory, Tensor, Tensor]:
    """Return a tiny network (a convolution and a layer, 68 weights) with images and labels."""
    draws = torch.Generator().manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 2, 2), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3)
    ).double()
    for weight in net.parameters():
        nn.init.uniform_(weight, -0.6, 0.6, generator=draws)
    images = torch.rand(20, 1, 4, 4, generator=draws, dtype=torch.float64)
    return method.Memory(net, bits), images, torch.arange(20) % 3


def compare_with_twin() -> list[Check]:
    """Return how the fast search differs from the slow one, on the tiny network."""
    checks = []
    for bits in (4, 6, 8):
        memory, images, labels = example(bits)
        found = method.candidates(memory, images, labels)
        slowly = best_of_layers(memory, images, labels)
        other = sum(fast != slow for fast, slow in zip(found, slowly, strict=True))
        checks.append(Check(f"best bits of the layers against the twin, {bits} bits", other, 0))
        codes = torch.arange(-(2 ** (bits - 1)), 2 ** (bits - 1))
        wrong = (method.from_bits(method.to_bits(codes, bits)) != codes).sum().item()
        checks.append(Check(f"all {2**bits} codes to bits and back", wrong, 0))
    return checks


def _named(net: nn.Module) -> list[tuple[str, nn.Module]]:
    parts = net.named_modules()
    return [
        (f"{name}.weight", part) for name, part in parts if isinstance(part, nn.Linear | nn.Conv2d)
    ]
