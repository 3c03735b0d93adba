"""Does it matter that RoIAlign rounds nothing, and that each class draws its mask by itself?

All arms of a seed see the same scenes in the same order and start from the same weights. The boxes
are the true ones, for training and for the test: only masks are judged.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from reproductions.contract import Arm, Check, Context, Experiment, Outcome, Unit
from reproductions.methods.mask_rcnn.claims import CLAIMS, PAPER
from reproductions.methods.mask_rcnn.drawing import figures
from reproductions.methods.mask_rcnn.method import (
    MaskHead,
    mask_loss,
    mask_targets,
    of_class,
    paste_masks,
    roi_align,
)
from reproductions.parts.detect.boxes import mask_iou
from reproductions.parts.detect.roi_pool import roi_pool, rounded_box
from reproductions.parts.shapes import CLASSES, SHAPES, Scenes, scenes

BINS = 7
DOUBLINGS = 2
MASK = BINS * 2**DOUBLINGS
LOOKS = 25


def backbone(widths: Sequence[int], stride: int) -> nn.Sequential:
    """Return images (N, 1, S, S) -> features (N, widths[-1], S / stride, S / stride).

    Kernels of 4 with stride 2 keep the middle of a cell in the middle of the pixels that it covers.
    """
    layers: list[nn.Module] = []
    reached = 1
    for before, after in zip((1, *widths), widths, strict=False):
        if reached < stride:
            reached *= 2
            convolution = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False)
        else:
            convolution = nn.Conv2d(before, after, 3, padding=1, bias=False)
        layers += [convolution, nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


class Segmenter(nn.Module):
    """Images and boxes -> mask logits. The arm's settings say how features get into the boxes."""

    def __init__(self, settings: dict) -> None:
        super().__init__()
        self.pooling, self.stride = settings["pooling"], settings["stride"]
        outputs = {"sigmoid": len(CLASSES), "softmax": len(CLASSES) + 1, "agnostic": 1}
        self.backbone = backbone(settings["widths"], self.stride)
        self.head = MaskHead(
            settings["widths"][-1], outputs[settings["masks"]], settings["head"], 4, DOUBLINGS
        )

    def forward(self, images: Tensor, boxes: Tensor, image_of: Tensor) -> Tensor:
        features = self.backbone(images)
        return self.head(pooled(self.pooling, features, boxes, image_of, 1 / self.stride))


def pooled(how: str, features: Tensor, boxes: Tensor, image_of: Tensor, scale: float) -> Tensor:
    """Return the features of the boxes (R, C, BINS, BINS).

    align: nothing is rounded.
    pool: RoIPool as it is, which takes one cell too many at the far end. It wants the last pixel of
        the box, not its edge.
    quantised: as align, but in the box with each edge moved to the nearest edge of a cell, at least
        one cell wide: what rounding alone does, without that cell and without maxima.
    """
    if how == "pool":
        return roi_pool(features, boxes - boxes.new_tensor([0, 0, 1, 1]), image_of, BINS, scale)
    if how == "quantised":
        cells = rounded_box(boxes, scale)
        far = torch.maximum(cells[:, 2:], cells[:, :2] + 1)
        boxes = torch.cat([cells[:, :2], far], dim=1) / scale
    return roi_align(features, boxes, image_of, BINS, scale)


def loss_of(logits: Tensor, labels: Tensor, targets: Tensor, masks: str) -> Tensor:
    """Return the loss of the arm's kind of masks."""
    if masks == "softmax":  # classes and the ground compete for each place
        return functional.cross_entropy(logits, (targets * (labels[:, None, None] + 1)).long())
    return mask_loss(logits, torch.zeros_like(labels) if masks == "agnostic" else labels, targets)


def probabilities(logits: Tensor, labels: Tensor, masks: str) -> Tensor:
    """Return how likely each place of the box belongs to the object, (R, MASK, MASK)."""
    if masks == "softmax":
        # The class is known from the box: what is asked is this class or the ground, no other.
        return (of_class(logits, labels + 1) - logits[:, 0]).sigmoid()
    return of_class(logits, torch.zeros_like(labels) if masks == "agnostic" else labels).sigmoid()


def run_unit(unit: Unit, context: Context) -> Outcome:
    """Train one segmenter with one seed and measure its masks; or read a slope."""
    if unit.arm == "slope":
        return slope(context)
    settings = context.settings
    known = scenes(settings["images"], context.torch("train"), fewest=2, most=2)
    unseen = scenes(settings["test"], context.torch("test"), fewest=2, most=2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(context.torch("weights").initial_seed())
        network = Segmenter(dict(settings))
    network.to(context.device, context.dtype)
    series = train(network, known, context)
    overlap = test(network.eval(), unseen, context)
    values = {
        "mean_iou": overlap.mean().item(),
        "share_over_75": (overlap > 0.75).double().mean().item(),
        "share_over_90": (overlap > 0.9).double().mean().item(),
    }
    diverged = not math.isfinite(series["loss"][-1])
    return Outcome(values, series, diverged)


def train(network: Segmenter, known: Scenes, context: Context) -> dict[str, list[float]]:
    """Train in place; return some losses on the way, and the steps they are of."""
    settings, order = context.settings, context.torch("batches")
    targets = mask_targets(known.masks.float(), known.boxes, MASK)
    optimiser = torch.optim.Adam(network.parameters(), settings["rate"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, settings["steps"])
    objects = [(known.image_of == image).nonzero()[:, 0] for image in range(len(known))]
    series: dict[str, list[float]] = {"step": [], "loss": []}
    for step in range(settings["steps"]):
        chosen = torch.randperm(len(known), generator=order)[: settings["batch"]]
        which = torch.cat([objects[image] for image in chosen])
        counts = torch.tensor([len(objects[image]) for image in chosen])
        image_of = torch.arange(len(chosen)).repeat_interleave(counts)
        images, boxes, target = moved(
            context, known.images[chosen], known.boxes[which], targets[which]
        )
        labels = known.labels[which].to(context.device)
        logits = network(images, boxes, image_of.to(context.device))
        loss = loss_of(logits, labels, target, settings["masks"])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % max(1, settings["steps"] // LOOKS) == 0 or step == settings["steps"] - 1:
            series["step"].append(float(step))
            series["loss"].append(loss.item())
            context.say((step + 1) / settings["steps"])
    return series


def moved(context: Context, *tensors: Tensor) -> list[Tensor]:
    return [one.to(context.device, context.dtype) for one in tensors]


@torch.no_grad()
def test(network: Segmenter, unseen: Scenes, context: Context) -> Tensor:
    """Return the intersection over union, in the image, of each object's mask with the true one."""
    found = []
    for part in torch.arange(len(unseen)).split(50):
        few = unseen.take(part)
        images, boxes = moved(context, few.images, few.boxes)
        labels, image_of = few.labels.to(context.device), few.image_of.to(context.device)
        logits = network(images, boxes, image_of)
        drawn = probabilities(logits, labels, context.settings["masks"])
        in_image = paste_masks(drawn, boxes, *few.images.shape[-2:]) >= 0.5
        found.append(mask_iou(in_image.cpu(), few.masks))
    return torch.cat(found)


def slope(context: Context) -> Outcome:
    """Return how far RoIAlign and RoIPool are from the middles of bins, read off a slope."""
    generator = context.torch("slope")
    row = torch.arange(40, dtype=torch.float64) + 0.5
    features = torch.stack([row.expand(40, 40), row[:, None].expand(40, 40)])[None]  # x and y
    low = 64 + 128 * torch.rand(100, 2, generator=generator, dtype=torch.float64)
    size = 24 + 136 * torch.rand(100, 2, generator=generator, dtype=torch.float64)
    boxes = torch.cat([low, low + size], dim=1)
    middles = (torch.arange(BINS, dtype=torch.float64) + 0.5) / BINS
    x, y = ((low[:, [k]] + size[:, [k]] * middles) / 16 for k in (0, 1))  # (100, BINS)
    expected = torch.stack(
        [x[:, None, :].expand(-1, BINS, -1), y[:, :, None].expand(-1, -1, BINS)], dim=1
    )
    image_of = torch.zeros(100, dtype=torch.long)
    errors = {
        f"{how}_error": (pooled(how, features, boxes, image_of, 1 / 16) - expected).abs()
        for how in ("align", "pool", "quantised")
    }
    means = {f"{name}_mean": error.mean().item() for name, error in errors.items()}
    return Outcome({name: error.max().item() for name, error in errors.items()} | means)


def PARITY(context: Context) -> Tensor:  # noqa: N802 - the name that `reproduce check` looks for
    """Return what must be the same on each device: the loss's gradient of a few boxes."""
    known = scenes(4, context.torch("train"), fewest=2, most=2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(context.torch("weights").initial_seed())
        head = MaskHead(1, len(CLASSES), 8, 2, DOUBLINGS).to(context.device, context.dtype)
    images, boxes, masks = moved(context, known.images, known.boxes, known.masks)
    images.requires_grad_()
    image_of, labels = known.image_of.to(context.device), known.labels.to(context.device)
    logits = head(roi_align(images, boxes, image_of, BINS))
    mask_loss(logits, labels, mask_targets(masks, boxes, MASK)).backward()
    return images.grad


def checks() -> list[Check]:
    """Compare with torchvision's pooling, as `golden.py` recorded it."""
    golden = json.loads(Path(__file__).with_name("golden.json").read_text())
    features = torch.tensor(golden["features"], dtype=torch.float64)
    boxes, image_of = torch.tensor(golden["boxes"], dtype=torch.float64), golden["image_of"]
    given = (features, boxes, torch.tensor(image_of), golden["size"], golden["scale"])
    found = {
        "align": roi_align(*given),
        "half_a_cell_off": roi_align(*given, aligned=False),
        "pool": roi_pool(*given),
    }
    made = []
    for one in golden["pooled"]:
        expected = torch.tensor(one["output"], dtype=torch.float64)
        error = (found[one["name"]] - expected).abs().max().item()
        made.append(Check(f"{one['name']} against {golden['peer']}", error, 1e-9))
    return made


def _arm(name: str, about: str, **settings: object) -> Arm:
    usual = {"pooling": "align", "stride": 16, "masks": "sigmoid"}
    return Arm(name, about, cost=12.0, settings=usual | settings)


ARMS = (
    _arm("align", "RoIAlign, stride 16, one sigmoid per class"),
    _arm("pool", "RoIPool, stride 16", pooling="pool"),
    _arm(
        "quantised",
        "bilinear means in the box with its edges moved to the nearest cells",
        pooling="quantised",
    ),
    _arm("align_fine", "RoIAlign, stride 8", stride=8),
    _arm("pool_fine", "RoIPool, stride 8", stride=8, pooling="pool"),
    _arm(
        "softmax",
        "RoIAlign, softmax over the classes and the ground; read as class or ground",
        masks="softmax",
    ),
    _arm("agnostic", "RoIAlign, one mask for all classes", masks="agnostic"),
    Arm("slope", "what each way reads off a slope", seeds=1, cost=0.1),
)
LAPTOP = {
    "seeds": 5,
    "images": 600,
    "test": 200,
    "steps": 450,
    "batch": 16,
    "widths": [16, 32, 64, 64],
    "head": 32,
    "rate": 2e-3,
}
SMOKE = LAPTOP | {"seeds": 1, "images": 20, "test": 10, "steps": 3, "batch": 4, "head": 8}
GPU = LAPTOP | {
    "seeds": 10,
    "images": 8000,
    "test": 1000,
    "steps": 5000,
    "batch": 64,
    "widths": [32, 64, 128, 256],
    "head": 256,
}

EXPERIMENT = Experiment(
    slug="mask-rcnn",
    title="Mask R-CNN: RoIAlign and the mask head",
    version="1.0.0",
    paper=PAPER,
    claims=CLAIMS,
    arms=ARMS,
    presets={"smoke": SMOKE, "laptop": LAPTOP, "gpu": GPU},
    run_unit=run_unit,
    data=(SHAPES,),
    deviations=(
        "Drawn scenes of 64 pixels instead of photographs; three classes.",
        "The boxes are the true ones, in training and in the test: no proposals, no box branch.",
        "Four convolutions from random weights instead of a ResNet trained on ImageNet.",
        "Masks of 28 x 28 from 7 x 7 bins by two deconvolutions; the paper has one, from 14 x 14.",
        "Mean intersection over union of the masks in the image instead of average precision.",
        "Adam with a cosine schedule instead of SGD.",
        "RoIPool gets the last pixel of a box, as its rounding was made for, not the edge.",
    ),
    worst={"mean_iou": 0.0, "share_over_75": 0.0, "share_over_90": 0.0},
    figures=figures,
    checks=checks,
)
