"""Reports: made from the units of a run, written, read, and never believed.

A report is one JSON file (`report.schema.json`). What a claim's row says about means, intervals
and statuses follows from the units; whoever reads the file computes it again, as `checked` does.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reproductions.contract import Check, Experiment, Figure, Line, Unit
from reproductions.harness import expressions, provenance, schema
from reproductions.harness.discovery import Place
from reproductions.harness.errors import Problem
from reproductions.harness.judging import DERIVED, judge, overall
from reproductions.harness.provenance import canonical, sha256_of
from reproductions.harness.work import Result, finite

if TYPE_CHECKING:
    from reproductions.harness.runner import Order

Report = dict[str, Any]
SCHEMA = "repro-report/1"
# Far above any report of ours (0.3 MB); a larger file is no report.
MAX_BYTES = 20 * 2**20


class BadReport(Problem):
    """The file is no report, or says what does not follow from its units."""


@dataclass(frozen=True)
class Found:
    """The results of a report, for drawing: `contract.Results`."""

    units: Sequence[Mapping[str, Any]]

    def values(self, arm: str, name: str) -> list[float]:
        return [unit["values"][name] for unit in self._of(arm) if name in unit["values"]]

    def series(self, arm: str, name: str) -> list[list[float]]:
        return [
            [math.nan if number is None else number for number in unit["series"][name]]
            for unit in self._of(arm)
            if name in unit["series"]
        ]

    def _of(self, arm: str) -> list[Mapping[str, Any]]:
        return [unit for unit in self.units if unit["arm"] == arm and unit["status"] != "failed"]


def build(
    experiment: Experiment,
    place: Place,
    order: Order,
    *,
    units: Mapping[Unit, Result],
    checks: Sequence[Mapping[str, Any]],
    times: Mapping[str, Any],
    env: Mapping[str, Any],
    data: Path,
) -> Report:
    """Return the report of a run; what it leaves out of `Order` says nothing about results."""
    arms = _arms(experiment, units)
    rows = [
        {"id": unit.id, "arm": unit.arm, "seed": unit.seed, **units[unit]}
        for arm in arms
        for unit in (Unit(arm["name"], seed) for seed in arm["seeds"])
    ]
    rules = [asdict(claim) for claim in experiment.claims]
    claims = judge(rules, rows, order.look)
    config = {
        "preset": order.preset,
        "seeds": _seeds(experiment, order),
        "look": order.look,
        "device": order.device,
        "dtype": order.dtype,
        "threads": order.threads,
        "settings": dict(experiment.presets[order.preset]),
    }
    report = {
        "schema": SCHEMA,
        "reproduction": experiment.slug,
        "version": experiment.version,
        "title": experiment.title,
        "paper": asdict(experiment.paper),
        "config": config,
        "arms": arms,
        "claims": claims,
        "overall": overall(claims),
        "units": rows,
        "worst": dict(experiment.worst),
        "checks": list(checks),
        "figures": figures(experiment, rows),
        "perf": [],
        "deviations": list(experiment.deviations),
        "data": [
            {
                **{name: getattr(one, name) for name in ("name", "version", "source", "licence")},
                "sha256": one.sha256(data),
            }
            for one in experiment.data
        ],
        "code": provenance.code(place.folder),
        "hashes": {
            "config": config_hash(config, arms, rules),
            "env": sha256_of(env["exact"]),
        },
        "env": dict(env),
        "time": dict(times),
        "confirms": order.confirms,
        "author": order.author,
    }
    # Tuples become lists, so that what was built equals what is read again.
    written: Report = json.loads(canonical(report))
    return written


def config_hash(
    config: Mapping[str, Any], arms: Sequence[Any], claims: Sequence[Mapping[str, Any]]
) -> str:
    """Return the hash of all that was decided before the run."""
    rules = [{k: v for k, v in claim.items() if k not in DERIVED} for claim in claims]
    return sha256_of({"config": config, "arms": arms, "claims": rules})


def checks(experiment: Experiment) -> list[dict[str, Any]]:
    """Return the quick comparisons; one that raises is one that failed."""
    try:
        found = list(experiment.checks())
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        found = [Check(f"the checks could not be run: {what}"[:300], 1.0, 0.0)]
    return [
        {
            "name": check.name,
            "error": float(check.error) if math.isfinite(check.error) else sys.float_info.max,
            "limit": float(check.limit),
            "ok": bool(check.is_ok),
        }
        for check in found
    ]


def figures(experiment: Experiment, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the figures' data; none where units that broke left nothing to draw from.

    Raises:
        Problem: they cannot be made though every unit ran. Its results are kept.
    """
    try:
        return [_figure(figure) for figure in experiment.figures(Found(rows))]
    except Exception as error:
        if any(row["status"] != "ok" for row in rows):
            return []
        what = f"{type(error).__name__}: {error}"
        raise Problem(f"The figures of {experiment.slug} cannot be made: {what}") from error


def _figure(figure: Figure) -> dict[str, Any]:
    plain = {
        name: getattr(figure, name)
        for name in ("id", "title", "alt", "kind", "x_label", "y_label", "log_x", "log_y")
    }
    return {**plain, "ticks": list(figure.ticks), "lines": [_line(one) for one in figure.lines]}


def _line(line: Line) -> dict[str, Any]:
    numbers = {name: finite(getattr(line, name)) for name in ("x", "y", "low", "high")}
    return {"name": line.name, **numbers}


def _arms(experiment: Experiment, units: Mapping[Unit, Result]) -> list[dict[str, Any]]:
    return [
        {
            "name": arm.name,
            "about": arm.about,
            "seeds": [unit.seed for unit in units if unit.arm == arm.name],
            "settings": dict(arm.settings),
        }
        for arm in experiment.arms
    ]


def _seeds(experiment: Experiment, order: Order) -> list[int]:
    if order.seeds is not None:
        return list(order.seeds)
    return list(range(experiment.presets[order.preset]["seeds"]))


def identity(report: Report) -> str:
    """Return the name of a report: the hash of its canonical JSON."""
    return sha256_of(report)


def write(report: Report, path: Path) -> None:
    """Write the report, whole or not at all, in lines that git can compare."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    room = path.with_name(f".{path.name}.part")
    room.write_text(text, "utf-8")
    room.replace(path)


def read(path: Path) -> Report:
    """Return the report of a file, checked.

    Raises:
        BadReport: the file is not there, is no report, or contradicts itself.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadReport(f"{path} is larger than {MAX_BYTES >> 20} MB, so it is no report.")
        report: Report = json.loads(path.read_text("utf-8"), parse_constant=_refuse)
    except OSError as error:
        raise BadReport(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise BadReport(f"{path} is no JSON: {error}") from error
    wrong = problems(report)
    if wrong:
        raise BadReport(f"{path} is no valid report: " + "; ".join(wrong[:5]))
    return report


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number that a report may hold")


def problems(report: Any) -> list[str]:  # whatever a file held
    """Return what is wrong with a report, in sentences; nothing if it adds up."""
    wrong = schema.problems(report)
    if wrong:
        return wrong
    return [*_units_add_up(report), *_hashes_add_up(report), *_claims_add_up(report)]


def _units_add_up(report: Report) -> Iterator[str]:
    expected = [f"{arm['name']}/{seed}" for arm in report["arms"] for seed in arm["seeds"]]
    found = [unit["id"] for unit in report["units"]]
    if len(set(found)) < len(found):
        yield "two units have one id"
    if set(expected) != set(found):
        odd = sorted(set(expected) ^ set(found))
        yield f"arms and units do not agree about {', '.join(odd[:3])}"
    for unit in report["units"]:
        if unit["id"] != f"{unit['arm']}/{unit['seed']}":
            yield f"the unit {unit['id']} has the id of another"
        if unit["status"] == "failed" and (unit["values"] or unit["series"]):
            yield f"the unit {unit['id']} failed and yet has values"
    for arm in report["arms"]:
        if not set(arm["seeds"]) <= set(report["config"]["seeds"]):
            yield f"the arm {arm['name']} has seeds that the run did not have"
    for check in report["checks"]:
        if check["ok"] != (check["error"] <= check["limit"]):
            yield f"the check {check['name']!r} says ok: {check['ok']} against its numbers"


def _hashes_add_up(report: Report) -> Iterator[str]:
    hashes, code = report["hashes"], report["code"]
    if hashes["config"] != config_hash(report["config"], report["arms"], report["claims"]):
        yield "hashes.config is not the hash of the rules"
    if hashes["env"] != sha256_of(report["env"]["exact"]):
        yield "hashes.env is not the hash of env.exact"
    if code["sha256"] != sha256_of(code["files"]):
        yield "code.sha256 is not the hash of code.files"


def _claims_add_up(report: Report) -> Iterator[str]:
    try:
        again = judge(report["claims"], report["units"], report["config"]["look"])
    except expressions.BadExpression as error:
        yield str(error)
        return
    for said, follows in zip(report["claims"], again, strict=True):
        # Another program says why in words of its own.
        for name in sorted(DERIVED - {"note"}):
            if not _same(said[name], follows[name]):
                yield (
                    f"claim {said['id']} says {name} {_short(said[name])}, "
                    f"its units say {_short(follows[name])}"
                )
    if report["overall"] != overall(again):
        yield f"overall says {report['overall']}, the claims say {overall(again)}"


def _same(a: Any, b: Any) -> bool:  # parts of a JSON value
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    return bool(a == b)


def _short(value: Any) -> str:  # part of a JSON value
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
