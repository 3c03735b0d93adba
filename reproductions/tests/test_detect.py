"""Boxes, suppression and RoIPool against loops over pairs and cells, and against the peer."""

import json
import math
from pathlib import Path

import numpy
import pytest
import torch
from torch import Tensor

from reproductions.methods import mask_rcnn
from reproductions.parts.detect import nms as suppression
from reproductions.parts.detect.boxes import box_iou, mask_iou, masks_to_boxes
from reproductions.parts.detect.nms import batched_nms, nms
from reproductions.parts.detect.roi_pool import roi_pool

GOLDEN = json.loads((Path(mask_rcnn.__file__).parent / "golden.json").read_text())


def some_boxes(count: int, seed: int = 0, side: float = 60) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    low = torch.rand(count, 2, generator=generator) * side
    size = torch.rand(count, 2, generator=generator) * 40 + 1
    return torch.cat([low, low + size], dim=1), torch.rand(count, generator=generator)


def iou_by_hand(a: list[float], b: list[float]) -> float:
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = ((one[2] - one[0]) * (one[3] - one[1]) for one in (a, b))
    return wide * high / (sum(areas) - wide * high)


def test_overlap_of_boxes_is_shared_area_over_joint_area():
    left, right = some_boxes(6)[0], some_boxes(9, seed=1)[0]

    found = box_iou(left, right)

    by_hand = [[iou_by_hand(a, b) for b in right.tolist()] for a in left.tolist()]
    torch.testing.assert_close(found, torch.tensor(by_hand))


def test_boxes_without_area_overlap_nothing():
    point = torch.tensor([[3.0, 3.0, 3.0, 3.0]])

    assert box_iou(point, point).item() == 0.0


def test_overlap_of_masks_is_shared_pixels_over_joint_pixels():
    left = torch.zeros(2, 4, 4, dtype=torch.bool)
    right = left.clone()
    left[0, :2], right[0, 1:3] = True, True

    assert mask_iou(left, right).tolist() == pytest.approx([1 / 3, 0.0])


def test_box_of_a_mask_ends_where_the_mask_ends():
    masks = torch.zeros(2, 6, 8, dtype=torch.bool)
    masks[0, 1:4, 2:7] = True

    assert masks_to_boxes(masks).tolist() == [[2, 1, 7, 4], [0, 0, 0, 0]]


def suppressed_by_hand(boxes: Tensor, scores: Tensor, threshold: float) -> list[int]:
    """From the best down: keep, and strike out what overlaps it."""
    left = sorted(range(len(boxes)), key=lambda i: -scores[i].item())
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if box_iou(boxes[[best]], boxes[[i]]).item() <= threshold]
    return kept


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, 1.0])
def test_suppression_strikes_out_what_overlaps_a_better_box(threshold):
    boxes, scores = some_boxes(60)

    assert nms(boxes, scores, threshold).tolist() == suppressed_by_hand(boxes, scores, threshold)


@pytest.mark.parametrize("seed", range(5))
def test_compiled_and_plain_suppression_keep_the_same_boxes(seed):
    pytest.importorskip("numba")
    boxes, _ = some_boxes(300, seed)

    for threshold in (0.3, 0.7):
        compiled = suppression.loop()(boxes.numpy(), threshold)
        numpy.testing.assert_array_equal(compiled, suppression.plain(boxes.numpy(), threshold))


def test_equal_boxes_leave_one_and_equal_scores_the_first():
    boxes = torch.tensor([[0.0, 0.0, 4.0, 4.0]]).repeat(3, 1)

    assert nms(boxes, torch.ones(3), 0.5).tolist() == [0]


def test_no_boxes_leave_none():
    assert nms(torch.empty(0, 4), torch.empty(0), 0.5).tolist() == []
    assert batched_nms(torch.empty(0, 4), torch.empty(0), torch.empty(0), 0.5).tolist() == []


def test_groups_do_not_suppress_each_other():
    boxes = torch.tensor([[0.0, 0.0, 4.0, 4.0]]).repeat(4, 1)
    scores = torch.tensor([0.1, 0.9, 0.5, 0.7])

    assert batched_nms(boxes, scores, torch.tensor([0, 0, 1, 1]), 0.5).tolist() == [1, 3]


@pytest.mark.parametrize("case", GOLDEN["suppressed"], ids=lambda case: str(case["threshold"]))
def test_suppression_keeps_what_the_peer_keeps_as_recorded(case):
    boxes, scores = torch.tensor(case["boxes"]), torch.tensor(case["scores"])

    assert nms(boxes, scores, case["threshold"]).tolist() == case["kept"]


@pytest.mark.peer
@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_suppression_keeps_what_the_peer_keeps_live(threshold):
    peer = pytest.importorskip("torchvision.ops")
    boxes, scores = some_boxes(2000, side=400)

    assert nms(boxes, scores, threshold).equal(peer.nms(boxes, scores, threshold))


def pooled_by_hand(
    features: Tensor, box: list[float], image: int, size: int, scale: float
) -> Tensor:
    """The maximum over each bin's cells, all edges widened to whole cells."""
    x1, y1, x2, y2 = (math.floor(edge * scale + 0.5) for edge in box)
    wide, high = max(x2 - x1 + 1, 1) / size, max(y2 - y1 + 1, 1) / size
    _, channels, height, width = features.shape
    out = torch.zeros(channels, size, size, dtype=features.dtype)
    for i in range(size):
        for j in range(size):
            rows = range(y1 + math.floor(i * high), y1 + math.ceil((i + 1) * high))
            columns = range(x1 + math.floor(j * wide), x1 + math.ceil((j + 1) * wide))
            cells = [
                features[image, :, y, x]
                for y in rows
                for x in columns
                if 0 <= y < height and 0 <= x < width
            ]
            if cells:
                out[:, i, j] = torch.stack(cells).amax(dim=0)
    return out


def test_pooled_bins_are_the_largest_of_their_cells():
    features = torch.randn(2, 3, 9, 11, generator=torch.Generator().manual_seed(0))
    boxes, _ = some_boxes(12, seed=3, side=40)
    image_of = torch.arange(12) % 2

    found = roi_pool(features, boxes, image_of, 3, 0.25)

    for box, image, one in zip(boxes.tolist(), image_of.tolist(), found, strict=True):
        torch.testing.assert_close(one, pooled_by_hand(features, box, image, 3, 0.25))


def test_pooling_sends_each_gradient_to_one_cell():
    features = torch.ones(1, 1, 4, 4, requires_grad=True)

    roi_pool(features, torch.tensor([[0.0, 0.0, 3.0, 3.0]]), torch.tensor([0]), 2).sum().backward()

    assert sorted(features.grad.flatten().tolist()) == [0.0] * 12 + [1.0] * 4


def test_pooling_and_its_gradient_are_those_of_the_peer_as_recorded():
    (recorded,) = (one for one in GOLDEN["pooled"] if one["name"] == "pool")
    features = torch.tensor(GOLDEN["features"], dtype=torch.float64, requires_grad=True)
    boxes = torch.tensor(GOLDEN["boxes"], dtype=torch.float64)

    output = roi_pool(
        features, boxes, torch.tensor(GOLDEN["image_of"]), GOLDEN["size"], GOLDEN["scale"]
    )
    (output * torch.arange(output.numel()).view(output.shape)).sum().backward()

    assert output.tolist() == recorded["output"]
    assert features.grad.tolist() == recorded["gradient"]
