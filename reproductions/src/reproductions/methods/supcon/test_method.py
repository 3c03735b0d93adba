"""The supervised contrastive loss against the paper's formulas, one anchor and pair at a time."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from reproductions.methods.supcon.method import (
    ProjectionHead,
    gradient,
    positive_weights,
    supervised_contrastive_loss,
)

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())


def batch(rows: int = 12, classes: int = 3, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(rows, 5, generator=generator, dtype=torch.float64)
    return embeddings, torch.randint(classes, (rows,), generator=generator)


def loss_by_hand(z: Tensor, labels: Tensor, i: int, temperature: float, form: str) -> Tensor:
    """Eq. 2 or 3 for one anchor, with loops; z of unit length, the anchor has positives."""
    others = [a for a in range(len(z)) if a != i]
    positives = [p for p in others if labels[p] == labels[i]]
    total = sum(torch.exp(z[i] @ z[a] / temperature) for a in others)
    shares = [torch.exp(z[i] @ z[p] / temperature) / total for p in positives]
    if form == "out":
        return -sum(share.log() for share in shares) / len(positives)
    return -torch.log(sum(shares) / len(positives))


def has_positives(labels: Tensor) -> list[int]:
    return [i for i in range(len(labels)) if (labels == labels[i]).sum() > 1]


@pytest.mark.parametrize("form", ["out", "in"])
@pytest.mark.parametrize("temperature", [0.05, 0.1, 1.0])
def test_loss_is_the_formula_of_the_paper(form, temperature):
    embeddings, labels = batch()
    z = functional.normalize(embeddings, dim=1)
    by_hand = [loss_by_hand(z, labels, i, temperature, form) for i in has_positives(labels)]

    loss = supervised_contrastive_loss(embeddings, labels, temperature, form)

    torch.testing.assert_close(loss, torch.stack(by_hand).mean(), rtol=1e-12, atol=0)


@pytest.mark.parametrize("form", ["out", "in"])
def test_anchor_without_positives_is_in_the_denominators_only(form):
    embeddings, _ = batch(rows=5)
    labels = torch.tensor([7, 7, 3, 7, 5])
    z = functional.normalize(embeddings, dim=1)
    by_hand = [loss_by_hand(z, labels, i, 0.1, form) for i in (0, 1, 3)]

    leaf = embeddings.requires_grad_()
    loss = supervised_contrastive_loss(leaf, labels, 0.1, form)
    loss.backward()

    torch.testing.assert_close(loss.detach(), torch.stack(by_hand).mean().detach())
    assert leaf.grad.isfinite().all()


@pytest.mark.parametrize("form", ["out", "in"])
def test_gradient_agrees_with_finite_differences(form):
    embeddings, labels = batch(rows=8)
    embeddings.requires_grad_()

    assert torch.autograd.gradcheck(
        lambda e: supervised_contrastive_loss(e, labels, 0.3, form), embeddings
    )


@pytest.mark.parametrize("form", ["out", "in"])
def test_closed_gradient_of_the_paper_is_the_derivative_of_each_anchors_loss(form):
    embeddings, labels = batch()
    z = functional.normalize(embeddings, dim=1)

    closed = gradient(embeddings, labels, 0.1, form)

    for i in has_positives(labels):
        anchor = z[i].clone().requires_grad_()
        rows = torch.stack([anchor if j == i else z[j] for j in range(len(z))])
        loss_by_hand(rows, labels, i, 0.1, form).backward()
        torch.testing.assert_close(closed[i], anchor.grad, rtol=1e-11, atol=1e-11)


def test_loss_inside_the_logarithm_is_never_the_larger():
    for seed in range(50):
        embeddings, labels = batch(seed=seed)
        inside = supervised_contrastive_loss(embeddings, labels, 0.1, "in")
        outside = supervised_contrastive_loss(embeddings, labels, 0.1, "out")
        assert inside <= outside + 1e-12


def test_out_weighs_positives_alike_and_in_prefers_the_near_ones():
    z = functional.normalize(torch.tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [-1.0, 0.0]]), dim=1)
    labels = torch.tensor([0, 0, 0, 1])
    similarity = (z @ z.T / 0.1).fill_diagonal_(float("-inf"))

    alike = positive_weights(similarity, labels, "out")[0]
    near = positive_weights(similarity, labels, "in")[0]

    assert alike.tolist() == [0.0, 0.5, 0.5, 0.0]
    assert near[1] > 0.99
    assert near[3] == 0.0


def test_two_views_and_no_shared_labels_give_the_self_supervised_loss():
    embeddings, _ = batch(rows=8)
    labels = torch.arange(4).repeat(2)
    logits = (
        functional.normalize(embeddings, dim=1) @ functional.normalize(embeddings, dim=1).T / 0.2
    )
    logits.fill_diagonal_(float("-inf"))
    partner = torch.arange(8).roll(4)

    for form in ("out", "in"):
        loss = supervised_contrastive_loss(embeddings, labels, 0.2, form)
        torch.testing.assert_close(loss, functional.cross_entropy(logits, partner))


@pytest.mark.parametrize("form", ["out", "in"])
def test_equal_embeddings_cost_the_logarithm_of_the_rows_compared(form):
    labels = torch.tensor([0, 0, 0, 1, 1, 1])

    loss = supervised_contrastive_loss(torch.ones(6, 3), labels, 0.1, form)

    assert loss.item() == pytest.approx(math.log(5), rel=1e-6)


@pytest.mark.parametrize("form", ["out", "in"])
def test_cold_temperature_stays_finite_in_single_precision(form):
    embeddings, labels = batch()
    leaf = embeddings.float().requires_grad_()

    loss = supervised_contrastive_loss(leaf, labels, 0.002, form)
    loss.backward()

    assert loss.isfinite()
    assert leaf.grad.isfinite().all()


@pytest.mark.parametrize(
    ("shape", "labels"), [((3, 2), [0, 1, 2]), ((3, 2), [0, 0]), ((0, 2), []), ((4,), [0, 0, 1, 1])]
)
def test_batch_that_has_no_loss_is_refused(shape, labels):
    with pytest.raises(ValueError, match=r"need \(N, D\)|no two rows"):
        supervised_contrastive_loss(torch.ones(shape), torch.tensor(labels, dtype=torch.long))


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_loss_and_gradient_are_those_of_the_peer_as_recorded(case):
    embeddings = torch.tensor(case["embeddings"], dtype=torch.float64, requires_grad=True)

    loss = supervised_contrastive_loss(
        embeddings, torch.tensor(case["labels"]), case["temperature"], "out"
    )
    loss.backward()

    assert loss.item() == pytest.approx(case["loss"], rel=1e-12)
    torch.testing.assert_close(
        embeddings.grad, torch.tensor(case["gradient"], dtype=torch.float64), rtol=1e-9, atol=1e-12
    )


@pytest.mark.peer
def test_loss_and_gradient_are_those_of_the_peer_live():
    losses = pytest.importorskip("pytorch_metric_learning.losses")
    embeddings, labels = batch(rows=64, classes=10)
    ours, theirs = embeddings.clone().requires_grad_(), embeddings.clone().requires_grad_()

    supervised_contrastive_loss(ours, labels, 0.1, "out").backward()
    losses.SupConLoss(temperature=0.1)(theirs, labels).backward()

    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("form", ["out", "in"])
def test_one_batch_can_be_learned_by_heart(form):
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(24, 10, generator=generator)
    labels = torch.arange(24) % 3
    torch.manual_seed(2)
    head = ProjectionHead(10, 8)
    optimiser = torch.optim.Adam(head.parameters(), lr=0.01)
    for _ in range(300):
        optimiser.zero_grad()
        loss = supervised_contrastive_loss(head(images), labels, 0.1, form)
        loss.backward()
        optimiser.step()

    # With 7 positives that are all as near as can be and no negative in sight, log(7) is the least.
    assert loss.item() == pytest.approx(math.log(7), abs=0.05)
    near = functional.normalize(head(images), dim=1)
    nearest = (near @ near.T).fill_diagonal_(-1).argmax(dim=1)
    assert (labels[nearest] == labels).all()
