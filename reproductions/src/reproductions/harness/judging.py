"""What the units of a report say about its claims. Statuses are computed here, never declared.

Works on plain dictionaries as `report.json` has them, so that a report is judged in the same way
when it is written and whenever somebody reads it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reproductions.harness import expressions
from reproductions.harness.statistics import LEVELS, Sample, holm

# What a claim's row has beyond its rule.
DERIVED = frozenset(
    ("per_seed", "mean", "sd", "n", "interval", "level", "p", "p_holm", "status", "note")
)


@dataclass(slots=True)
class Judgement:
    """One claim and what the units say about it; None where there is no such number."""

    claim: Mapping[str, Any]
    per_seed: list[dict[str, Any]] = field(default_factory=list)
    mean: float | None = None
    sd: float | None = None
    interval: tuple[float, float] | None = None
    level: float | None = None
    p: float | None = None
    p_holm: float | None = None
    status: str = "inconclusive"
    notes: list[str] = field(default_factory=list)

    @property
    def values(self) -> list[float]:
        return [one["value"] for one in self.per_seed if one["value"] is not None]

    @property
    def is_decidable(self) -> bool:
        """Whether nothing but the numbers stands between this claim and a status."""
        return not self.notes

    def as_dict(self) -> dict[str, Any]:
        """Return the claim with what was derived, as the report has it."""
        return {
            **self.claim,
            "per_seed": self.per_seed,
            "mean": self.mean,
            "sd": self.sd,
            "n": len(self.values),
            "interval": None if self.interval is None else list(self.interval),
            "level": self.level,
            "p": self.p,
            "p_holm": self.p_holm,
            "status": self.status,
            "note": "; ".join(self.notes),
        }


def judge(
    claims: Sequence[Mapping[str, Any]], units: Sequence[Mapping[str, Any]], look: int = 1
) -> list[dict[str, Any]]:
    """Return the claims with everything that follows from the units.

    Args:
        claims: the rules; what they say about results is dropped and computed again.
        units: as in the report; those that failed have no values.
        look: 1 for the first run, 2 and 3 after each extension of the seeds.

    Raises:
        BadExpression: a metric cannot be read.
    """
    values = values_by_seed(units)
    rules = [{k: v for k, v in claim.items() if k not in DERIVED} for claim in claims]
    # Ten digits: 1 - 0.95 is not 0.05 in floats.
    alpha = round(1 - LEVELS[look], 10)
    judged = [_measured(rule, values, alpha) for rule in rules]
    tested = [one for one in judged if one.p is not None]
    adjusted = holm([one.p for one in tested if one.p is not None])
    for one, p in zip(tested, adjusted, strict=True):
        one.p_holm = p
    for one in judged:
        _decide(one, alpha)
    return [one.as_dict() for one in judged]


def overall(claims: Sequence[Mapping[str, Any]]) -> str:
    """Return one word for a report: reproduced, partly, not_reproduced or not_attempted."""
    statuses = [
        claim["status"]
        for claim in claims
        if claim["is_central"] and claim["status"] != "not_attempted"
    ]
    if not statuses:
        return "not_attempted"
    if all(status == "reproduced" for status in statuses):
        return "reproduced"
    if "reproduced" not in statuses and "not_reproduced" in statuses:
        return "not_reproduced"
    return "partly"


def values_by_seed(
    units: Sequence[Mapping[str, Any]],
) -> dict[str, dict[int, Mapping[str, float]]]:
    """Return arm → seed → values, of the units that did not fail."""
    found: dict[str, dict[int, Mapping[str, float]]] = {}
    for unit in units:
        if unit["status"] != "failed":
            found.setdefault(unit["arm"], {})[unit["seed"]] = unit["values"]
    return found


def _measured(
    claim: Mapping[str, Any], values: dict[str, dict[int, Mapping[str, float]]], alpha: float
) -> Judgement:
    judgement = Judgement(claim)
    if claim["kind"] == "out_of_reach":
        return judgement
    judgement.per_seed, missing = _per_seed(claim["metric"], values)
    judgement.notes += missing
    n = len(judgement.values)
    if n < claim["seeds"]:
        judgement.notes.append(f"{n} of {claim['seeds']} seeds have a value")
    if claim["kind"] == "exact":
        _summarise_exact(judgement)
    elif n >= 2:
        _summarise(judgement, alpha)
    elif not judgement.notes:
        judgement.notes.append("a spread needs two seeds")
    return judgement


def _per_seed(
    metric: str, values: dict[str, dict[int, Mapping[str, float]]]
) -> tuple[list[dict[str, Any]], list[str]]:
    wanted = expressions.names(metric)
    seeds = [set(values.get(arm, {})) for arm, _name in wanted]
    rows: list[dict[str, Any]] = []
    missing = []
    for seed in sorted(set.intersection(*seeds) if seeds else ()):
        here = {
            (arm, name): values[arm][seed][name]
            for arm, name in wanted
            if name in values[arm][seed]
        }
        try:
            rows.append({"seed": seed, "value": expressions.evaluate(metric, here)})
        except expressions.NoValue as why:
            rows.append({"seed": seed, "value": None})
            missing.append(f"seed {seed} has no value: {why}")
    return rows, missing


def _summarise_exact(judgement: Judgement) -> None:
    values = judgement.values
    if len(values) == 1:
        judgement.mean = values[0]
    elif values:
        try:
            sample = Sample.of(values)
        except OverflowError:
            judgement.notes.append("the spread is too large for a float")
        else:
            judgement.mean, judgement.sd = sample.mean, sample.sd


def _summarise(judgement: Judgement, alpha: float) -> None:
    kind, margin, values = judgement.claim["kind"], judgement.claim["margin"], judgement.values
    if kind == "ratio":
        if min(values) <= 0 or margin <= 0:
            judgement.notes.append("a ratio needs values and a margin above zero")
            return
        values, margin = [math.log(value) for value in values], math.log(margin)
    try:
        sample = Sample.of(values)
    except OverflowError:
        judgement.notes.append("the spread is too large for a float")
        return
    is_equivalence = kind == "equivalence"
    judgement.level = round(1 - (2 if is_equivalence else 1) * alpha, 10)
    low, high = sample.interval(judgement.level)
    judgement.p = sample.p_within(margin) if is_equivalence else sample.p_differs(margin)
    judgement.mean, judgement.sd = sample.mean, sample.sd
    if kind == "ratio":
        judgement.mean, low, high = (_exp(number) for number in (sample.mean, low, high))
    if not (math.isfinite(low) and math.isfinite(high)):
        judgement.notes.append("the interval is too wide for a float")
        judgement.p = None
        if not math.isfinite(judgement.mean):
            judgement.mean = None
        return
    judgement.interval = (low, high)


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _decide(judgement: Judgement, alpha: float) -> None:
    claim = judgement.claim
    if claim["kind"] == "out_of_reach":
        judgement.status = "not_attempted"
        judgement.notes = [claim["reason"]]
        return
    if not judgement.is_decidable:
        return
    if claim["kind"] == "exact":
        judgement.status = "reproduced" if _holds(claim, judgement.values) else "not_reproduced"
        return
    side = _side(claim, judgement.interval)
    is_sure = judgement.p_holm is not None and judgement.p_holm < alpha
    # The p of an equivalence speaks for it alone: far outside the margin it is one.
    if side == "not_reproduced" and claim["kind"] == "equivalence":
        is_sure = True
    if side != "inconclusive" and not is_sure:
        judgement.notes.append("decided by its interval alone, not after Holm's correction")
        return
    judgement.status = side


def _holds(claim: Mapping[str, Any], values: Sequence[float]) -> bool:
    margin = claim["margin"]
    match claim["relation"]:
        case "<":
            return all(value <= margin for value in values)
        case ">":
            return all(value >= margin for value in values)
        case _:
            return all(abs(value) <= margin for value in values)


def _side(claim: Mapping[str, Any], interval: tuple[float, float] | None) -> str:
    if interval is None:
        return "inconclusive"
    low, high = interval
    margin = claim["margin"]
    if claim["kind"] == "equivalence":
        yes, no = -margin < low and high < margin, high < -margin or low > margin
    elif claim["relation"] == "<":
        yes, no = high < margin, low > margin
    else:
        yes, no = low > margin, high < margin
    return "reproduced" if yes else "not_reproduced" if no else "inconclusive"
