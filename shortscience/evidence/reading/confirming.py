"""What a second run says about a first: by the same seeds, or by fresh ones nobody chose."""

from __future__ import annotations

import hashlib
import math
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shortscience.evidence.reading import student
from shortscience.evidence.reading.checking import Reading
from shortscience.evidence.reading.format import Report
from shortscience.evidence.reading.judging import Verdict

# The same program on the same numbers: what remains is the order of additions.
REPLAY_RELATIVE, REPLAY_ABSOLUTE = 1e-6, 1e-9
# On another machine a unit may wander as far as three spreads over the seeds.
WANDERS_BY = 3.0
# Ninety-five of a hundred new means of the same thing lie within this prediction interval.
PREDICTION_LEVEL = 0.95
# Values of these names are times: claims may compare them, but no run repeats them.
TIMES = ("_cpu_s", "_cpu_us")


class Decision(StrEnum):
    CONFIRMED = "confirmed"
    WEAK = "weak"
    DISPUTED = "disputed"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision, for each claim that both attempted, and in words where a number decided."""

    decision: Decision
    by_claim: Mapping[str, Decision]
    reasons: tuple[str, ...] = ()


def fresh_seeds(handle: str, report_sha256: str, n: int) -> list[int]:
    """Return the seeds with which this person replicates that report: nobody can pick them."""
    keys = (f"{handle}/{report_sha256}/{i}".encode() for i in range(n))
    return [int.from_bytes(hashlib.sha256(key).digest()[:4], "big") for key in keys]


def seeds_fault(new: Report, handle: str) -> str:
    """Return why the seeds of a replication are not those of this person; "" if they are."""
    if new.confirms is None:
        return ""
    wanted = fresh_seeds(handle, new.confirms.report, len(new.config.seeds))
    if new.config.seeds == wanted:
        return ""
    return (
        f"A replication by {handle} of this report has the seeds {wanted[:3]} …; this one has"
        f" {new.config.seeds[:3]} …. They follow from your handle and the report, so that nobody"
        " can choose them: `reproduce confirm` knows them."
    )


def compare(first: Reading, second: Reading, how: str) -> Outcome:
    """Return what the second run says about the first one, which it names."""
    if why := _not_comparable(first, second):
        return Outcome(Decision.NOT_COMPARABLE, {}, (why,))
    return _replay(first, second) if how == "replay" else _replicate(first, second)


def _not_comparable(first: Reading, second: Reading) -> str:
    one, other = first.report, second.report
    if (one.reproduction, one.version) != (other.reproduction, other.version):
        return "It is of another reproduction or version."
    if first.rules_sha256 != second.rules_sha256:
        return "Its rules are not those of the report that it confirms."
    if one.config.preset != other.config.preset or one.config.settings != other.config.settings:
        return "It was run with other settings."
    return ""


# --- the same seeds ---------------------------------------------------------------------------


def _replay(first: Reading, second: Reading) -> Outcome:
    if first.report.config.seeds != second.report.config.seeds:
        why = "A replay has the seeds of the report that it repeats."
        return Outcome(Decision.NOT_COMPARABLE, {}, (why,))
    is_same = _fingerprint(first.report) == _fingerprint(second.report)
    strays = list(_strays(first.report, second.report, is_same))
    agreed = _agreed(first, second)
    by_claim = {
        key: Decision.CONFIRMED if agrees and not strays else Decision.DISPUTED
        for key, agrees in agreed.items()
    }
    is_confirmed = not strays and all(agreed.values())
    decision = Decision.CONFIRMED if is_confirmed else Decision.DISPUTED
    return Outcome(decision, by_claim, tuple(strays[:10]))


def _fingerprint(report: Report) -> tuple[object, ...]:
    """Return what has to be equal for the numbers to be equal."""
    data = sorted((one.name, one.sha256) for one in report.data)
    config = report.config
    return report.code.sha256, report.hashes.env, data, config.look, config.dtype, config.device


def _strays(first: Report, second: Report, is_same: bool) -> Iterator[str]:
    """Yield what came out too differently."""
    again = {unit.id: unit for unit in second.units}
    for unit in first.units:
        other = again.get(unit.id)
        if other is None or other.status != unit.status:
            yield f"Unit {unit.id} is {other.status if other else 'missing'}; it was {unit.status}."
            continue
        for name, was in unit.values.items():
            if name.endswith(TIMES):
                continue
            now = other.values.get(name)
            if now is None:
                yield f"Unit {unit.id} did not measure {name}."
            elif not _is_near(was, now, is_same, lambda: _spread(first, unit.arm, name)):  # noqa: B023
                yield f"Unit {unit.id}: {name} is {now:.6g}; it was {was:.6g}."


def _is_near(was: float, now: float, is_same: bool, spread: object) -> bool:
    if math.isclose(was, now, rel_tol=REPLAY_RELATIVE, abs_tol=REPLAY_ABSOLUTE):
        return True
    return not is_same and abs(was - now) <= WANDERS_BY * spread()  # type: ignore[operator]


def _spread(report: Report, arm: str, name: str) -> float:
    values = [u.values[name] for u in report.units if u.arm == arm and name in u.values]
    return statistics.stdev(values) if len(values) > 1 else 0.0


# --- fresh seeds ------------------------------------------------------------------------------


def _replicate(first: Reading, second: Reading) -> Outcome:
    again = {verdict.claim.id: verdict for verdict in second.verdicts}
    agreed = _agreed(first, second)
    by_claim: dict[str, Decision] = {}
    reasons = []
    for verdict in first.verdicts:
        if verdict.claim.id not in agreed:
            continue
        new = again[verdict.claim.id]
        decision = Decision.CONFIRMED if agreed[verdict.claim.id] else _by_prediction(verdict, new)
        by_claim[verdict.claim.id] = decision
        if decision is not Decision.CONFIRMED:
            reasons.append(_told(verdict, new))
    if not by_claim:
        why = "There is no claim that both attempted."
        return Outcome(Decision.NOT_COMPARABLE, {}, (why,))
    worst = next(one for one in _WORST_FIRST if one in by_claim.values())
    return Outcome(worst, by_claim, tuple(reasons))


_WORST_FIRST = (Decision.DISPUTED, Decision.WEAK, Decision.CONFIRMED)


def _agreed(first: Reading, second: Reading) -> dict[str, bool]:
    """Return whether the decisions agree, for each claim that was attempted."""
    again = {verdict.claim.id: verdict.status for verdict in second.verdicts}
    return {
        verdict.claim.id: again.get(verdict.claim.id) == verdict.status
        for verdict in first.verdicts
        if verdict.status != "not_attempted"
    }


def _by_prediction(was: Verdict, now: Verdict) -> Decision:
    """Another decision is weak support where the new mean is one that the first run foretells."""
    foretold = prediction(was, now.n)
    mean = _on_scale(now)
    if foretold is None or mean is None:
        return Decision.DISPUTED
    low, high = foretold
    return Decision.WEAK if low <= mean <= high else Decision.DISPUTED


def prediction(verdict: Verdict, n_new: int) -> tuple[float, float] | None:
    """Return the interval in which the mean of n_new further seeds is expected; None without one.

    On the scale on which the claim is tested: logarithms for a ratio.
    """
    mean, sd, n = _on_scale(verdict), verdict.sd, verdict.n
    if mean is None or sd is None or n < 2 or n_new < 1:
        return None
    half = student.quantile(PREDICTION_LEVEL, n - 1) * sd * math.sqrt(1 / n + 1 / n_new)
    return mean - half, mean + half


def _on_scale(verdict: Verdict) -> float | None:
    if verdict.mean is None or verdict.claim.kind != "ratio":
        return verdict.mean
    return math.log(verdict.mean) if verdict.mean > 0 else None


def _told(was: Verdict, now: Verdict) -> str:
    def says(verdict: Verdict) -> str:
        mean = "no mean" if verdict.mean is None else f"{verdict.mean:.4g}"
        return f"“{verdict.status.replace('_', ' ')}” ({mean}, {verdict.n} seeds)"

    return f"Claim {was.claim.id}: {says(was)} before, {says(now)} now."
