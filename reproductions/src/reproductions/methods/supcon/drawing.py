"""The figures, from the results alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reproductions.contract import Figure, Line, Results

GROUPS = (
    ("250 steps", ("l_out", "l_in", "cross_entropy")),
    ("1,500 steps", ("l_out_long", "l_in_long", "cross_entropy_long")),
    ("batch of 512", ("l_out_wide", "l_in_wide")),
    ("100 classes", ("l_out_pairs", "l_in_pairs")),
    ("10 a class", ("l_out_little", "cross_entropy_little")),
)
NAMES = {"l_out": "L_out", "l_in": "L_in", "cross_entropy": "cross-entropy"}


def figures(results: Results) -> list[Figure]:
    """Draw every seed's accuracy, and what the two losses do to the embeddings."""
    return [accuracies(results), cosines(results)]


def accuracies(results: Results) -> Figure:
    lines = []
    for place, (base, name) in enumerate(NAMES.items()):
        x, y = [], []
        for position, (_, arms) in enumerate(GROUPS):
            for arm in (one for one in arms if one.startswith(base)):
                found = [100 * value for value in results.values(arm, "accuracy")]
                x += [position + 0.2 * (place - 1)] * len(found)
                y += found
        lines.append(Line(name, x, y))
    told = "; ".join(
        f"{group}: "
        + ", ".join(f"{arm} {_mean(results.values(arm, 'accuracy')):.1%}" for arm in arms)
        for group, arms in GROUPS
    )
    return Figure(
        "accuracy",
        "Accuracy on distorted digits, one point per seed",
        f"Mean accuracy by setting. {told}.",
        "setting",
        "accuracy, %",
        lines,
        kind="points",
        ticks=[group for group, _ in GROUPS],
    )


def cosines(results: Results) -> Figure:
    lines, told = [], []
    for arm, name in (("l_out_long", "L_out"), ("l_in_long", "L_in")):
        steps = results.series(arm, "step")[0]
        for value, words in (("within", "same class"), ("between", "other classes")):
            runs = list(zip(*results.series(arm, value), strict=True))
            mean = [_mean(step) for step in runs]
            low, high = [min(step) for step in runs], [max(step) for step in runs]
            lines.append(Line(f"{name}, {words}", steps, mean, low, high))
            told.append(f"{name}, {words}: {mean[-1]:.2f}")
    return Figure(
        "cosine",
        "Cosine of two embeddings of a batch while training, mean and range over the seeds",
        f"Mean cosine at the end. {'; '.join(told)}.",
        "step",
        "mean cosine",
        lines,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
