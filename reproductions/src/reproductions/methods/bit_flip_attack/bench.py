"""Speed of the in-layer search against the same search with a tensor for every bit.

The attack's public code is no package; what it does, a slope for each stored bit, is written here.
"""

from __future__ import annotations

import torch
from torch import nn

from reproductions.contract import Bench, Check, Pair
from reproductions.methods.bit_flip_attack import method, twin

CHANNELS = (1, 16, 16, 32, 32, 64)


def _pair() -> Pair:
    draws = torch.Generator().manual_seed(0)
    layers: list[nn.Module] = []
    for place, stride in enumerate((1, 2, 1, 2, 2)):
        layers += [nn.Conv2d(CHANNELS[place], CHANNELS[place + 1], 3, stride, 1), nn.ReLU()]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    for parameter in net.parameters():
        nn.init.uniform_(parameter, -0.1, 0.1, generator=draws)
    images = torch.rand(128, 1, 14, 14, generator=draws)
    labels = torch.randint(10, (128,), generator=draws)
    memory = method.Memory(net, 8)

    def ours() -> list[method.Flip]:
        return method.candidates(memory, images, labels)

    def theirs() -> list[method.Flip]:
        found = []
        slopes = twin.bit_slopes(memory, images, labels)
        for layer, (codes, slope) in enumerate(zip(memory.codes, slopes, strict=True)):
            flags = method.to_bits(codes, memory.bits)
            rise = (slope * (1 - 2 * flags)).flatten()
            found.append(method.Flip(layer, *divmod(int(rise.argmax()), memory.bits)))
        return found

    def compare() -> Check:
        differ = sum(a != b for a, b in zip(ours(), theirs(), strict=True))
        return Check("best bit of each layer", float(differ), 0.0)

    return Pair(ours, theirs, compare)


BENCHES = (
    Bench(
        id="in_layer_search",
        what="best bit of each of 6 layers, 35,344 weights of 8 bits, 128 images of 14x14",
        peer="slopes of all bits by autograd",
        aim=1.0,
        make=_pair,
    ),
)
