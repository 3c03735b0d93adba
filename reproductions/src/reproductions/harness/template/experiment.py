"""Does the median of means estimate a mean more surely than the mean itself?

Everything that decides about a claim stands in `EXPERIMENT`. Commit this file before you run it.
"""

import torch
from method import median_of_means
from torch import Tensor

from reproductions.contract import (
    Arm,
    Check,
    Claim,
    Context,
    Experiment,
    Figure,
    Line,
    Outcome,
    Paper,
    Results,
    Unit,
)


def samples(context: Context, tail: float) -> Tensor:
    """Return rows of numbers with mean zero, (R, N); the smaller `tail`, the wilder."""
    settings = context.settings
    size = (settings["rows"], settings["size"])
    draw = context.torch("sample")  # the same numbers in each arm of a seed: the arms are paired
    normal = torch.randn(size, generator=draw, dtype=torch.float64)
    scale = torch.rand(size, generator=draw, dtype=torch.float64).clamp_min(1e-12) ** (-1 / tail)
    return (normal * scale).to(context.device)


def run_unit(unit: Unit, context: Context) -> Outcome:
    """Return how far off the estimates of one arm are, with one seed."""
    settings = context.settings
    groups = settings["groups"]
    errors = median_of_means(samples(context, settings["tail"]), groups).abs()
    shares = [0.5, 0.9, 0.99]
    quantiles = [float(errors.quantile(share)) for share in shares]
    return Outcome(
        values={"error_99": quantiles[-1], "error_50": quantiles[0]},
        series={"error": quantiles, "share": shares},
    )


def PARITY(context: Context) -> Tensor:  # noqa: N802 - the name that `reproduce check` looks for
    """Return what must be the same on each device."""
    return median_of_means(samples(context, 2.2).to(context.dtype), 10)


def checks() -> list[Check]:
    """Return comparisons with slower ways to the same number."""
    rows = torch.randn(5, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    one, all_ = median_of_means(rows, 1), median_of_means(rows, 12)
    return [
        Check("one group against the mean", float((one - rows.mean(1)).abs().max()), 1e-12),
        Check("as many groups as numbers against the median",
              float((all_ - rows.quantile(0.5, dim=1)).abs().max()), 1e-12),
    ]  # fmt: skip


def figures(results: Results) -> list[Figure]:
    """Return the figures as data; they are drawn from this alone."""
    names = {"mean": "mean", "median_of_means": "median of means"}
    shares = [0.5, 0.9, 0.99]
    lines = []
    for arm, name in names.items():
        seeds = results.series(arm, "error")
        columns = list(zip(*seeds, strict=True))
        middle = [sum(column) / len(column) for column in columns]
        low, high = [min(column) for column in columns], [max(column) for column in columns]
        lines.append(Line(name, shares, middle, low, high))
    alt = "; ".join(f"{line.name}: {line.y[-1]:.2f} at 99 %" for line in lines)
    return [Figure("errors", "Error of the estimate", alt, "share of samples", "error", lines)]


EXPERIMENT = Experiment(
    slug="my-reproduction",
    title="Median of means",
    version="1.0.0",
    paper=Paper(
        title="Sub-Gaussian mean estimators",
        authors=("Luc Devroye", "Matthieu Lerasle", "Gábor Lugosi", "Roberto I. Oliveira"),
        year=2016,
        venue="Annals of Statistics",
        arxiv="1509.05845",
    ),
    claims=(
        Claim(
            id="c1",
            text="For samples of 300 numbers with wild tails, the error that 99 % of the estimates "
            "stay below is at least a fifth smaller with the median of means than with the mean.",
            paper_says="With heavy tails, the mean's large deviations are far worse than those of "
            "the median of means.",
            place="section 4.1",
            kind="ratio",
            metric="median_of_means.error_99 / mean.error_99",
            relation="<",
            margin=0.8,
            unit="×",
        ),
        Claim(
            id="c2",
            text="In the middle of its distribution the error is no more than half larger.",
            paper_says="The price is a constant factor.",
            place="theorem 4.1",
            kind="ratio",
            metric="median_of_means.error_50 / mean.error_50",
            relation="<",
            margin=1.5,
            unit="×",
            is_central=False,
        ),
        Claim(
            id="c3",
            text="No estimator does better than the median of means by more than a constant.",
            paper_says="The rate is optimal for all distributions with finite variance.",
            place="section 3",
            kind="out_of_reach",
            reason="A lower bound over all estimators is proved, not measured.",
            is_central=False,
        ),
    ),
    arms=(
        Arm("mean", "the mean of all numbers", settings={"groups": 1}),
        Arm("median_of_means", "ten groups", settings={"groups": 10}),
    ),
    presets={
        "smoke": {"seeds": 5, "rows": 400, "size": 300, "tail": 2.2},
        "laptop": {"seeds": 5, "rows": 4000, "size": 300, "tail": 2.2},
        "gpu": {"seeds": 20, "rows": 40000, "size": 300, "tail": 2.2},
    },
    run_unit=run_unit,
    deviations=("The distribution is ours: a normal number times a power of a uniform one.",),
    figures=figures,
    checks=checks,
)
