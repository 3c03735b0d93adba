"""The experiment is a function of its seed, and its arms are paired."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional

from reproductions.contract import Context, Unit
from reproductions.methods.mask_rcnn.experiment import (
    EXPERIMENT,
    Segmenter,
    backbone,
    loss_of,
    pooled,
    probabilities,
    run_unit,
)


def outcome(arm: str, seed: int = 0):
    unit = Unit(arm, seed)
    settings = EXPERIMENT.settings("smoke", arm)
    return run_unit(unit, Context(unit, settings, torch.device("cpu"), Path()))


@pytest.mark.parametrize("arm", ["align", "pool", "softmax"])
def test_same_seed_gives_the_same_numbers_and_another_does_not(arm):
    first = outcome(arm)

    assert first == outcome(arm)
    assert first.series["loss"] != outcome(arm, seed=1).series["loss"]


def test_arms_that_differ_in_pooling_start_from_the_same_weights():
    networks = []
    for arm in ("align", "pool"):
        torch.manual_seed(0)
        networks.append(Segmenter(dict(EXPERIMENT.settings("smoke", arm))))

    for left, right in zip(*(network.parameters() for network in networks), strict=True):
        assert left.equal(right)


@pytest.mark.parametrize("stride", [8, 16])
def test_backbone_has_the_stride_that_it_says(stride):
    assert (
        backbone((4, 4, 4, 4), stride)(torch.zeros(2, 1, 64, 64)).shape[2:] == (64 // stride,) * 2
    )


def test_box_on_whole_cells_is_the_same_rounded_or_not():
    features = torch.randn(1, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    boxes, image_of = torch.tensor([[16.0, 32.0, 80.0, 96.0]]), torch.tensor([0])

    align, quantised = (
        pooled(how, features, boxes, image_of, 1 / 16) for how in ("align", "quantised")
    )

    torch.testing.assert_close(align, quantised)


def test_softmax_masks_are_trained_against_class_or_ground_at_each_place():
    logits = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([[1.0, 0.0, 1.0]]).expand(2, 3, 3)
    labels = torch.tensor([2, 0])

    loss = loss_of(logits, labels, targets, "softmax")

    places = torch.tensor([[3, 0, 3], [1, 0, 1]])[:, None, :].expand(2, 3, 3)
    torch.testing.assert_close(loss, functional.cross_entropy(logits, places))


def test_softmax_mask_is_read_as_its_class_or_the_ground():
    logits = torch.zeros(1, 4, 1, 1)
    logits[0, :, 0, 0] = torch.tensor([1.0, 9.0, 2.0, 0.0])

    drawn = probabilities(logits, torch.tensor([1]), "softmax")

    assert drawn.item() == pytest.approx(1 / (1 + torch.tensor(-1.0).exp().item()))


def test_rounded_boxes_read_a_slope_in_the_wrong_place():
    values = outcome("slope").values

    assert values["align_error"] < 1e-12
    assert 0.25 < values["quantised_error"] <= 0.5
    assert values["pool_error"] > values["quantised_error"]
