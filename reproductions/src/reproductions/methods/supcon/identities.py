"""What needs no training: the paper's inequality and gradient, and the peer's numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from reproductions.contract import Check, Context, Outcome
from reproductions.methods.supcon.method import gradient, supervised_contrastive_loss


def identities(context: Context) -> Outcome:
    """Return the largest violations of what the paper proves, over random batches in float64."""
    generator = context.torch("identities")
    excess, error = -math.inf, 0.0
    for _ in range(context.settings["identity_batches"]):
        embeddings = torch.randn(24, 8, generator=generator, dtype=torch.float64)
        labels = torch.randint(4, (24,), generator=generator)
        inside, outside = (
            supervised_contrastive_loss(embeddings, labels, 0.1, form).item()
            for form in ("in", "out")
        )
        excess = max(excess, inside - outside)
        error = max(error, *(gradient_error(embeddings, labels, form) for form in ("in", "out")))
    return Outcome({"excess_of_in": excess, "gradient_error": error})


def gradient_error(embeddings: Tensor, labels: Tensor, form: str) -> float:
    """Return how far eq. 4 is from automatic differentiation of each anchor's own loss."""
    z = functional.normalize(embeddings, dim=1)
    anchors = z.clone().requires_grad_()
    # Row i holds the similarities of anchor i to the others, which do not move with it.
    similarity = (anchors @ z.T / 0.1).masked_fill(torch.eye(len(z), dtype=torch.bool), -math.inf)
    same = (labels[:, None] == labels).fill_diagonal_(False)
    log_share = similarity - similarity.logsumexp(dim=1, keepdim=True)
    count = same.sum(dim=1)
    if form == "out":
        losses = -log_share.masked_fill(~same, 0.0).sum(dim=1) / count
    else:
        losses = -(log_share.exp().masked_fill(~same, 0.0).sum(dim=1) / count).log()
    (slow,) = torch.autograd.grad(losses[count > 0].sum(), anchors)
    return (gradient(embeddings, labels, 0.1, form) - slow).abs().max().item()


def checks() -> list[Check]:
    """Compare with pytorch-metric-learning's loss and gradient, as `golden.py` recorded them."""
    golden = json.loads(Path(__file__).with_name("golden.json").read_text())
    error = 0.0
    for case in golden["cases"]:
        embeddings = torch.tensor(case["embeddings"], dtype=torch.float64, requires_grad=True)
        labels = torch.tensor(case["labels"])
        loss = supervised_contrastive_loss(embeddings, labels, case["temperature"], "out")
        loss.backward()
        expected = torch.tensor(case["gradient"], dtype=torch.float64)
        error = max(error, abs(loss.item() - case["loss"]))
        error = max(error, (embeddings.grad - expected).abs().max().item())
    return [Check(f"loss and gradient against {golden['peer']}", error, 1e-9)]
