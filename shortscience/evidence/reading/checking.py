"""Whether a report adds up: everything that follows from its units is computed again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shortscience.evidence.reading.format import Arm, Claim, Figure, Overall, Report, Unit
from shortscience.evidence.reading.judging import Verdict, judge, overall_of
from shortscience.evidence.reading.metrics import BadMetric, Metric, read_metric
from shortscience.evidence.reading.parsing import (
    MAX_BYTES,
    BadReport,
    Json,
    TooLarge,
    canonical,
    parse,
    sha256_of,
)

# Two programs that add the same numbers in another order differ by less.
RELATIVE, ABSOLUTE = 1e-9, 1e-12
# A person mends the first ones and sends it again.
MAX_FAULTS = 40


@dataclass(frozen=True, slots=True)
class Reading:
    """A report that adds up, with what was computed from its units here."""

    report: Report
    # The report as canonical JSON: what is stored, and what its address is the hash of.
    canonical: bytes
    sha256: str
    verdicts: tuple[Verdict, ...]
    overall: Overall
    # Of arms and rules alone: two reports of one version must agree in it.
    rules_sha256: str
    # Of what the units measured, whatever their seeds are called.
    values_sha256: str


def read(payload: bytes) -> Reading:
    """Return the report in these bytes.

    Raises:
        BadReport: it cannot be read, or does not add up; `faults` says everything that is wrong.
    """
    report, data = parse(payload)
    reading = _reading(report, data)
    if len(reading.canonical) > MAX_BYTES:
        raise TooLarge
    faults = faults_of(report, reading.verdicts, data)
    if faults:
        raise BadReport(faults)
    return reading


def recomputed(payload: bytes) -> Reading:
    """Return a report that was let in before, computed again; today's checks do not refuse it.

    Raises:
        BadReport: it cannot be read at all.
    """
    return _reading(*parse(payload))


def _reading(report: Report, data: Json) -> Reading:
    verdicts = tuple(judge(report.claims, report.units, report.config.look))
    return Reading(
        report=report,
        canonical=canonical(data),
        sha256=sha256_of(data),
        verdicts=verdicts,
        overall=overall_of(verdicts),
        rules_sha256=sha256_of(
            {
                "arms": [arm.name for arm in report.arms],
                "claims": [rules_of(claim) for claim in report.claims],
            }
        ),
        values_sha256=_values_sha256(report),
    )


def _values_sha256(report: Report) -> str:
    places = {seed: place for place, seed in enumerate(report.config.seeds)}
    rows = [(unit.arm, places.get(unit.seed, -1), unit.values) for unit in report.units]
    return sha256_of(sorted(rows, key=lambda row: row[:2]))


def rules_of(claim: Claim) -> dict[str, Json]:
    """Return what a version fixes about a claim: what is tested, and what decides."""
    return {name: getattr(claim, name) for name in RULES}


# What a claim says about its result: never looked at but to compare.
DERIVED = frozenset(
    {
        *("per_seed", "mean", "sd", "n", "interval", "level", "p", "p_holm", "status", "note"),
    }
)
RULES = (
    *("id", "text", "kind", "metric", "relation", "margin", "unit", "seeds"),
    *("is_proxy", "is_central"),
)


def faults_of(report: Report, verdicts: Sequence[Verdict], data: Json) -> list[str]:
    """Return a sentence for everything that does not add up."""
    shape = [*_arms(report), *_units(report), *_metrics(report), *_hashes(report, data)]
    rest = [*_figures(report.figures), *_checks(report), *_times(report)]
    # Where units are missing every number differs: saying so for each claim would hide the reason.
    numbers = [] if shape else [*_verdicts(verdicts), *_overall(report, verdicts)]
    faults = [*shape, *numbers, *rest]
    if len(faults) > MAX_FAULTS:
        more = len(faults) - MAX_FAULTS
        faults = [*faults[:MAX_FAULTS], f"There are {more} further faults like these."]
    return faults


# --- what was run -----------------------------------------------------------------------------


def _arms(report: Report) -> Iterator[str]:
    yield from _twice("arm", (arm.name for arm in report.arms))
    yield from _twice("claim", (claim.id for claim in report.claims))
    yield from _twice("figure", (figure.id for figure in report.figures))
    yield from _twice("seed", map(str, report.config.seeds))
    for arm in report.arms:
        if strange := sorted(set(arm.seeds) - set(report.config.seeds)):
            yield f"Arm {arm.name} has seeds that the configuration does not name: {strange[:5]}."


def _units(report: Report) -> Iterator[str]:
    arms = {arm.name: arm for arm in report.arms}
    yield from _twice("unit", (unit.id for unit in report.units))
    for unit in report.units:
        yield from _unit(unit, arms.get(unit.arm), report)
    there = {(unit.arm, unit.seed) for unit in report.units}
    for arm in report.arms:
        if missing := [seed for seed in arm.seeds if (arm.name, seed) not in there]:
            yield (
                f"Arm {arm.name} names {len(arm.seeds)} seeds and has no unit for {missing[:5]}."
                " A unit that failed belongs into the report as failed."
            )


def _unit(unit: Unit, arm: Arm | None, report: Report) -> Iterator[str]:
    if unit.id != f"{unit.arm}/{unit.seed}":
        yield f"Unit {unit.id} says that it is {unit.arm}/{unit.seed}."
    if arm is None:
        yield f"Unit {unit.id} is of an arm that this version does not have."
    elif unit.seed not in arm.seeds:
        yield f"Unit {unit.id} has a seed that its arm does not name."
    match unit.status:
        case "failed" if unit.values:
            yield f"Unit {unit.id} failed and has values."
        case "ok" if not unit.values:
            yield f"Unit {unit.id} ran and has no values."
        case "diverged":
            yield from _diverged(unit, report.worst)


def _diverged(unit: Unit, worst: dict[str, float]) -> Iterator[str]:
    """A run that diverged counts as the worst that its experiment named before it ran."""
    missing = sorted(name for name in worst if name not in unit.values)
    if not worst:
        yield f"Unit {unit.id} diverged, and the report names no worst values."
    elif missing:
        yield f"Unit {unit.id} diverged and does not carry the worst {', '.join(missing[:5])}."
    elif all(unit.values[name] != value for name, value in worst.items()):
        yield f"Unit {unit.id} diverged, and none of its values is the worst that was named."


def _metrics(report: Report) -> Iterator[str]:
    arms = {arm.name for arm in report.arms}
    offered: dict[str, set[str]] = {}
    for unit in report.units:
        offered.setdefault(unit.arm, set()).update(unit.values)
    for claim in report.claims:
        if claim.kind == "out_of_reach":
            if not claim.reason.strip():
                yield f"Claim {claim.id} was not attempted and gives no reason."
            continue
        try:
            metric = read_metric(claim.metric)
        except BadMetric as why:
            yield f"The metric of claim {claim.id} cannot be read: {why}."
            continue
        yield from _sources(claim, metric, arms, offered)


def _sources(
    claim: Claim, metric: Metric, arms: set[str], offered: dict[str, set[str]]
) -> Iterator[str]:
    if not metric.sources:
        yield f"The metric of claim {claim.id} reads no value of any arm."
    for arm, name in sorted(metric.sources):
        if arm not in arms:
            yield f"Claim {claim.id} is about the arm {arm}, which the report does not have."
        elif offered.get(arm) and name not in offered[arm]:
            yield f"Claim {claim.id} is about {arm}.{name}, which no unit measured."
    yield from _rule(claim)


def _rule(claim: Claim) -> Iterator[str]:
    if claim.kind == "equivalence" and (claim.relation != "==" or claim.margin <= 0):
        yield f"Claim {claim.id} is an equivalence: it needs == and a margin above zero."
    if claim.kind in ("effect", "ratio") and claim.relation == "==":
        yield f"Claim {claim.id} needs a direction, > or <."
    if claim.kind == "ratio" and claim.margin <= 0:
        yield f"Claim {claim.id} is a ratio: it needs a margin above zero."
    if claim.kind != "exact" and claim.seeds < 2:
        yield f"Claim {claim.id} asks for {claim.seeds} seed; an interval needs two."


# --- what follows from it ---------------------------------------------------------------------


def _verdicts(verdicts: Iterable[Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        claim = verdict.claim
        said = [(row.seed, row.value) for row in claim.per_seed]
        if not _same_seeds(said, verdict.per_seed):
            yield f"Claim {claim.id}: its values per seed do not follow from the units."
            continue
        for name in ("mean", "sd", "level", "p", "p_holm"):
            stated, found = getattr(claim, name), getattr(verdict, name)
            if not _same(stated, found):
                says = f"{name} {_told(stated)}; its units give {_told(found)}"
                yield f"Claim {claim.id} says {says}."
        if claim.n != verdict.n:
            yield f"Claim {claim.id} says n = {claim.n}; its units give {verdict.n}."
        yield from _interval(verdict)
        if claim.status != verdict.status:
            why = f" ({verdict.note})" if verdict.note else ""
            yield (
                f"Claim {claim.id} says “{_word(claim.status)}”; by its own rule the units give"
                f" “{_word(verdict.status)}”{why}."
            )


def _interval(verdict: Verdict) -> Iterator[str]:
    stated, found = verdict.claim.interval, verdict.interval
    ends = zip(stated or (None, None), found or (None, None), strict=True)
    if not all(_same(one, other) for one, other in ends):
        yield (
            f"Claim {verdict.claim.id} says the interval {_ends(stated)}; its units give"
            f" {_ends(found)}."
        )


def _overall(report: Report, verdicts: Sequence[Verdict]) -> Iterator[str]:
    found = overall_of(verdicts)
    if report.overall != found:
        yield f"The report says “{_word(report.overall)}”; its claims give “{_word(found)}”."


def _same_seeds(
    stated: Sequence[tuple[int, float | None]], found: Sequence[tuple[int, float | None]]
) -> bool:
    return [seed for seed, _value in stated] == [seed for seed, _value in found] and all(
        _same(one, other) for (_a, one), (_b, other) in zip(stated, found, strict=True)
    )


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


# --- the rest ---------------------------------------------------------------------------------


def _hashes(report: Report, data: Json) -> Iterator[str]:
    exact = report.env.exact
    for name in ("python", "torch"):
        if not exact.get(name):
            yield f"The environment does not say which version of {name} it had."
    decided = {
        "config": data["config"],
        "arms": data["arms"],
        "claims": [
            {name: value for name, value in claim.items() if name not in DERIVED}
            for claim in data["claims"]
        ],
    }
    if report.hashes.config != sha256_of(decided):
        yield "The hash of the configuration is not that of config, arms and rules."
    if report.hashes.env != sha256_of(data["env"]["exact"]):
        yield "The hash of the environment is not that of env.exact."
    if report.code.sha256 != sha256_of(data["code"]["files"]):
        yield "The hash of the code is not that of its list of files."


def _figures(figures: Iterable[Figure]) -> Iterator[str]:
    for figure in figures:
        for line in figure.lines:
            lengths = {len(line.x), len(line.y)} | {len(e) for e in (line.low, line.high) if e}
            if len(lengths) > 1 or bool(line.low) != bool(line.high):
                yield f"Figure {figure.id}: the line {line.name!r} has lists of different lengths."


def _checks(report: Report) -> Iterator[str]:
    for check in report.checks:
        is_ok = check.error is not None and check.error <= check.limit
        if check.ok != is_ok:
            yield f"The check {check.name!r} says {check.ok} against its own numbers."


def _times(report: Report) -> Iterator[str]:
    try:
        started, ended = (
            datetime.fromisoformat(text) for text in (report.time.started, report.time.ended)
        )
    except ValueError:
        yield "The times of start and end are no times."
        return
    if ended < started:
        yield "It ended before it started."


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"The {what} {name} is there {times} times."


def _told(number: float | None) -> str:
    return "nothing" if number is None else f"{number:.10g}"


def _ends(interval: Sequence[float] | None) -> str:
    return "nothing" if interval is None else f"{interval[0]:.10g} to {interval[1]:.10g}"


def _word(status: str) -> str:
    return status.replace("_", " ")
