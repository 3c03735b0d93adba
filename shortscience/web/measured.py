"""What the page of a report prints, in words and as drawings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shortscience.evidence.models import Finding, TestedClaim
from shortscience.evidence.reading.format import Figure, Line, Report, Unit
from shortscience.web.graphs import Graph, Series, graph_of
from shortscience.web.intervals import Drawing, interval_drawing
from shortscience.web.scales import said

# A table of runs shows so many of the numbers that each measured.
COLUMNS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One claim of a report against its rule."""

    tested: TestedClaim
    finding: Finding
    rule: str
    measured: str
    between: str
    drawing: Drawing | None
    heard: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure of the report, drawn."""

    figure: Figure
    graph: Graph
    anchor: str


@dataclass(frozen=True, slots=True)
class Runs:
    """The units of one arm: a column for each number, a row for each seed."""

    arm: str
    about: str
    names: Sequence[str]
    rows: Sequence[tuple[Unit, Sequence[str]]]
    # Numbers that found no room.
    more: int


def row_of(finding: Finding) -> Row:
    """Return the line of a claim; `finding.tested` is loaded."""
    tested = finding.tested
    rule = rule_in_words(tested)
    measured = with_unit(finding.mean, tested.unit)
    between = _between(finding)
    return Row(tested, finding, rule, measured, between, _drawing(finding), _heard(finding, rule))


def rule_in_words(tested: TestedClaim) -> str:
    """Return the rule as a phrase: "more than 2 points", "within ±0.5 %"."""
    margin = with_unit(tested.margin, tested.unit)
    match tested.kind, tested.relation:
        case "equivalence", _:
            return _("within ±%(margin)s") % {"margin": margin}
        case "exact", "<":
            return _("at most %(margin)s, in every run") % {"margin": margin}
        case "exact", ">":
            return _("at least %(margin)s, in every run") % {"margin": margin}
        case "exact", _:
            return _("no further from 0 than %(margin)s, in every run") % {"margin": margin}
        case _, "<":
            return _("less than %(margin)s") % {"margin": margin}
    return _("more than %(margin)s") % {"margin": margin}


def with_unit(value: float | None, unit: str) -> str:
    """Return "3.4 ×", "−1.4 points", "78.7 %"; "" for no value."""
    if value is None:
        return ""
    return f"{said(value)} {unit}".rstrip()


def outcome_in_words(findings: Sequence[Finding]) -> str:
    """Return the sentence that begins a report's page."""
    tried = [finding for finding in findings if finding.status != "not_attempted"]
    if not tried:
        return _("No claim could be tried at this size.")
    numbers = {
        status: sum(finding.status == status for finding in tried)
        for status in ("reproduced", "inconclusive", "not_reproduced")
    }
    parts = [
        text
        for status, text in (
            ("reproduced", _("%(n)s held")),
            ("inconclusive", _("%(n)s stayed open")),
            ("not_reproduced", _("%(n)s failed")),
        )
        if numbers[status]
        for text in [text % {"n": numbers[status]}]
    ]
    listed = _(" and ").join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return ngettext(
        "Of the one claim that was tried, %(what)s.",
        "Of the %(n)s claims that were tried, %(what)s.",
        len(tried),
    ) % {"n": len(tried), "what": listed}


def were_rules_first(report: Report) -> datetime | None:
    """Return when the code with its rules was committed, if that was before the run began."""
    code = report.code
    if not (code.commit and code.is_clean and code.committed_at):
        return None
    try:
        committed = datetime.fromisoformat(code.committed_at)
        started = datetime.fromisoformat(report.time.started)
        return committed if committed <= started else None
    except (ValueError, TypeError):
        return None


def pictures_of(report: Report) -> list[Picture]:
    """Return the figures of a report, drawn from their data; those without values are left out."""
    found = []
    for number, figure in enumerate(report.figures, 1):
        graph = graph_of(
            [_series(line) for line in figure.lines],
            kind=figure.kind,
            x_label=figure.x_label,
            y_label=figure.y_label,
            ticks=figure.ticks,
            log_x=figure.log_x,
            log_y=figure.log_y,
        )
        if graph is not None:
            found.append(Picture(figure, graph, f"figure-{number}"))
    return found


def runs_of(report: Report) -> list[Runs]:
    """Return every unit of a report, arm by arm: what failed stands there, too."""
    units: dict[str, list[Unit]] = {}
    for unit in report.units:
        units.setdefault(unit.arm, []).append(unit)
    return [
        _runs(arm.name, arm.about, sorted(units[arm.name], key=lambda unit: unit.seed))
        for arm in report.arms
        if arm.name in units
    ]


def _runs(arm: str, about: str, units: Sequence[Unit]) -> Runs:
    names = list(dict.fromkeys(name for unit in units for name in unit.values))
    shown = names[:COLUMNS_SHOWN]
    rows = [
        (unit, [said(unit.values[name]) if name in unit.values else "" for name in shown])
        for unit in units
    ]
    return Runs(
        arm, about, [name.replace("_", " ") for name in shown], rows, len(names) - len(shown)
    )


def _series(line: Line) -> Series:
    # Where a number is missing the line goes on at the next one.
    whole = [at for at, (x, y) in enumerate(zip(line.x, line.y, strict=True)) if None not in (x, y)]
    banded = line.low and line.high

    def chosen(values: Sequence[float | None]) -> list[float]:
        return [value for at in whole if (value := values[at]) is not None]

    low = chosen(line.low) if banded else []
    high = chosen(line.high) if banded else []
    if not len(low) == len(high) == len(whole):
        low = high = []
    return Series(line.name, chosen(line.x), chosen(line.y), low, high)


def _between(finding: Finding) -> str:
    if finding.low is None or finding.high is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": said(finding.low), "high": said(finding.high)}


def _drawing(finding: Finding) -> Drawing | None:
    tested = finding.tested
    if finding.mean is None or not finding.values:
        return None
    has_interval = finding.low is not None and finding.high is not None
    return interval_drawing(
        values=finding.values,
        mean=finding.mean,
        interval=(finding.low, finding.high) if has_interval else None,  # type: ignore[arg-type]
        margin=tested.margin,
        relation=tested.relation,  # type: ignore[arg-type]
        is_log=tested.kind == "ratio",
    )


def _heard(finding: Finding, rule: str) -> str:
    """Return what somebody hears who does not see the drawing."""
    measured = with_unit(finding.mean, finding.tested.unit)
    if between := _between(finding):
        share = f"{100 * (finding.level or 0):.4g}"
        measured = _("%(mean)s, %(share)s percent interval %(between)s") % {
            "mean": measured,
            "share": share,
            "between": between,
        }
    return _("Measured %(measured)s; the rule is %(rule)s.") % {"measured": measured, "rule": rule}
