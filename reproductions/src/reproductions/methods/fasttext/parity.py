"""What `reproduce check` compares between the CPU and a GPU; no result depends on it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from reproductions.contract import Context
from reproductions.methods.fasttext import baselines


def PARITY(context: Context) -> Tensor:  # noqa: N802 - the name that `reproduce check` looks for
    """Return the weights of the network over characters after three steps, on every device.

    It is the only part of this method that runs on a GPU: fastText itself is for CPUs.
    """
    torch.manual_seed(int(context.numpy("network").integers(2**31)))
    net = baselines.CharacterNetwork(5, 8).to(context.device, context.dtype)
    net.dropout.p = 0  # each device would draw its own
    draw = context.torch("batches")
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    for _step in range(3):
        letters = torch.randint(len(baselines.ALPHABET), (16, 64), generator=draw)
        labels = torch.randint(5, (16,), generator=draw).to(context.device)
        optimizer.zero_grad()
        functional.cross_entropy(net(letters.to(context.device)), labels).backward()
        optimizer.step()
    return torch.cat([values.detach().flatten() for values in net.parameters()])
