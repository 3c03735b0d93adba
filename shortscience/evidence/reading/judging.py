"""From units to statuses. What a report says about its own claims is not looked at here."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shortscience.evidence.reading import student
from shortscience.evidence.reading.format import Claim, Overall, Status, Unit
from shortscience.evidence.reading.metrics import BadMetric, NoValue, read_metric

# Who extends 5 seeds to 10 and 10 to 20 looks again, and each look has to be surer than the one
# before. The share of error that each may spend; ten digits, since 1 - 0.95 is not 0.05 in floats.
LEVELS = {1: 0.95, 2: 0.975, 3: 0.9833}

# Arm, then seed, then name of a value.
Measured = Mapping[str, Mapping[int, Mapping[str, float]]]


@dataclass(slots=True)
class Verdict:
    """What the units say about one claim; None where there is no such number."""

    claim: Claim
    per_seed: list[tuple[int, float | None]] = field(default_factory=list)
    mean: float | None = None
    sd: float | None = None
    interval: tuple[float, float] | None = None
    level: float | None = None
    p: float | None = None
    p_holm: float | None = None
    status: Status = "inconclusive"
    notes: list[str] = field(default_factory=list)

    @property
    def values(self) -> list[float]:
        return [value for _seed, value in self.per_seed if value is not None]

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def note(self) -> str:
        return "; ".join(self.notes)


def judge(claims: Iterable[Claim], units: Iterable[Unit], look: int) -> list[Verdict]:
    """Return a verdict for each claim, in their order.

    Args:
        claims: with their rules; each metric was read before, or its verdict stays open.
        units: those that failed count as not there.
        look: 1, 2 or 3; see `LEVELS`.
    """
    measured = _by_seed(units)
    alpha = round(1 - LEVELS[look], 10)
    verdicts = [_measure(claim, measured, alpha) for claim in claims]
    tested = [verdict for verdict in verdicts if verdict.p is not None]
    adjusted = holm([verdict.p for verdict in tested if verdict.p is not None])
    for verdict, p in zip(tested, adjusted, strict=True):
        verdict.p_holm = p
    for verdict in verdicts:
        _decide(verdict, alpha)
    return verdicts


def overall_of(verdicts: Iterable[Verdict]) -> Overall:
    """Return one word for the central claims together."""
    tried = {
        verdict.status
        for verdict in verdicts
        if verdict.claim.is_central and verdict.status != "not_attempted"
    }
    if not tried:
        return "not_attempted"
    if tried == {"reproduced"}:
        return "reproduced"
    if "not_reproduced" in tried and "reproduced" not in tried:
        return "not_reproduced"
    return "partly"


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted for their number, in the same order.

    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    adjusted = [0.0] * len(p_values)
    so_far = 0.0
    ranked = sorted(enumerate(p_values), key=lambda pair: pair[1])
    for rank, (place, p) in enumerate(ranked):
        so_far = max(so_far, min(1.0, p * (len(ranked) - rank)))
        adjusted[place] = so_far
    return adjusted


def _by_seed(units: Iterable[Unit]) -> Measured:
    found: dict[str, dict[int, Mapping[str, float]]] = {}
    for unit in units:
        if unit.status != "failed":
            found.setdefault(unit.arm, {})[unit.seed] = unit.values
    return found


def _measure(claim: Claim, measured: Measured, alpha: float) -> Verdict:
    verdict = Verdict(claim)
    if claim.kind == "out_of_reach":
        return verdict
    _take_values(verdict, measured)
    if verdict.n < claim.seeds:
        verdict.notes.append(f"{verdict.n} of {claim.seeds} seeds have a value")
    if claim.kind == "exact":
        _describe(verdict, verdict.values)
    elif verdict.n >= 2:
        _test(verdict, alpha)
    elif not verdict.notes:
        verdict.notes.append("an interval needs two seeds")
    return verdict


def _take_values(verdict: Verdict, measured: Measured) -> None:
    """Compute the metric for every seed that all of its arms have."""
    try:
        metric = read_metric(verdict.claim.metric)
    except BadMetric as why:
        verdict.notes.append(f"the metric cannot be read: {why}")
        return
    arms = {arm for arm, _name in metric.sources}
    seeds = [set(measured.get(arm, ())) for arm in arms]
    for seed in sorted(set.intersection(*seeds) if seeds else ()):
        here = {
            (arm, name): measured[arm][seed][name]
            for arm, name in metric.sources
            if name in measured[arm][seed]
        }
        try:
            verdict.per_seed.append((seed, metric.of(here)))
        except NoValue as why:
            verdict.per_seed.append((seed, None))
            verdict.notes.append(f"seed {seed} has no value: {why}")


def _describe(verdict: Verdict, values: Sequence[float]) -> bool:
    """Fill mean and spread; return whether there are two finite numbers to test with."""
    if len(values) == 1:
        verdict.mean = values[0]
    if len(values) < 2:
        return False
    try:
        # Exactly rounded: values that are all equal have a spread of zero and nothing else.
        verdict.mean, verdict.sd = statistics.mean(values), statistics.stdev(values)
    except OverflowError:
        verdict.notes.append("the spread is too large for a number")
        return False
    return True


def _test(verdict: Verdict, alpha: float) -> None:
    """Fill interval and p. A ratio is tested by its logarithms and told as a ratio again."""
    claim, values, margin = verdict.claim, verdict.values, verdict.claim.margin
    is_ratio, is_equivalence = claim.kind == "ratio", claim.kind == "equivalence"
    if is_ratio:
        if margin <= 0 or min(values) <= 0:
            verdict.notes.append("a ratio needs values and a margin above zero")
            return
        values, margin = [math.log(value) for value in values], math.log(margin)
    if not _describe(verdict, values) or verdict.mean is None or verdict.sd is None:
        return
    n, mean = len(values), verdict.mean
    error = verdict.sd / math.sqrt(n)
    verdict.level = round(1 - (2 * alpha if is_equivalence else alpha), 10)
    half = student.quantile(verdict.level, n - 1) * error if error else 0.0
    p = _p_within(mean, error, margin, n) if is_equivalence else _p_apart(mean, error, margin, n)
    low, high = mean - half, mean + half
    if is_ratio:
        verdict.mean, low, high = (_raised(number) for number in (mean, low, high))
    if not (math.isfinite(low) and math.isfinite(high)):
        verdict.notes.append("the interval is too wide for a number")
        if not math.isfinite(verdict.mean):
            verdict.mean = None
        return
    verdict.interval, verdict.p = (low, high), p


def _raised(log: float) -> float:
    try:
        return math.exp(log)
    except OverflowError:
        return math.inf


def _p_apart(mean: float, error: float, margin: float, n: int) -> float:
    """Return the two-sided p of "the mean is the margin"."""
    if not error:
        return 1.0 if mean == margin else 0.0
    return student.two_sided((mean - margin) / error, n - 1)


def _p_within(mean: float, error: float, margin: float, n: int) -> float:
    """Return the larger p of the two one-sided tests of "the mean is not within ±margin"."""
    if not error:
        return 0.0 if abs(mean) < margin else 1.0
    below = student.upper((margin - mean) / error, n - 1)
    above = student.upper((mean + margin) / error, n - 1)
    return max(below, above)


def _decide(verdict: Verdict, alpha: float) -> None:
    claim = verdict.claim
    if claim.kind == "out_of_reach":
        verdict.status = "not_attempted"
        verdict.notes = [claim.reason]
        return
    if verdict.notes:
        return
    if claim.kind == "exact":
        verdict.status = "reproduced" if _all_within(claim, verdict.values) else "not_reproduced"
        return
    side = _side(claim, verdict.interval)
    if side == "inconclusive":
        return
    # The p of an equivalence asks whether it is one; wholly outside, the interval speaks alone.
    needs_p = not (claim.kind == "equivalence" and side == "not_reproduced")
    if needs_p and not (verdict.p_holm is not None and verdict.p_holm < alpha):
        verdict.notes.append("its interval decides, Holm's correction does not")
        return
    verdict.status = side


def _all_within(claim: Claim, values: Iterable[float]) -> bool:
    match claim.relation:
        case "<":
            return all(value <= claim.margin for value in values)
        case ">":
            return all(value >= claim.margin for value in values)
        case _:
            return all(abs(value) <= claim.margin for value in values)


def _side(claim: Claim, interval: tuple[float, float] | None) -> Status:
    if interval is None:
        return "inconclusive"
    (low, high), margin = interval, claim.margin
    if claim.kind == "equivalence":
        holds, fails = -margin < low and high < margin, high < -margin or low > margin
    elif claim.relation == "<":
        holds, fails = high < margin, low > margin
    else:
        holds, fails = low > margin, high < margin
    return "reproduced" if holds else "not_reproduced" if fails else "inconclusive"
