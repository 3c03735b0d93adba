"""Make `golden.json`: what torchvision says of RoIAlign, RoIPool and suppression on small inputs.

    python -m reproductions.methods.mask_rcnn.golden

Needs `pip install torchvision`. Run again only to compare with a newer version.
"""

import json
from pathlib import Path

import torch
import torchvision
from torch import Tensor
from torchvision.ops import nms
from torchvision.ops import roi_align as peer_align
from torchvision.ops import roi_pool as peer_pool

SCALE, SIZE = 0.25, 3
# Inside, off the map on two sides, thinner than a cell, all of the map, far outside.
BOXES = [
    [4.7, 2.2, 17.3, 13.9],
    [-6.0, -3.0, 9.5, 8.0],
    [15.1, 5.2, 30.0, 26.0],
    [8.3, 8.4, 9.1, 17.0],
    [0.0, 0.0, 24.0, 20.0],
    [60.0, 60.0, 70.0, 75.0],
]
IMAGE_OF = [0, 1, 0, 1, 0, 1]


def inputs() -> tuple[Tensor, Tensor, Tensor]:
    """Return features (2, 2, 5, 6), boxes (R, 4) and the image of each box, (R,)."""
    generator = torch.Generator().manual_seed(5)
    features = torch.randn(2, 2, 5, 6, generator=generator, dtype=torch.float64).round(decimals=3)
    return features, torch.tensor(BOXES, dtype=torch.float64), torch.tensor(IMAGE_OF)


def pooled(name: str) -> dict[str, object]:
    """Return output and gradient, each bin weighted by its number, of one of the peer's ways."""
    features, boxes, image_of = inputs()
    features.requires_grad_()
    rois = torch.cat([image_of[:, None].double(), boxes], dim=1)
    if name == "pool":
        output = peer_pool(features, rois, SIZE, SCALE)
    else:
        output = peer_align(features, rois, SIZE, SCALE, 2, aligned=name == "align")
    (output * torch.arange(output.numel()).view(output.shape)).sum().backward()
    return {"name": name, "output": output.tolist(), "gradient": features.grad.tolist()}


def suppressed(seed: int, threshold: float) -> dict[str, object]:
    generator = torch.Generator().manual_seed(seed)
    low = (torch.rand(40, 2, generator=generator) * 60).round(decimals=2)
    size = (torch.rand(40, 2, generator=generator) * 40 + 1).round(decimals=2)
    boxes = torch.cat([low, low + size], dim=1)
    scores = torch.rand(40, generator=generator)
    return {
        "threshold": threshold,
        "boxes": boxes.tolist(),
        "scores": scores.tolist(),
        "kept": nms(boxes, scores, threshold).tolist(),
    }


if __name__ == "__main__":
    golden = {
        "peer": f"torchvision {torchvision.__version__}",
        "torch": torch.__version__,
        "features": inputs()[0].tolist(),
        "boxes": BOXES,
        "image_of": IMAGE_OF,
        "size": SIZE,
        "scale": SCALE,
        "pooled": [pooled(name) for name in ("align", "half_a_cell_off", "pool")],
        "suppressed": [suppressed(1, 0.3), suppressed(2, 0.5), suppressed(3, 0.7)],
    }
    Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
