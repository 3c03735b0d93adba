"""Figures as SVG, drawn from their data alone: lines with bands, points, bars; no scripts.

Readable on light and dark pages, and without colour: each line has its own dashes and marks, and
the text that a screen reader reads is the figure's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH, HEIGHT = 680, 420
LEFT, RIGHT, BOTTOM = 68, 18, 56
# Of a letter of the legend, on average; the browser's font is not known.
LETTER = 6.6
ROW = 20

# Blue, orange, green, purple, red, teal, brown, grey: apart for most eyes, on white and on black.
LIGHT = "#0b5fa5 #b35900 #1a7f4b #7a3fa0 #b3261e #0f766e #7c4a21 #57606a".split()
DARK = "#6cb6ff #f0a35c #57d18f #c99bf0 #ff8a80 #4fd1c5 #d9a06f #a8b1bb".split()
DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 4", "4 2", "1 4", "6 2 2 2")

_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600;font-size:14px}"
    ".page{fill:#fff}.grid{stroke:#d0d7de}.axis{stroke:#57606a}"
    + "".join(f".c{i}{{stroke:{c};color:{c}}}" for i, c in enumerate(LIGHT))
    + "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}"
    ".grid{stroke:#30363d}.axis{stroke:#9198a1}"
    + "".join(f".c{i}{{stroke:{c};color:{c}}}" for i, c in enumerate(DARK))
    + "}"
)

Number = float | None
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """From numbers to places on the page."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool

    @classmethod
    def over(
        cls, numbers: Sequence[float], start: float, end: float, *, is_log: bool, pad: float = 0.04
    ) -> Axis:
        """Return an axis that holds all numbers with some room at its ends."""
        found = [number for number in numbers if not is_log or number > 0]
        if is_log:
            # Powers beyond these are no floats any more once an axis has room around them.
            found = [min(max(math.log10(number), -290.0), 290.0) for number in found]
        low, high = (min(found), max(found)) if found else (0.0, 1.0)
        if low == high:
            half = 0.5 if is_log else abs(low) / 2 or 0.5
            low, high = low - half, high + half
        room = (high - low) * pad
        return cls(low - room, high + room, start, end, is_log)

    def at(self, number: Number) -> float | None:
        """Return the place, or None for what a logarithmic axis cannot show."""
        if number is None or (self.is_log and number <= 0):
            return None
        return self.place(number)

    def place(self, number: float) -> float:
        """Return the place of a number that the axis can show, as its ticks."""
        value = math.log10(number) if self.is_log else number
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, most: int = 7) -> list[float]:
        """Return round numbers within the axis."""
        if self.is_log:
            return self._powers(most)
        step = _round_step((self.high - self.low) / most)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [i * step for i in range(first, last + 1)]

    def _powers(self, most: int) -> list[float]:
        first, last = math.ceil(self.low), math.floor(self.high)
        if last - first < 1:
            all_ = [m * 10.0**e for e in range(first - 1, last + 2) for m in (1, 2, 5)]
            return [one for one in all_ if self.low <= math.log10(one) <= self.high]
        every = max(1, math.ceil((last - first + 1) / most))
        return [10.0**e for e in range(first, last + 1, every)]


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)


def figure(data: Data) -> str:
    """Return one figure of a report as an SVG document."""
    lines = data["lines"]
    legend, top = _legend([line["name"] for line in lines], y=46)
    bottom = HEIGHT - BOTTOM - (_slant_room(data) if _is_slanted(data) else 0)
    x_axis, y_axis = _axes(data, top, bottom)
    draw = {"lines": _draw_line, "points": _draw_points, "bars": _draw_bars}[data["kind"]]
    parts = [
        *_frame(data, x_axis, y_axis),
        *(legend if len(lines) > 1 else ()),
        *(
            part
            for i, line in enumerate(lines)
            for part in draw(line, i, len(lines), x_axis, y_axis)
        ),
    ]
    return document(data["title"], data["alt"], WIDTH, HEIGHT, parts)


def document(title: str, alt: str, width: int, height: int, parts: Sequence[str]) -> str:
    """Return an SVG document with what a screen reader says about it."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="t d">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(alt)}</desc>'
        f"<style>{_STYLE}</style>"
        f'<rect class="page" width="{width}" height="{height}"/>'
        f'<text class="title" x="14" y="22">{escape(title)}</text>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _axes(data: Data, top: float, bottom: float) -> tuple[Axis, Axis]:
    is_bars = data["kind"] == "bars"
    x = [number for line in data["lines"] for number in line["x"] if number is not None]
    y = [
        number
        for line in data["lines"]
        for name in ("y", "low", "high")
        for number in line[name]
        if number is not None
    ]
    if is_bars:
        # A bar's length means something only if it starts at zero, and at the edges it needs room.
        x = [min(x, default=0) - 0.6, max(x, default=0) + 0.6]
        y = y if data["log_y"] else [0.0, *y]
    x_axis = Axis.over(x, LEFT, WIDTH - RIGHT, is_log=data["log_x"] and not is_bars, pad=0.02)
    return x_axis, Axis.over(y, bottom, top, is_log=data["log_y"])


def _legend(names: Sequence[str], y: float) -> tuple[list[str], float]:
    """Return the legend and where the drawing may begin below it."""
    if len(names) < 2:
        return [], y
    parts, x = [], float(LEFT)
    for i, name in enumerate(names):
        width = 54 + LETTER * len(name)
        if x + width > WIDTH - RIGHT and x > LEFT:
            x, y = float(LEFT), y + ROW
        parts.append(
            f'<path class="c{i % 8}" d="M{x:.0f} {y - 4:.0f}h24" fill="none" stroke-width="2.5"'
            f"{_dash(i)}/>{_mark(x + 12, y - 4, i)}"
            f'<text x="{x + 30:.0f}" y="{y:.0f}">{escape(name)}</text>'
        )
        x += width
    return parts, y + 14


def _is_slanted(data: Data) -> bool:
    """Whether the names below bars are too long to stand side by side."""
    ticks = data["ticks"]
    room = (WIDTH - LEFT - RIGHT) / max(1, len(ticks))
    return any(len(tick) * LETTER > room for tick in ticks)


def _slant_room(data: Data) -> float:
    """Return how far down names that are turned by twenty degrees reach."""
    longest = max(len(tick) for tick in data["ticks"])
    return min(110.0, 10 + LETTER * longest * math.sin(math.radians(20)))


def _frame(data: Data, x_axis: Axis, y_axis: Axis) -> Iterator[str]:
    top, bottom = y_axis.end, y_axis.start
    for value in y_axis.ticks():
        y = y_axis.place(value)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label(value)}</text>'
    places = enumerate(data["ticks"]) if data["ticks"] else ((v, label(v)) for v in x_axis.ticks())
    for value, name in places:
        yield _x_tick(x_axis.at(value), bottom, str(name), slanted=_is_slanted(data))
    yield f'<path class="axis" fill="none" d="M{LEFT} {top:.1f}V{bottom:.1f}H{WIDTH - RIGHT}"/>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield (
        f'<text x="{middle:.0f}" y="{HEIGHT - 10}" text-anchor="middle">'
        f"{escape(data['x_label'])}</text>"
    )
    yield (
        f'<text transform="translate(16 {(top + bottom) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(data["y_label"])}</text>'
    )


def _x_tick(x: float | None, y: float, name: str, *, slanted: bool) -> str:
    if x is None:
        return ""
    mark = f'<path class="axis" d="M{x:.1f} {y:.1f}v5"/>'
    if slanted:
        place = f'transform="translate({x:.1f} {y + 16:.1f}) rotate(-20)" text-anchor="end"'
    else:
        place = f'x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle"'
    return f"{mark}<text {place}>{escape(name)}</text>"


def label(value: float) -> str:
    """Return a tick's number, short."""
    if value and (abs(value) < 1e-3 or abs(value) >= 1e5):
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return f"{value:.6g}".replace("-0" if value == 0 else "\0", "0")


def _draw_line(line: Data, i: int, _n: int, x_axis: Axis, y_axis: Axis) -> Iterator[str]:
    xs = [x_axis.at(x) for x in line["x"]]
    yield from _band(line, i, xs, y_axis)
    points = list(zip(xs, [y_axis.at(y) for y in line["y"]], strict=False))
    for run in _runs(points):
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
        yield (
            f'<path class="c{i % 8}" fill="none" stroke-width="2" stroke-linejoin="round"'
            f'{_dash(i)} d="M{path}"/>'
        )
    shown = [point for run in _runs(points) for point in run]
    # Marks on each point of a long curve would hide it.
    for x, y in shown if len(shown) <= 12 else shown[:: max(1, len(shown) // 6)]:
        yield _mark(x, y, i)


def _band(line: Data, i: int, xs: Sequence[Number], y_axis: Axis) -> Iterator[str]:
    low = [y_axis.at(y) for y in line["low"]]
    high = [y_axis.at(y) for y in line["high"]]
    edges = [
        (x, a, b)
        for x, a, b in zip(xs, low, high, strict=False)
        if x is not None and a is not None and b is not None
    ]
    if len(edges) > 1:
        there = "L".join(f"{x:.1f} {b:.1f}" for x, _a, b in edges)
        back = "L".join(f"{x:.1f} {a:.1f}" for x, a, _b in reversed(edges))
        yield (
            f'<path class="c{i % 8}" style="stroke:none" fill="currentColor" fill-opacity=".16" '
            f'd="M{there}L{back}Z"/>'
        )


def _runs(points: Sequence[tuple[Number, Number]]) -> Iterator[list[tuple[float, float]]]:
    """Yield stretches without a gap: where a number is missing, a line breaks."""
    run: list[tuple[float, float]] = []
    for x, y in points:
        if x is None or y is None:
            if run:
                yield run
            run = []
        else:
            run.append((x, y))
    if run:
        yield run


def _draw_points(line: Data, i: int, _n: int, x_axis: Axis, y_axis: Axis) -> Iterator[str]:
    for k, (x, y) in enumerate(zip(line["x"], line["y"], strict=False)):
        at_x, at_y = x_axis.at(x), y_axis.at(y)
        if at_x is not None and at_y is not None:
            yield _whisker(line, k, i, at_x, y_axis) + _mark(at_x, at_y, i)


def _draw_bars(line: Data, i: int, n: int, x_axis: Axis, y_axis: Axis) -> Iterator[str]:
    unit = (x_axis.end - x_axis.start) / (x_axis.high - x_axis.low)
    width = min(0.8 * unit / n, 60.0)
    floor = y_axis.start if y_axis.is_log else y_axis.at(0.0)
    for k, (x, y) in enumerate(zip(line["x"], line["y"], strict=False)):
        middle, end = x_axis.at(x), y_axis.at(y)
        if middle is None or end is None or floor is None:
            continue
        middle += (i - (n - 1) / 2) * width
        yield (
            f'<rect class="c{i % 8}" fill="currentColor" fill-opacity=".35" stroke-width="1.5"'
            f'{_dash(i)} x="{middle - width * 0.45:.1f}" y="{min(end, floor):.1f}" '
            f'width="{width * 0.9:.1f}" height="{abs(end - floor):.1f}"/>'
            + _whisker(line, k, i, middle, y_axis)
        )


def _whisker(line: Data, k: int, i: int, x: float, y_axis: Axis) -> str:
    if k >= len(line["low"]) or k >= len(line["high"]):
        return ""
    low, high = y_axis.at(line["low"][k]), y_axis.at(line["high"][k])
    if low is None or high is None:
        return ""
    return (
        f'<path class="c{i % 8}" fill="none" stroke-width="1.5" '
        f'd="M{x - 4:.1f} {low:.1f}h8M{x:.1f} {low:.1f}V{high:.1f}M{x - 4:.1f} {high:.1f}h8"/>'
    )


def _dash(i: int) -> str:
    return f' stroke-dasharray="{DASHES[i % 8]}"' if DASHES[i % 8] else ""


def _mark(x: float, y: float, i: int) -> str:
    """Return a circle, square, triangle or diamond: lines are told apart without colour too."""
    shape = (
        f"M{x - 3.5:.1f} {y:.1f}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0",
        f"M{x - 3:.1f} {y - 3:.1f}h6v6h-6Z",
        f"M{x:.1f} {y - 4:.1f}l4 7h-8Z",
        f"M{x:.1f} {y - 4.5:.1f}l4.5 4.5l-4.5 4.5l-4.5 -4.5Z",
    )[i % 4]
    return f'<path class="c{i % 8}" fill="currentColor" d="{shape}"/>'


# --- the claims of a report, one row each ------------------------------------------------------

_MARKS = {"reproduced": ("✓", 2), "not_reproduced": ("✗", 4), "inconclusive": ("~", 1)}


def claims(report: Data) -> str:
    """Return the intervals of a report's claims against their margins, each on its own scale."""
    rows = [claim for claim in report["claims"] if claim["interval"] is not None]
    if not rows:
        return ""
    parts = [part for i, claim in enumerate(rows) for part in _claim(claim, 52 + 44 * i)]
    alt = "; ".join(
        f"{claim['id']} {claim['status'].replace('_', ' ')}, {claim['interval'][0]:.3g} to "
        f"{claim['interval'][1]:.3g}, margin {claim['margin']:.3g}"
        for claim in rows
    )
    return document("Intervals and margins", alt, WIDTH, 60 + 44 * len(rows), parts)


def _claim(claim: Data, y: float) -> Iterator[str]:
    low, high = claim["interval"]
    margins = [claim["margin"]]
    if claim["kind"] == "equivalence":
        margins = [-claim["margin"], claim["margin"]]
    # Zero, or one for a ratio, is where there is no effect.
    none = 1.0 if claim["kind"] == "ratio" else 0.0
    axis = Axis.over([low, high, *margins, none], 130, WIDTH - 160, is_log=claim["kind"] == "ratio")
    mark, colour = _MARKS[claim["status"]]
    word = claim["status"].replace("_", " ")
    a, b, middle = axis.at(low), axis.at(high), axis.at(claim["mean"])
    yield f'<text x="14" y="{y + 4}">{escape(claim["id"])}</text>'
    yield f'<path class="grid" d="M130 {y}H{WIDTH - 160}"/>'
    yield f'<path class="grid" stroke-width="2" d="M{axis.at(none):.1f} {y - 8}v16"/>'
    for margin in margins:
        at = axis.at(margin)
        yield f'<path class="axis" stroke-dasharray="3 2" d="M{at:.1f} {y - 12}v24"/>'
        yield f'<text x="{at:.1f}" y="{y + 24}" text-anchor="middle">{margin:.4g}</text>'
    yield f'<path class="c{colour}" stroke-width="5" stroke-opacity=".6" d="M{a:.1f} {y}H{b:.1f}"/>'
    if middle is not None:
        yield _mark(middle, y, 0).replace("c0", f"c{colour}")
    yield f'<text x="{WIDTH - 150}" y="{y + 4}">{mark} {word}</text>'
