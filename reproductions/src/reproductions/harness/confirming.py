"""What a second run says about a first: with the same seeds, or with fresh ones nobody chose.

A replay asks whether the program gives the same numbers; a replication whether the finding holds
for other random numbers. The site decides in the same way.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reproductions.harness.errors import Problem
from reproductions.harness.reports import Report, identity
from reproductions.harness.statistics import Sample, t_quantile

# The same program on the same numbers: sums in another order differ by less.
RELATIVE, ABSOLUTE = 1e-6, 1e-9
# On another machine a unit may be off by three spreads over the seeds.
SPREADS = 3.0
# Of a hundred means of further seeds, ninety-five lie in this interval of prediction.
PREDICTION_LEVEL = 0.95
# A time that a unit took is never the same twice: only what claims make of it is compared.
TIMES = ("_cpu_s", "_cpu_us")

How = Literal["replay", "replicate"]
_RULE = ("id", "kind", "metric", "relation", "margin", "unit", "seeds", "is_proxy", "is_central")


@dataclass(frozen=True, slots=True)
class Decision:
    """confirmed, weak or disputed; the same for each claim that was attempted; and why."""

    word: str
    by_claim: Mapping[str, str]
    reasons: tuple[str, ...]


def fresh_seeds(handle: str, report_sha256: str, n: int) -> list[int]:
    """Return the seeds with which this person repeats that report: nobody can choose them."""
    keys = [f"{handle}/{report_sha256}/{i}".encode() for i in range(n)]
    return [int.from_bytes(hashlib.sha256(key).digest()[:4], "big") for key in keys]


def confirms(first: Report, how: How, user: str) -> dict[str, str]:
    """Return what the second report says about which one it confirms."""
    return {"report": identity(first), "how": how, "user": user}


def decide(first: Report, second: Report) -> Decision:
    """Return what the second report says about the first, which it names.

    Raises:
        Problem: they cannot be compared: other rules, settings or seeds.
    """
    _refuse_other_rules(first, second)
    how = (second["confirms"] or {}).get("how")
    if how == "replay" and first["config"]["seeds"] != second["config"]["seeds"]:
        raise Problem("A replay has the seeds of the report that it repeats.")
    return _replay(first, second) if how == "replay" else _replicate(first, second)


def _refuse_other_rules(first: Report, second: Report) -> None:
    for name in ("reproduction", "version"):
        if first[name] != second[name]:
            raise Problem(f"The {name} is {second[name]}; the report is of {first[name]}.")
    rules = [[{k: claim[k] for k in _RULE} for claim in r["claims"]] for r in (first, second)]
    if rules[0] != rules[1]:
        raise Problem("The rules of the claims are not those of the report.")
    for name in ("preset", "settings"):
        if first["config"][name] != second["config"][name]:
            raise Problem(f"The {name} of the runs differ.")


def _pairs(first: Report, second: Report) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return each claim that was attempted as it was and as it is now."""
    again = {claim["id"]: claim for claim in second["claims"]}
    return [
        (claim, again[claim["id"]])
        for claim in first["claims"]
        if claim["status"] != "not_attempted"
    ]


def _agreed(first: Report, second: Report) -> dict[str, bool]:
    return {was["id"]: was["status"] == now["status"] for was, now in _pairs(first, second)}


def _told(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    words = [claim["status"].replace("_", " ") for claim in (now, was)]
    return f"{was['id']} is {words[0]} now, was {words[1]}"


def _replay(first: Report, second: Report) -> Decision:
    strays = list(_strays(first, second, is_same=_exact(first) == _exact(second)))
    agreed = _agreed(first, second)
    by_claim = {
        claim: "confirmed" if agrees and not strays else "disputed"
        for claim, agrees in agreed.items()
    }
    word = "confirmed" if not strays and all(agreed.values()) else "disputed"
    changed = [_told(*pair) for pair in _pairs(first, second) if not agreed[pair[0]["id"]]]
    return Decision(word, by_claim, tuple([*changed, *strays][:10]))


def _exact(report: Report) -> list[Any]:
    """Return what has to be equal for the numbers to be equal."""
    data = sorted((one["name"], one["sha256"]) for one in report["data"])
    config = [report["config"][name] for name in ("device", "dtype", "look")]
    return [report["code"]["sha256"], report["hashes"]["env"], data, config]


def _strays(first: Report, second: Report, *, is_same: bool) -> Iterator[str]:
    again = {unit["id"]: unit for unit in second["units"]}
    for unit in first["units"]:
        now = again.get(unit["id"])
        if now is None or now["status"] != unit["status"]:
            yield f"{unit['id']} is {now['status'] if now else 'missing'}, was {unit['status']}"
            continue
        for name, value in unit["values"].items():
            if name.endswith(TIMES):
                continue
            other = now["values"].get(name)
            if other is None:
                yield f"{unit['id']} has no {name}"
            elif not _is_near(value, other, is_same, first, (unit["arm"], name)):
                yield f"{unit['id']}: {name} is {other:.6g}, was {value:.6g}"


def _is_near(was: float, now: float, is_same: bool, first: Report, source: tuple[str, str]) -> bool:
    if math.isclose(was, now, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
        return True
    if is_same:
        return False
    arm, name = source
    values = [
        unit["values"][name]
        for unit in first["units"]
        if unit["arm"] == arm and name in unit["values"]
    ]
    return len(values) > 1 and abs(was - now) <= SPREADS * Sample.of(values).sd


def _replicate(first: Report, second: Report) -> Decision:
    by_claim, reasons = {}, []
    for claim, new in _pairs(first, second):
        by_claim[claim["id"]] = _replicated(claim, new)
        if by_claim[claim["id"]] != "confirmed":
            reasons.append(_told(claim, new))
    if not by_claim:
        raise Problem("There is no claim that was attempted.")
    word = next(one for one in ("disputed", "weak", "confirmed") if one in by_claim.values())
    return Decision(word, by_claim, tuple(reasons))


def _replicated(claim: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if claim["status"] == new["status"]:
        return "confirmed"
    foretold, mean = prediction(claim, new["n"]), _on_scale(new)
    if foretold is None or mean is None:
        return "disputed"
    return "weak" if foretold[0] <= mean <= foretold[1] else "disputed"


def prediction(claim: Mapping[str, Any], n_new: int) -> tuple[float, float] | None:
    """Return where the mean of `n_new` further seeds is expected, None where one cannot say.

    For a ratio on the scale of logarithms, as it is tested.
    """
    mean, sd, n = _on_scale(claim), claim["sd"], claim["n"]
    if mean is None or sd is None or n < 2 or n_new < 1:
        return None
    half = t_quantile(PREDICTION_LEVEL, n - 1) * sd * math.sqrt(1 / n + 1 / n_new)
    return mean - half, mean + half


def _on_scale(claim: Mapping[str, Any]) -> float | None:
    mean: float | None = claim["mean"]
    if mean is None or claim["kind"] != "ratio":
        return mean
    return math.log(mean) if mean > 0 else None
