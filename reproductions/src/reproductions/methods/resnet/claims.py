"""What the run decides, each with its rule."""

from __future__ import annotations

from reproductions.contract import Claim, Paper

PAPER = Paper(
    title="Deep Residual Learning for Image Recognition",
    authors=("Kaiming He", "Xiangyu Zhang", "Shaoqing Ren", "Jian Sun"),
    year=2015,
    venue="CVPR 2016",
    arxiv="1512.03385",
)

SHORT = "After 120 steps on MNIST of 14 x 14"
LONG = "Trained until the loss no longer falls, or 1,000 steps, on 2,000 MNIST digits of 7 x 7"
DEEPER_IS_WORSE = "A deeper plain net has the higher training error: degradation."
DEEPER_IS_FINE = "Residual nets do not degrade with depth; deeper ones are better."
FIXED = "Section 4.1, figure 4; section 4.2, figure 6"


def gap(kind: str, value: str) -> str:
    return f"({kind.format(44)}.{value} - {kind.format(20)}.{value})"


CLAIMS = (
    Claim(
        "c1",
        f"{SHORT}, the plain net with 44 layers has a higher training loss than the one with 20.",
        DEEPER_IS_WORSE,
        FIXED,
        "effect",
        gap("plain_{}", "loss"),
        ">",
        0.0,
        "nats",
    ),
    Claim(
        "c2",
        f"{SHORT}, the residual net with 44 layers has a training loss at most 0.02 above that of "
        "the one with 20.",
        DEEPER_IS_FINE,
        FIXED,
        "effect",
        gap("residual_{}", "loss"),
        "<",
        0.02,
        "nats",
    ),
    Claim(
        "c3",
        f"{SHORT}, 24 more layers raise the plain net's training loss by over 0.1 more than the "
        "residual net's.",
        "Shortcuts take the degradation away.",
        FIXED,
        "effect",
        f"{gap('plain_{}', 'loss')} - {gap('residual_{}', 'loss')}",
        ">",
        0.1,
        "nats",
    ),
    Claim(
        "c4",
        f"{LONG}, the plain net with 44 layers has a higher training loss than the one with 20.",
        DEEPER_IS_WORSE,
        FIXED,
        "effect",
        gap("plain_{}_plateau", "loss"),
        ">",
        0.0,
        "nats",
    ),
    Claim(
        "c5",
        f"{LONG}, the residual net with 44 layers has a training loss at most 0.02 above that of "
        "the one with 20.",
        DEEPER_IS_FINE,
        FIXED,
        "effect",
        gap("residual_{}_plateau", "loss"),
        "<",
        0.02,
        "nats",
    ),
    Claim(
        "c6",
        f"{LONG}, 24 more layers raise the plain net's training loss by over 0.1 more than the "
        "residual net's.",
        "Shortcuts take the degradation away.",
        FIXED,
        "effect",
        f"{gap('plain_{}_plateau', 'loss')} - {gap('residual_{}_plateau', 'loss')}",
        ">",
        0.1,
        "nats",
    ),
    Claim(
        "c7",
        f"{LONG}, the plain net with 44 layers has a higher training error than the one with 20.",
        DEEPER_IS_WORSE,
        FIXED,
        "effect",
        f"100 * {gap('plain_{}_plateau', 'error')}",
        ">",
        0.0,
        "points",
        is_central=False,
    ),
    Claim(
        "c8",
        "A residual net with 44 layers has exactly as many parameters as the plain one.",
        "Identity shortcuts add neither parameters nor, but for the sum, operations.",
        "Section 3.2; section 3.3, option A",
        "exact",
        "residual_44.parameters - plain_44.parameters",
        "==",
        0.0,
        seeds=1,
        is_proxy=False,
        is_central=False,
    ),
    Claim(
        "c9",
        "Residual nets of 20, 56 and 110 layers on CIFAR-10: the deeper, the smaller the error.",
        "The same nets get better with depth, up to 110 layers.",
        "Section 4.2, table 6",
        "out_of_reach",
        reason="CIFAR-10 comes in no package that carries its bytes, and the paper's 64,000 steps "
        "take days on two cores.",
    ),
    Claim(
        "c10",
        "Nets of 152 layers on ImageNet, and detection and segmentation with them on COCO.",
        "First places in the ILSVRC and COCO competitions of 2015.",
        "Sections 4.1 and 4.3",
        "out_of_reach",
        reason="Needs ImageNet and COCO, and weeks of several GPUs.",
    ),
)
