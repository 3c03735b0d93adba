"""Supervised contrastive learning (Khosla et al., 2020, arXiv:2004.11362).

Pull the embeddings of one class together and push the others away. Two losses do that; they differ
in where the sum over the positives stands: outside the logarithm (`out`, eq. 2) or inside (`in`,
eq. 3). An encoder is trained through a projection head; afterwards the head is thrown away and a
linear classifier is trained on the frozen encoder.

Symbols, as in the paper:
    N       rows of a batch: every view of every image is a row
    z_i     embedding of row i on the unit sphere (D numbers)
    A(i)    all rows but i
    P(i)    the positives of i: rows of A(i) with the label of i
    tau     temperature
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Form = Literal["out", "in"]


def supervised_contrastive_loss(
    embeddings: Tensor, labels: Tensor, temperature: float = 0.1, form: Form = "out"
) -> Tensor:
    """Return the mean loss over the anchors that have a positive, in nats.

    Args:
        embeddings: (N, D), float; only their direction matters. Two views of an image are two rows.
        labels: (N,), whole numbers.
        temperature: > 0, no unit.
        form: where the sum over the positives stands: "out" is eq. 2, "in" is eq. 3.

    Raises:
        ValueError: shapes that do not fit, or no two rows share a label.
    """
    z, kind, positives = _prepared(embeddings, labels)  # (N, D), (N,), (N,)
    anchors = positives > 0  # (N,)  the others stand in denominators only
    similarity = (z / temperature) @ z.T  # (N, N)
    similarity.diagonal().fill_(float("-inf"))  # a row is not in its own A(i)
    log_all = similarity.logsumexp(dim=1)  # (N,)  log of the denominator
    if form == "out":  # eq. 2: the mean of the logarithms
        pull = _mean_similarity(z, kind, positives)[anchors] / temperature
    else:  # eq. 3: the logarithm of the mean
        is_negative = kind[anchors, None] != kind  # (anchors, N)
        pull = similarity[anchors].masked_fill(is_negative, float("-inf")).logsumexp(dim=1)
        pull = pull - positives[anchors].log()
    return (log_all[anchors] - pull).mean()


def gradient(
    embeddings: Tensor, labels: Tensor, temperature: float = 0.1, form: Form = "out"
) -> Tensor:
    """Return, by eq. 4, what each anchor's own loss wants of its embedding: d L_i / d z_i, (N, D).

    The other rows are held fixed, and so is the length of z_i: no gradient of the normalisation.
    Anchors without positives get zeros.
    """
    z, kind, positives = _prepared(embeddings, labels)
    similarity = z @ z.T / temperature
    similarity.fill_diagonal_(float("-inf"))
    share = similarity.softmax(dim=1)  # (N, N)  P_ix of eq. 4
    weight = positive_weights(similarity, kind, form)  # (N, N)  X_ip of eq. 5
    pull = (share - weight) @ z / temperature  # (N, D)  eq. 4; X is 0 for negatives
    return torch.where(positives[:, None] > 0, pull, 0.0)


def positive_weights(similarity: Tensor, labels: Tensor, form: Form) -> Tensor:
    """Return X_ip of eq. 5: how strongly each positive pulls its anchor; rows sum to one.

    Where the two losses part: "out" gives every positive the same weight, the anchor is pulled to
    their mean; "in" gives most to the positives that are near already, and so learns little more.

    Args:
        similarity: (N, N), z_i z_p / tau, -inf on the diagonal.
    """
    is_positive = labels[:, None] == labels  # (N, N)
    is_positive.fill_diagonal_(False)
    if form == "out":
        alike = is_positive.to(similarity.dtype)
        return alike / alike.sum(dim=1, keepdim=True).clamp(min=1)
    near = similarity.masked_fill(~is_positive, float("-inf")).softmax(dim=1)
    return torch.where(is_positive, near, 0.0)  # rows without positives: NaN -> 0


class ProjectionHead(nn.Sequential):
    """Encoder output (N, width) -> the embedding that the loss sees, (N, out); section 3.1.

    Thrown away after training: the classifier stands on the encoder's output.
    """

    def __init__(self, width: int, out: int) -> None:
        super().__init__(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, out))


def _prepared(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return unit embeddings (N, D), labels as 0 … K-1 (N,), and |P(i)| as floats (N,)."""
    if embeddings.ndim != 2 or labels.shape != embeddings.shape[:1]:
        raise ValueError(f"need (N, D) and (N,), got {embeddings.shape} and {labels.shape}")
    _, kind, sizes = labels.unique(return_inverse=True, return_counts=True)
    if len(labels) == 0 or sizes.max() < 2:
        raise ValueError("no two rows share a label: there is nothing to pull together")
    return functional.normalize(embeddings, dim=1), kind, (sizes[kind] - 1).to(embeddings.dtype)


def _mean_similarity(z: Tensor, kind: Tensor, positives: Tensor) -> Tensor:
    """Return the mean of z_i z_p over P(i), (N,); 0 for anchors without positives.

    The sum over the positives goes into the product: z_i (sum of the class - z_i). That is N x D
    numbers instead of N x N, and most of why this is fast.
    """
    classes = int(kind.max()) + 1
    sums = z.new_zeros(classes, z.shape[1]).index_add(0, kind, z)  # (K, D)
    return (z * (sums[kind] - z)).sum(dim=1) / positives.clamp(min=1)
