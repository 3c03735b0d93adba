"""What is claimed of RoIAlign and of the mask head, and the rule for each claim.

Decided before the run that the report tells of.
"""

from reproductions.contract import Claim, Paper

PAPER = Paper(
    title="Mask R-CNN",
    authors=("Kaiming He", "Georgia Gkioxari", "Piotr Dollár", "Ross Girshick"),
    year=2017,
    venue="ICCV",
    arxiv="1703.06870",
)
ON = "On drawn scenes of 64 pixels with overlapping discs, boxes and triangles and the true boxes"
ALIGNMENT = (
    "RoIPool rounds boxes and bins to cells, which moves the features against the object; RoIAlign "
    "does not round, and masks get better by a large margin."
)
CLAIMS = (
    Claim(
        "c1",
        f"{ON}, stride 16: the mean intersection over union of masks by RoIAlign is more than two "
        "points above that by RoIPool.",
        ALIGNMENT,
        "section 4.1, table 2c",
        "effect",
        "100 * (align.mean_iou - pool.mean_iou)",
        ">",
        2.0,
        "points",
    ),
    Claim(
        "c2",
        f"{ON}, stride 16: the share of masks with an intersection over union above 0.75 is by "
        "RoIAlign more than five points above that by RoIPool.",
        "The gain is largest where masks are judged strictly.",
        "section 4.1, table 2c",
        "effect",
        "100 * (align.share_over_75 - pool.share_over_75)",
        ">",
        5.0,
        "points",
    ),
    Claim(
        "c3",
        f"{ON}: the gain of RoIAlign over RoIPool in mean intersection over union is larger at "
        "stride 16 than at stride 8.",
        "The coarser the features, the more alignment matters.",
        "section 4.1, table 2d",
        "effect",
        "100 * (align.mean_iou - pool.mean_iou - align_fine.mean_iou + pool_fine.mean_iou)",
        ">",
        0.0,
        "points",
        is_central=False,
    ),
    Claim(
        "c4",
        f"{ON}, stride 16: bilinear means in a box whose edges were first moved to the nearest "
        "edges of cells are more than two points of mean intersection over union below RoIAlign: "
        "the rounding does the harm, not the maximum.",
        "Interpolation in a rounded box is no better than RoIPool: alignment is what counts.",
        "section 4.1, table 2c",
        "effect",
        "100 * (align.mean_iou - quantised.mean_iou)",
        ">",
        2.0,
        "points",
    ),
    Claim(
        "c5",
        f"{ON}, stride 16: one sigmoid per class and place is more than one point of mean "
        "intersection over union above a softmax over the classes and the ground.",
        "Masks that do not compete across classes are much better than a softmax per place.",
        "section 4.1, table 2b",
        "effect",
        "100 * (align.mean_iou - softmax.mean_iou)",
        ">",
        1.0,
        "points",
    ),
    Claim(
        "c6",
        f"{ON}, stride 16: one mask for all classes is as good as one per class, within one point "
        "of mean intersection over union.",
        "Class-agnostic masks are almost as good as class-specific ones.",
        "section 4.1",
        "equivalence",
        "100 * (agnostic.mean_iou - align.mean_iou)",
        "==",
        1.0,
        "points",
        is_central=False,
    ),
    Claim(
        "c7",
        "On a map whose values are a slope in double precision, RoIAlign returns in every bin of "
        "100 random boxes the slope's value at the bin's middle.",
        "RoIAlign is exact where RoIPool rounds.",
        "section 3, RoIAlign",
        "exact",
        "slope.align_error",
        "<",
        1e-9,
        "cells",
        seeds=1,
        is_proxy=False,
        is_central=False,
    ),
    Claim(
        "c8",
        "Mask average precision on COCO, with RoIAlign and RoIPool, with sigmoid and softmax, and "
        "against other systems.",
        "Mask R-CNN is better than the winners of the COCO 2015 and 2016 segmentation challenges.",
        "section 4, tables 1 and 2",
        "out_of_reach",
        is_proxy=False,
        reason="Needs COCO, which is not to be had by package, and days on eight accelerators. "
        "Tested instead on drawn scenes: c1 to c6.",
    ),
    Claim(
        "c9",
        "Box detection improves when a mask branch is trained along.",
        "Multi-task training with masks helps the boxes too.",
        "section 4.3, table 3",
        "out_of_reach",
        is_proxy=False,
        is_central=False,
        reason="Needs the whole detector and COCO; here the boxes are given.",
    ),
    Claim(
        "c10",
        "Key points of people, by the same head with one place each as the mask.",
        "The framework estimates human poses with small changes.",
        "section 5",
        "out_of_reach",
        is_proxy=False,
        is_central=False,
        reason="Needs COCO's key points.",
    ),
)
