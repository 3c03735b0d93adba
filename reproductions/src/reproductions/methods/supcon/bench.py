"""The loss beside that of pytorch-metric-learning: same batch, forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import torch
from torch import Tensor

from reproductions.contract import Bench, Check, Pair, PeerMissing
from reproductions.methods.supcon.method import supervised_contrastive_loss

CLASSES = 10
WIDTH = 128
TEMPERATURE = 0.1
# In float32, of gradients that are about 1e-4.
LIMIT = 1e-7


def pair(rows: int) -> Pair:
    """Return both losses on one batch of `rows` embeddings."""
    try:
        from pytorch_metric_learning.losses import SupConLoss
    except ImportError as missing:
        raise PeerMissing("pip install pytorch-metric-learning") from missing
    generator = torch.Generator().manual_seed(rows)
    embeddings = torch.randn(rows, WIDTH, generator=generator)
    labels = torch.randint(CLASSES, (rows,), generator=generator)
    peer = SupConLoss(temperature=TEMPERATURE)

    def gradient_of(loss: Callable[[Tensor], Tensor]) -> Tensor:
        leaf = embeddings.clone().requires_grad_()
        loss(leaf).backward()
        return leaf.grad

    def ours() -> Tensor:
        return gradient_of(lambda z: supervised_contrastive_loss(z, labels, TEMPERATURE, "out"))

    def theirs() -> Tensor:
        return gradient_of(lambda z: peer(z, labels))

    def compare() -> Check:
        error = (ours() - theirs()).abs().max().item()
        return Check(f"gradient of {rows} rows against the peer", error, LIMIT)

    return Pair(ours, theirs, compare)


def _peer() -> str:
    try:
        return f"pytorch-metric-learning {version('pytorch-metric-learning')}, SupConLoss"
    except PackageNotFoundError:
        return "pytorch-metric-learning, SupConLoss"


def _bench(rows: int) -> Bench:
    return Bench(
        id=f"loss_{rows}",
        what=f"loss, forward and backward, {rows} x {WIDTH}, {CLASSES} classes",
        peer=_peer(),
        aim=0.4,
        make=lambda: pair(rows),
    )


BENCHES = (_bench(512), _bench(1024))
