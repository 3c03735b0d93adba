"""From a report to what a method's folder shows: `results/` and the table of its README."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reproductions.harness import discovery, drawing, provenance, reports, schema
from reproductions.harness.discovery import Place
from reproductions.harness.errors import Problem
from reproductions.harness.progress import duration
from reproductions.harness.reports import Report
from reproductions.harness.terminal import MARKS, WORDS, measured, rule

START, END = "<!-- results -->", "<!-- /results -->"
METHODS_START, METHODS_END = "<!-- methods -->", "<!-- /methods -->"


def publish(place: Place, path: Path, *, may_be_uncommitted: bool = False) -> Report:
    """Put the report, its figures and its table into the method's folder.

    Raises:
        Problem: the report is not of this code, or its rules were not committed before the run.
    """
    report = reports.read(path)
    experiment = discovery.load(place)
    if report["reproduction"] != experiment.slug:
        raise Problem(f"{path} is of {report['reproduction']}, not of {experiment.slug}.")
    if is_stale(report, place):
        raise Problem(f"{experiment.slug} has changed since {path} was made: run it again.")
    if not report["code"]["is_clean"] and not may_be_uncommitted:
        raise Problem(
            f"The rules of {experiment.slug} were not committed before this run, so it proves "
            "nothing: commit, run again. (--uncommitted publishes it all the same.)"
        )
    report["perf"] = _perf(place)
    reports.write(report, place.results / "report.json")
    _draw(report, place.results)
    _fill_readme(report, place.folder / "README.md")
    return report


def is_stale(report: Report, place: Place) -> bool:
    """Return whether the code has changed since the report was made."""
    code, _files = provenance.code_hash(place.folder)
    return bool(report["code"]["sha256"] != code)


def stored(place: Place) -> Report | None:
    """Return the report in the method's folder, None if there is none.

    Raises:
        BadReport: it does not add up.
    """
    path = place.results / "report.json"
    return reports.read(path) if path.is_file() else None


def _perf(place: Place) -> list[dict[str, Any]]:
    path = place.results / "perf.json"
    if not path.is_file():
        return []
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise Problem(f"{path} is no JSON: {error}") from error
    wrong = schema.problems(found, {"$defs": {}, **schema.report_schema()["properties"]["perf"]})
    if wrong:
        raise Problem(f"{path} is not what `reproduce bench --save` writes: {wrong[0]}")
    return list(found)


def _draw(report: Report, results: Path) -> None:
    drawings = {f"figure-{one['id']}.svg": drawing.figure(one) for one in report["figures"]}
    drawings["claims.svg"] = drawing.claims(report)
    for old in [*results.glob("figure-*.svg"), results / "claims.svg"]:
        if not drawings.get(old.name):
            old.unlink(missing_ok=True)
    for name, text in drawings.items():
        if text:
            (results / name).write_text(text, "utf-8")


def _fill_readme(report: Report, path: Path) -> None:
    text = path.read_text("utf-8") if path.is_file() else f"# {report['title']}\n\n{START}\n{END}\n"
    path.write_text(text, "utf-8")
    _fill(path, START, END, results(report))


def _fill(path: Path, start: str, end: str, table: str) -> None:
    text = path.read_text("utf-8")
    if start not in text or end not in text:
        raise Problem(f"{path} has no lines {start} and {end} for the table.")
    new = f"{start}\n{table}\n{end}"
    pattern = re.escape(start) + ".*?" + re.escape(end)
    path.write_text(re.sub(pattern, lambda _match: new, text, count=1, flags=re.DOTALL), "utf-8")


def results(report: Report) -> str:
    """Return the results of a report in Markdown: the run, its claims, its figures."""
    return "\n".join(_results(report))


def _results(report: Report) -> Iterator[str]:
    config, time, exact = report["config"], report["time"], report["env"]["exact"]
    yield (
        f"**{WORDS[report['overall']].capitalize()}.** "
        + ", ".join(
            [
                f"Preset `{config['preset']}`",
                f"{len(config['seeds'])} seeds",
                f"{config['device']}, {config['dtype']}",
                f"{duration(time['cpu_s'])} of CPU",
                f"torch {exact['torch']}",
                f"{time['started'][:10]}",
            ]
        )
        + f". Code `{report['code']['sha256'][:12]}`."
    )
    yield ""
    yield "| | Claim | Rule | Measured | |"
    yield "| --- | --- | --- | --- | --- |"
    for claim in report["claims"]:
        yield _row(claim)
    if any(claim["interval"] for claim in report["claims"]):
        yield ""
        yield "![Intervals of the claims against their margins](results/claims.svg)"
    yield from _context(report)
    yield from _checks(report)
    if report["perf"]:
        yield from _speed(report)
    for one in report["figures"]:
        yield ""
        yield f"![{_cell(one['alt'])}](results/figure-{one['id']}.svg)"


def _row(claim: Mapping[str, Any]) -> str:
    word = f"{MARKS[claim['status']]} {WORDS[claim['status']]}"
    note = f" ({claim['note']})" if claim["note"] and claim["mean"] is not None else ""
    ruled = "" if claim["kind"] == "out_of_reach" else f"`{rule(claim)}`"
    cells = [claim["id"], claim["text"], ruled, measured(claim) + note, word]
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _context(report: Report) -> Iterator[str]:
    told = [claim for claim in report["claims"] if claim["paper_value"]]
    if told:
        yield ""
        yield "For context, what the paper reports with its own data and sizes:"
        yield ""
    for claim in told:
        source = f" ({claim['paper_source']})" if claim["paper_source"] else ""
        yield f"- {claim['id']}: {claim['paper_value']}{source}"


def _checks(report: Report) -> Iterator[str]:
    checks = report["checks"]
    if checks:
        yield ""
        bad = [check["name"] for check in checks if not check["ok"]]
        yield f"{len(checks) - len(bad)} of {len(checks)} checks hold" + (
            f"; these do not: {', '.join(bad)}." if bad else "."
        )


def _speed(report: Report) -> Iterator[str]:
    yield ""
    yield "| Speed | Compared with | Our CPU time / theirs | Aim |"
    yield "| --- | --- | --- | --- |"
    for one in report["perf"]:
        ratio = f"{one['ratio']:.2f} [{one['low']:.2f}, {one['high']:.2f}], n={one['n']}"
        yield f"| {_cell(one['what'])} | {_cell(one['peer'])} | {ratio} | ≤ {one['aim']:g} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def table(found: Mapping[Place, Report | None]) -> str:
    """Return all claims of all reports for a terminal."""
    lines = []
    for place, report in found.items():
        if report is None:
            lines.append(f"{place.slug}: no report yet")
            continue
        stale = " (older than its code)" if is_stale(report, place) else ""
        lines.append(f"{place.slug}: {WORDS[report['overall']]}{stale}")
        lines += [
            f"  {MARKS[claim['status']]} {claim['id']:4} {WORDS[claim['status']]:15} "
            f"{measured(claim) if claim['kind'] != 'out_of_reach' else ''}".rstrip()
            for claim in report["claims"]
        ]
    return "\n".join(lines)


def write_overview(found: Mapping[Place, Report | None], path: Path) -> None:
    """Put the table of methods into the package's README.

    Raises:
        Problem: it is not there, or has no place for it.
    """
    if not path.is_file():
        raise Problem(f"There is no {path}: this is for a checkout of the repository.")
    _fill(path, METHODS_START, METHODS_END, overview(found))


def overview(found: Mapping[Place, Report | None]) -> str:
    """Return the table of methods in Markdown."""
    lines = ["| Method | Paper | Result | Claims | CPU |", "| --- | --- | --- | --- | --- |"]
    for place, report in found.items():
        experiment = discovery.load(place)
        paper = f"{experiment.paper.authors[0].split()[-1]} ({experiment.paper.year})"
        link = f"[{experiment.title}](src/reproductions/methods/{place.folder.name}/README.md)"
        if report is None:
            lines.append(f"| {link} | {paper} | not run yet | | |")
            continue
        counts = [
            f"{sum(claim['status'] == status for claim in report['claims'])} {WORDS[status]}"
            for status in MARKS
            if any(claim["status"] == status for claim in report["claims"])
        ]
        took = duration(report["time"]["cpu_s"])
        word = WORDS[report["overall"]]
        lines.append(f"| {link} | {paper} | {word} | {', '.join(counts)} | {took} |")
    return "\n".join(lines)
