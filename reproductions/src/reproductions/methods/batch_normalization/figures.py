"""The figures, from the series of the units alone."""

from __future__ import annotations

from collections.abc import Sequence

from reproductions.contract import Figure, Line, Results

# What `steps_to` and the percentiles of the units are about.
ACCURACIES = (0.5, 0.8, 0.9, 0.95)
PERCENTILES = (15, 50, 85)  # of figure 1 (b, c)


def figures(results: Results) -> Sequence[Figure]:
    nets = (("plain", "without"), ("normalized", "with batch normalization"))
    return (
        Figure(
            "accuracy",
            "Accuracy while training, 3 x 100 sigmoid units",
            "Accuracy on test digits over the steps, each net at its fastest rate.",
            "step",
            "accuracy",
            [band(results, arm, name, "step", "accuracy") for arm, name in nets],
        ),
        Figure(
            "rates",
            "Accuracy at the end, by learning rate",
            "Accuracy after the last step for each learning rate; 10 % is chance.",
            "learning rate",
            "accuracy",
            [band(results, arm, name, "rate", "accuracy_of_rate") for arm, name in nets],
            log_x=True,
        ),
        Figure(
            "steps",
            "Steps to an accuracy, at the rate that gets there first",
            "Steps to 50, 80, 90 and 95 % accuracy; the lead shrinks as the accuracy grows.",
            "accuracy",
            "steps",
            [steps_line(results, arm, name) for arm, name in nets],
            log_y=True,
        ),
        *(percentile_figure(results, arm, name) for arm, name in nets),
    )


def band(results: Results, arm: str, name: str, x: str, y: str) -> Line:
    """Return the mean over the seeds with the lowest and the highest."""
    rows = results.series(arm, y)
    shortest = min(len(row) for row in rows)
    columns = list(zip(*(row[:shortest] for row in rows), strict=True))
    return Line(
        name,
        results.series(arm, x)[0][:shortest],
        [sum(column) / len(column) for column in columns],
        [min(column) for column in columns],
        [max(column) for column in columns],
    )


def steps_line(results: Results, arm: str, name: str) -> Line:
    columns = list(zip(*results.series(arm, "steps_to"), strict=True))
    return Line(
        name,
        ACCURACIES,
        [sum(column) / len(column) for column in columns],
        [min(column) for column in columns],
        [max(column) for column in columns],
    )


def percentile_figure(results: Results, arm: str, name: str) -> Figure:
    """Return one seed's figure 1 (b) or (c) of the paper."""
    steps = results.series(arm, "step")[0]
    return Figure(
        f"percentiles-{arm}",
        f"Input of one sigmoid of the last hidden layer, {name}",
        "15th, 50th and 85th percentile of the input over 500 test digits, while training; seed 0.",
        "step",
        "input of the sigmoid",
        [Line(f"{p} %", steps, results.series(arm, f"percentile_{p}")[0]) for p in PERCENTILES],
    )
