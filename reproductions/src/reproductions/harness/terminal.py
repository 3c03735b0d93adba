"""Experiments and reports as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from reproductions.contract import Experiment
from reproductions.harness.benching import Speed
from reproductions.harness.progress import duration

WORDS = {
    "reproduced": "reproduced",
    "not_reproduced": "not reproduced",
    "inconclusive": "inconclusive",
    "not_attempted": "not attempted",
    "partly": "partly reproduced",
}
MARKS = {"reproduced": "✓", "not_reproduced": "✗", "inconclusive": "~", "not_attempted": "–"}


def experiment(found: Experiment) -> str:
    """Return what an experiment claims and runs."""
    paper = found.paper
    lines = [
        f"{found.title} ({found.slug} {found.version})",
        f"{', '.join(paper.authors)} ({paper.year}): {paper.title}. {paper.venue}",
        "",
    ]
    for claim in found.claims:
        lines.append(_wrapped(f"{claim.id}  {claim.text}"))
        if claim.kind == "out_of_reach":
            lines.append(_wrapped(f"    not attempted: {claim.reason}"))
        else:
            lines.append(f"    rule: {rule(vars_of(claim))}")
    lines.append("")
    lines += [f"arm {arm.name}: {arm.about}" for arm in found.arms]
    for name in found.presets:
        lines.append(f"preset {name}: {len(found.units(name))} units")
    lines += [f"data: {one.name} {one.version}, from {one.source}" for one in found.data]
    return "\n".join(lines) + "\n"


def vars_of(claim: Any) -> dict[str, Any]:
    """Return the rule of a claim as a report has it."""
    return {name: getattr(claim, name) for name in ("kind", "metric", "relation", "margin", "unit")}


def rule(claim: Mapping[str, Any]) -> str:
    """Return the rule of a claim in one line."""
    unit = f" {claim['unit']}" if claim["unit"] else ""
    if claim["kind"] == "equivalence":
        return f"{claim['metric']} within ±{claim['margin']:g}{unit}"
    if claim["kind"] == "exact" and claim["relation"] == "==":
        return f"|{claim['metric']}| <= {claim['margin']:g}{unit}"
    relation = claim["relation"] + ("=" if claim["kind"] == "exact" else "")
    return f"{claim['metric']} {relation} {claim['margin']:g}{unit}"


def measured(claim: Mapping[str, Any]) -> str:
    """Return what was found, with its interval and the number of seeds."""
    if claim["mean"] is None:
        return str(claim["note"])
    unit = f" {claim['unit']}" if claim["unit"] else ""
    if claim["kind"] == "exact":
        return f"{_extremes(claim)}{unit}, n={claim['n']}"
    text = number(claim["mean"])
    if claim["interval"]:
        low, high = claim["interval"]
        text += f" [{number(low)}, {number(high)}]"
    return f"{text}{unit}, n={claim['n']}"


def _extremes(claim: Mapping[str, Any]) -> str:
    values = [one["value"] for one in claim["per_seed"] if one["value"] is not None]
    low, high = min(values), max(values)
    return number(low) if low == high else f"{number(low)} … {number(high)}"


def number(value: float) -> str:
    """Return a number with three or four digits that mean something."""
    size = abs(value)
    if size and (size < 1e-3 or size >= 1e5):
        return f"{value:.2e}"
    return f"{value:.4g}" if size < 1000 else f"{value:,.0f}"


def speed(found: Speed, load: float) -> str:
    """Return one comparison of speed in a line."""
    reached = "reached" if found.is_reached else "NOT reached"
    return (
        f"{found.id}: {found.what}, against {found.peer}: {found.ratio:.3f} "
        f"[{found.low:.3f}, {found.high:.3f}], n={found.n}, load {load:.2f}; "
        f"aim {found.aim:g} {reached}"
    )


def report(found: Mapping[str, Any]) -> str:
    """Return a report's claims, one below the other, and its checks."""
    lines = [f"{found['title']}: {WORDS[found['overall']]}"]
    for claim in found["claims"]:
        lines.append(_wrapped(f"{MARKS[claim['status']]} {claim['id']}  {claim['text']}"))
        lines.append(f"      {WORDS[claim['status']]}: {measured(claim)}")
        if claim["kind"] != "out_of_reach":
            lines.append(f"      rule: {rule(claim)}")
        if claim["note"] and claim["mean"] is not None:
            lines.append(f"      {claim['note']}")
    bad = [check for check in found["checks"] if not check["ok"]]
    good = len(found["checks"]) - len(bad)
    lines.append(f"checks: {good} hold" + (f", {len(bad)} do not:" if bad else ""))
    lines += [
        f"      {one['name']}: {one['error']:.3g} is more than {one['limit']:.3g}" for one in bad
    ]
    diverged = sum(unit["status"] == "diverged" for unit in found["units"])
    if diverged:
        lines.append(f"{diverged} units diverged and count with the worst value")
    time = found["time"]
    lines.append(f"{duration(time['cpu_s'])} of CPU, {duration(time['wall_s'])} by the clock")
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, subsequent_indent="      ")
