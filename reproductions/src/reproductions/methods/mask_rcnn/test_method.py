"""RoIAlign and the mask head against the paper's description, one sample point at a time."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from reproductions.methods.mask_rcnn.method import (
    MaskHead,
    mask_loss,
    mask_targets,
    of_class,
    paste_masks,
    roi_align,
)

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())


def scene(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Return features (2, 3, 6, 8), ten boxes at a scale of 1/4, some over the edge, and images."""
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(2, 3, 6, 8, generator=generator, dtype=torch.float64)
    low = torch.rand(10, 2, generator=generator, dtype=torch.float64) * 30 - 6
    size = torch.rand(10, 2, generator=generator, dtype=torch.float64) * 20 + 0.5
    return features, torch.cat([low, low + size], dim=1), torch.arange(10) % 2


def interpolated(plane: Tensor, y: float, x: float) -> Tensor:
    """The map (C, H, W) between its cells, whose values stand at whole coordinates."""
    _, height, width = plane.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return plane.new_zeros(len(plane))
    y, x = min(max(y, 0.0), height - 1), min(max(x, 0.0), width - 1)
    top, left = math.floor(y), math.floor(x)
    value = plane.new_zeros(len(plane))
    for i in {top, min(top + 1, height - 1)}:
        for j in {left, min(left + 1, width - 1)}:
            value = value + plane[:, i, j] * (1 - abs(y - i)) * (1 - abs(x - j))
    return value


def align_by_hand(
    features: Tensor, boxes: Tensor, image_of: Tensor, size: int, scale: float, samples: int
) -> Tensor:
    """RoIAlign as section 3 says it: for every bin the mean of regular points in it."""
    out = features.new_zeros(len(boxes), features.shape[1], size, size)
    for r, (box, image) in enumerate(zip(boxes.tolist(), image_of.tolist(), strict=True)):
        x1, y1, x2, y2 = (edge * scale for edge in box)
        high, wide = (y2 - y1) / size, (x2 - x1) / size
        for i in range(size):
            for j in range(size):
                for a in range(samples):
                    for b in range(samples):
                        y = y1 + (i + (a + 0.5) / samples) * high
                        x = x1 + (j + (b + 0.5) / samples) * wide
                        point = interpolated(features[image], y - 0.5, x - 0.5)
                        out[r, :, i, j] += point / samples**2
    return out


@pytest.mark.parametrize(("size", "samples"), [(2, 2), (3, 1), (5, 3)])
def test_bins_are_the_means_of_interpolated_points(size, samples):
    features, boxes, image_of = scene()

    fast = roi_align(features, boxes, image_of, size, 0.25, samples)

    slow = align_by_hand(features, boxes, image_of, size, 0.25, samples)
    torch.testing.assert_close(fast, slow, rtol=1e-12, atol=1e-12)


def test_gradient_agrees_with_finite_differences():
    features, boxes, image_of = scene()
    features = features[:, :1].clone().requires_grad_()

    assert torch.autograd.gradcheck(lambda f: roi_align(f, boxes, image_of, 2, 0.25), features)


def test_nothing_is_rounded_a_slope_is_read_exactly():
    row = torch.arange(8, dtype=torch.float64) + 0.5
    slope = (3 * row[None, :] + row[:6, None])[None, None]  # value at (x, y) is 3 x + y
    box = torch.tensor([[5.3, 6.1, 27.9, 17.7]], dtype=torch.float64)

    bins = roi_align(slope, box, torch.tensor([0]), 4, 0.25)[0, 0]

    middles = (torch.arange(4, dtype=torch.float64) + 0.5) / 4
    x, y = (5.3 + middles * (27.9 - 5.3)) / 4, (6.1 + middles * (17.7 - 6.1)) / 4
    torch.testing.assert_close(bins, 3 * x[None, :] + y[:, None], rtol=1e-12, atol=1e-12)


def test_box_that_moves_by_a_cell_reads_the_map_that_moves_by_a_cell():
    features, boxes, image_of = scene()
    boxes = boxes.clamp(4, 20)
    boxes[:, 2:] = boxes[:, :2] + 3
    moved = features.roll((1, 1), dims=(2, 3))

    here = roi_align(features, boxes, image_of, 3, 0.25)
    there = roi_align(moved, boxes + 4, image_of, 3, 0.25)

    inside = (boxes >= 4).all(1) & (boxes[:, 2] < 24) & (boxes[:, 3] < 16)
    assert inside.any()
    torch.testing.assert_close(here[inside], there[inside])


def test_no_boxes_give_no_features():
    features, boxes, image_of = scene()

    assert roi_align(features, boxes[:0], image_of[:0], 7).shape == (0, 3, 7, 7)


@pytest.mark.parametrize("name", ["align", "half_a_cell_off"])
def test_output_and_gradient_are_those_of_the_peer_as_recorded(name):
    (recorded,) = (one for one in GOLDEN["pooled"] if one["name"] == name)
    features = torch.tensor(GOLDEN["features"], dtype=torch.float64, requires_grad=True)

    boxes = torch.tensor(GOLDEN["boxes"], dtype=torch.float64)
    image_of = torch.tensor(GOLDEN["image_of"])

    output = roi_align(
        features, boxes, image_of, GOLDEN["size"], GOLDEN["scale"], aligned=name == "align"
    )
    (output * torch.arange(output.numel()).view(output.shape)).sum().backward()

    expected = torch.tensor(recorded["output"], dtype=torch.float64)
    torch.testing.assert_close(output.detach(), expected, rtol=1e-12, atol=1e-12)
    gradient = torch.tensor(recorded["gradient"], dtype=torch.float64)
    torch.testing.assert_close(features.grad, gradient, rtol=1e-10, atol=1e-10)


@pytest.mark.peer
@pytest.mark.parametrize("aligned", [True, False])
def test_output_and_gradient_are_those_of_the_peer_live(aligned):
    peer = pytest.importorskip("torchvision.ops")
    features, boxes, image_of = scene(1)
    ours, theirs = features.clone().requires_grad_(), features.clone().requires_grad_()
    rois = torch.cat([image_of[:, None].double(), boxes], dim=1)

    a = roi_align(ours, boxes, image_of, 7, 0.25, 2, aligned)
    b = peer.roi_align(theirs, rois, 7, 0.25, 2, aligned)
    (a * a.detach().sin()).sum().backward()
    (b * b.detach().sin()).sum().backward()

    torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-11, atol=1e-11)


def test_head_doubles_the_size_and_draws_a_mask_per_class():
    head = MaskHead(channels=4, classes=3, width=8)

    assert head(torch.zeros(5, 4, 14, 14)).shape == (5, 3, 28, 28)


def test_loss_looks_at_the_mask_of_the_true_class_alone():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(4, 3, 5, 5, generator=generator, requires_grad=True)
    labels = torch.tensor([2, 0, 1, 2])
    targets = (torch.rand(4, 5, 5, generator=generator) > 0.5).float()

    loss = mask_loss(logits, labels, targets)
    loss.backward()

    by_hand = 0.0
    for r in range(4):
        chance = 1 / (1 + torch.exp(-logits[r, labels[r]]))
        by_hand -= (targets[r] * chance.log() + (1 - targets[r]) * (1 - chance).log()).mean() / 4
    torch.testing.assert_close(loss, by_hand)
    is_true = torch.nn.functional.one_hot(labels, 3).bool()
    assert (logits.grad[~is_true] == 0).all()
    assert (logits.grad[is_true] != 0).all()


def test_target_is_the_object_in_the_frame_of_its_box():
    mask = torch.zeros(1, 20, 20)
    mask[0, 4:12, 6:10] = 1  # left half of the box below
    box = torch.tensor([[6.0, 4.0, 14.0, 12.0]])

    target = mask_targets(mask, box, 4)[0]

    assert target.tolist() == [[1, 1, 0, 0]] * 4


def test_mask_that_is_cut_out_and_pasted_back_is_where_it_was():
    y, x = torch.meshgrid(torch.arange(64) + 0.5, torch.arange(64) + 0.5, indexing="ij")
    disc = ((x - 31.3).square() + (y - 25.8).square() <= 15**2).float()[None]
    box = torch.tensor([[16.0, 10.0, 47.0, 41.0]])

    pasted = paste_masks(mask_targets(disc, box, 28), box, 64, 64) >= 0.5

    shared = (pasted & disc.bool()).sum() / (pasted | disc.bool()).sum()
    assert shared > 0.97
    assert not pasted[0, :, :16].any()
    assert not pasted[0, 41:].any()


def test_one_batch_can_be_learned_by_heart():
    generator = torch.Generator().manual_seed(3)
    features = torch.randn(6, 4, 7, 7, generator=generator)
    labels = torch.arange(6) % 3
    targets = torch.zeros(6, 14, 14)
    for r in range(6):
        targets[r, r : r + 6, 2 : 3 + 2 * r] = 1
    torch.manual_seed(4)
    head = MaskHead(4, 3, width=32, convolutions=2)
    optimiser = torch.optim.Adam(head.parameters(), lr=0.005)

    for _ in range(200):
        optimiser.zero_grad()
        loss = mask_loss(head(features), labels, targets)
        loss.backward()
        optimiser.step()

    drawn = of_class(head(features), labels) > 0
    assert loss < 0.02
    assert (drawn == targets.bool()).float().mean() > 0.99
