"""RoIAlign and non-maximum suppression beside torchvision's compiled ones."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

import torch
from torch import Tensor

from reproductions.contract import Bench, Check, Pair, PeerMissing
from reproductions.methods.mask_rcnn.method import roi_align
from reproductions.parts.detect.nms import nms

BOXES, CHANNELS, HEIGHT, WIDTH, BINS, SAMPLES = 256, 128, 50, 68, 7, 2
SCALE = 1 / 16
# Of outputs about 1 and gradients about 10, in float32.
LIMIT = 1e-3


def torchvision_ops() -> ModuleType:
    try:
        from torchvision import ops
    except ImportError as missing:
        raise PeerMissing("pip install torchvision, of the release that fits torch") from missing
    return ops


def align_pair(is_backward: bool) -> Pair:
    """Return both RoIAligns on one feature map and boxes of 16 to 316 pixels."""
    peer = torchvision_ops().roi_align
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(1, CHANNELS, HEIGHT, WIDTH, generator=generator)
    low = torch.rand(BOXES, 2, generator=generator) * torch.tensor([WIDTH, HEIGHT]) * 0.8 / SCALE
    boxes = torch.cat([low, low + 16 + 300 * torch.rand(BOXES, 2, generator=generator)], dim=1)
    image_of = torch.zeros(BOXES, dtype=torch.long)
    rois = torch.cat([image_of[:, None].float(), boxes], dim=1)
    weights = torch.randn(BOXES, CHANNELS, BINS, BINS, generator=generator)

    def ours() -> Tensor:
        return done(lambda x: roi_align(x, boxes, image_of, BINS, SCALE, SAMPLES))

    def theirs() -> Tensor:
        return done(lambda x: peer(x, rois, BINS, SCALE, SAMPLES, True))

    def done(align: Callable[[Tensor], Tensor]) -> Tensor:
        if not is_backward:
            return align(features).contiguous()
        leaf = features.clone().requires_grad_()
        align(leaf).contiguous().backward(weights)
        return leaf.grad

    what = "gradient" if is_backward else "output"
    return Pair(
        ours,
        theirs,
        lambda: Check(f"{what} of RoIAlign", (ours() - theirs()).abs().max().item(), LIMIT),
    )


def nms_pair(threshold: float) -> Pair:
    """Return both suppressions on 2,000 boxes, many of which overlap."""
    peer = torchvision_ops().nms
    generator = torch.Generator().manual_seed(1)
    low = torch.rand(2000, 2, generator=generator) * 800
    boxes = torch.cat([low, low + 16 + 200 * torch.rand(2000, 2, generator=generator)], dim=1)
    scores = torch.randperm(2000, generator=generator) / 2000

    def compare() -> Check:
        kept, expected = (set(one.tolist()) for one in (ours(), theirs()))
        return Check("boxes kept by one alone", len(kept ^ expected), 0)

    def ours() -> Tensor:
        return nms(boxes, scores, threshold)

    def theirs() -> Tensor:
        return peer(boxes, scores, threshold)

    return Pair(ours, theirs, compare)


def _peer(name: str) -> str:
    try:
        return f"torchvision {version('torchvision')}, {name}"
    except PackageNotFoundError:
        return f"torchvision, {name}"


_SIZES = f"{BOXES} boxes, {CHANNELS} channels, {HEIGHT} x {WIDTH}, {BINS} x {BINS} bins"
BENCHES = (
    Bench(
        "roi_align_forward",
        f"RoIAlign, forward, {_SIZES}",
        _peer("roi_align"),
        2.0,
        lambda: align_pair(is_backward=False),
    ),
    Bench(
        "roi_align_both",
        f"RoIAlign, forward and backward, {_SIZES}",
        _peer("roi_align"),
        1.0,
        lambda: align_pair(is_backward=True),
    ),
    Bench(
        "nms_70",
        "suppression, 2,000 boxes, threshold 0.7",
        _peer("nms"),
        2.0,
        lambda: nms_pair(0.7),
    ),
    Bench(
        "nms_30",
        "suppression, 2,000 boxes, threshold 0.3",
        _peer("nms"),
        2.0,
        lambda: nms_pair(0.3),
    ),
)
