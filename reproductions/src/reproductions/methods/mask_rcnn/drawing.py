"""The figures, from the results alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reproductions.contract import Figure, Line, Results

NAMES = {
    "align": "RoIAlign",
    "pool": "RoIPool",
    "quantised": "rounded, then bilinear",
    "align_fine": "RoIAlign, stride 8",
    "pool_fine": "RoIPool, stride 8",
    "softmax": "softmax",
    "agnostic": "one mask for all classes",
}


def figures(results: Results) -> list[Figure]:
    """Draw every seed's masks by arm, and how the loss falls."""
    return [overlaps(results), losses(results)]


def overlaps(results: Results) -> Figure:
    lines, told = [], []
    measures = {"mean_iou": "mean", "share_over_75": "share above 0.75"}
    for value, words in measures.items():
        x, y = [], []
        for place, arm in enumerate(NAMES):
            found = results.values(arm, value)
            x += [place] * len(found)
            y += found
            told.append(f"{NAMES[arm]}, {words}: {_mean(found):.3f}")
        lines.append(Line(words, x, y))
    return Figure(
        "overlap",
        "Intersection over union of masks, one point per seed",
        f"Means over the seeds. {'; '.join(told)}.",
        "arm (stride 16 where not said)",
        "intersection over union",
        lines,
        kind="points",
        ticks=list(NAMES.values()),
    )


def losses(results: Results) -> Figure:
    lines, told = [], []
    for arm in ("align", "pool", "quantised"):
        runs = list(zip(*results.series(arm, "loss"), strict=True))
        steps = results.series(arm, "step")[0]
        mean = [_mean(look) for look in runs]
        lines.append(
            Line(
                NAMES[arm], steps, mean, [min(look) for look in runs], [max(look) for look in runs]
            )
        )
        told.append(f"{NAMES[arm]} {mean[-1]:.3f}")
    return Figure(
        "loss",
        "Loss of the mask while training, mean and range over the seeds",
        f"At the end: {', '.join(told)}.",
        "step",
        "binary cross-entropy, nats",
        lines,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
