"""What `reproduce check` compares between the CPU and a GPU; no result depends on it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from reproductions.contract import Context
from reproductions.methods.resnet.method import ResidualNet


def PARITY(context: Context) -> Tensor:  # noqa: N802 - the name that `reproduce check` looks for
    """Return the weights of a small residual net after three steps, on every device."""
    net = ResidualNet(8, is_residual=True, generator=context.torch("weights"), width=4, channels=1)
    net.to(context.device, context.dtype)
    draw = context.torch("batches")
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    for _step in range(3):
        images = torch.randn(16, 1, 10, 10, generator=draw).to(context.device, context.dtype)
        labels = torch.randint(10, (16,), generator=draw).to(context.device)
        optimizer.zero_grad()
        functional.cross_entropy(net(images), labels).backward()
        optimizer.step()
    return torch.cat([values.detach().flatten() for values in net.parameters()])
