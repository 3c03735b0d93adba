"""Speed: 200 sampled outputs for each query against one plain forward pass over as many rows."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from reproductions.contract import Bench, Check, Pair
from reproductions.methods.mcbn.method import BatchNorm, sample_outputs

BATCHES, BATCH, QUERIES, WIDTH = 200, 32, 100, 50


def make() -> Pair:
    generator = torch.Generator().manual_seed(0)
    net = nn.Sequential(
        nn.Linear(10, WIDTH, bias=False),
        BatchNorm(WIDTH),
        nn.ReLU(),
        nn.Linear(WIDTH, WIDTH, bias=False),
        BatchNorm(WIDTH),
        nn.ReLU(),
        nn.Linear(WIDTH, 1),
    ).eval()
    with torch.no_grad():
        for weights in net.parameters():
            weights.copy_(torch.randn(weights.shape, generator=generator) / 5)
    batches = torch.randn(BATCHES, BATCH, 10, generator=generator)
    queries = torch.randn(QUERIES, 10, generator=generator)
    rows = torch.randn(BATCHES * (BATCH + QUERIES), 10, generator=generator)

    @torch.no_grad()
    def plain() -> Tensor:
        return net(rows)

    def compare() -> Check:
        ours = sample_outputs(net, batches, queries)
        error = (ours - one_by_one(net, batches, queries)).abs().max().item()
        return Check("outputs against one batch after the other, float32", error, 1e-4)

    return Pair(lambda: sample_outputs(net, batches, queries), plain, compare)


@torch.no_grad()
def one_by_one(net: nn.Sequential, batches: Tensor, queries: Tensor) -> Tensor:
    """Return what `sample_outputs` does, by a loop over the batches, layer by layer."""
    outputs = []
    for batch in batches:
        inside, asked = batch, queries
        for layer in net:
            if isinstance(layer, BatchNorm):
                mean, deviation = inside.mean(0), (inside.var(0, correction=0) + 1e-5).sqrt()
                inside, asked = (
                    (x - mean) / deviation * layer.weight + layer.bias for x in (inside, asked)
                )
            else:
                inside, asked = layer(inside), layer(asked)
        outputs.append(asked)
    return torch.stack(outputs)


BENCHES = (
    Bench(
        id="sampled_outputs",
        what=f"{BATCHES} batches of {BATCH} and {QUERIES} queries through 10-50-50-1, no gradient",
        peer="plain batched forward over the same rows",
        aim=1.2,
        make=make,
    ),
)
