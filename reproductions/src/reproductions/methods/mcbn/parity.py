"""What `reproduce check` compares between the CPU and a GPU; no result depends on it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from reproductions.contract import Context
from reproductions.methods.mcbn import method
from reproductions.methods.mcbn.experiment import perceptron


def PARITY(context: Context) -> Tensor:  # noqa: N802 - the name that `reproduce check` looks for
    """Return the weights of a small net after three steps and what it samples, on every device."""
    net = perceptron((10, 16, 16, 2), context.torch("weights")).to(context.device, context.dtype)
    draw = context.torch("batches")
    examples = torch.randn(96, 10, generator=draw).to(context.device, context.dtype)
    targets = torch.randn(96, 2, generator=draw).to(context.device, context.dtype)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net.train()
    for rows in torch.arange(96).split(32):
        optimizer.zero_grad()
        functional.mse_loss(net(examples[rows]), targets[rows]).backward()
        optimizer.step()
    batches = method.draw_batches(examples, size=32, count=8, generator=draw)
    sampled = method.sample_outputs(net, batches, examples[:20], at_once=3)  # (8, 20, 2)
    weights = [values.detach().flatten() for values in net.parameters()]
    return torch.cat([*weights, sampled.flatten()])
