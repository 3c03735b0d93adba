"""Figures of reports as SVG that the server draws, from their data alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from shortscience.web.scales import Scale, said, scale_for

Kind = Literal["lines", "points", "bars"]
# The picture's own units; it is scaled to the width of the page.
WIDTH, HEIGHT = 640, 320
LEFT, TOP, BOTTOM = 60.0, 14.0, 262.0
# Names stand at the end of their lines, as far apart as text is high.
KEY_HEIGHT = 16.0
KEY_GAP = 8.0
# A letter of a name is so wide; longer names are cut.
LETTER_WIDTH = 6.4
LONGEST_KEY = 34
# Of the room of a group of bars.
GAP = 0.25
# As many colours and dashes as `graph.css` has.
LETTERS = "abcdefgh"


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn: `low` and `high` are a band around `y`, or empty."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    said: str


@dataclass(frozen=True, slots=True)
class Whisker:
    x: float
    low: float
    high: float


@dataclass(slots=True)
class Drawn:
    """One series, drawn."""

    name: str
    letter: str
    key_y: float
    line: str = ""
    band: str = ""
    points: list[tuple[float, float]] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    whiskers: list[Whisker] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Graph:
    """Places in the drawing's own units; `parts/graph.html` prints them."""

    series: Sequence[Drawn]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    x_label: str
    y_label: str
    right: float
    left: float = LEFT
    top: float = TOP
    bottom: float = BOTTOM
    view_box: str = f"0 0 {WIDTH} {HEIGHT}"


def graph_of(
    series: Sequence[Series],
    *,
    kind: Kind,
    x_label: str,
    y_label: str,
    ticks: Sequence[str] = (),
    log_x: bool = False,
    log_y: bool = False,
) -> Graph | None:
    """Return the drawing; None if there is no value to draw.

    Args:
        ticks: names of the places of bars, in the order of their x.
    """
    shown = [one for one in series if one.x and one.y][: len(LETTERS)]
    if not shown:
        return None
    right = _right(shown)
    x_scale, x_ticks = _across(shown, kind, ticks, right, is_log=log_x)
    y_scale = _upwards(shown, kind, is_log=log_y)
    drawn = [Drawn(one.name[:LONGEST_KEY], LETTERS[at], 0.0) for at, one in enumerate(shown)]
    for at, one in enumerate(shown):
        _draw(drawn[at], one, kind, x_scale, y_scale, place=at, of=len(shown))
    _set_keys(drawn, [y_scale(one.y[-1]) for one in shown])
    y_ticks = [Tick(y_scale(value), said(value)) for value in y_scale.ticks()]
    return Graph(drawn, x_ticks, y_ticks, x_label, y_label, right)


def _right(series: Sequence[Series]) -> float:
    """Return where the lines end, so that the names beside them have room."""
    longest = max(len(one.name[:LONGEST_KEY]) for one in series)
    return round(WIDTH - KEY_GAP - 2 - LETTER_WIDTH * longest, 2)


def _across(
    series: Sequence[Series], kind: Kind, names: Sequence[str], right: float, *, is_log: bool
) -> tuple[Scale, list[Tick]]:
    places = sorted({value for one in series for value in one.x})
    if kind != "bars":
        scale = scale_for(places, LEFT, right, is_log=is_log)
        return scale, [Tick(scale(value), said(value)) for value in scale.ticks()]
    width = _step(places)
    scale = Scale(places[0] - width / 2, places[-1] + width / 2, LEFT, right)
    texts = list(names) or [said(value) for value in places]
    return scale, [Tick(scale(value), text) for value, text in zip(places, texts, strict=False)]


def _step(places: Sequence[float]) -> float:
    return min((after - before for before, after in pairwise(places)), default=1.0)


def _upwards(series: Sequence[Series], kind: Kind, *, is_log: bool) -> Scale:
    values = [value for one in series for part in (one.y, one.low, one.high) for value in part]
    # A bar's length is its value: it begins at nought.
    if kind == "bars" and not (is_log and min(values) > 0):
        return scale_for([0.0, *values], BOTTOM, TOP)
    return scale_for(values, BOTTOM, TOP, is_log=is_log)


def _draw(
    drawn: Drawn, one: Series, kind: Kind, x: Scale, y: Scale, *, place: int, of: int
) -> None:
    if kind == "bars":
        _draw_bars(drawn, one, x, y, place=place, of=of)
        return
    spots = [(x(a), y(b)) for a, b in zip(one.x, one.y, strict=False)]
    if kind == "points":
        drawn.points = spots
        drawn.whiskers = _whiskers(one, [spot[0] for spot in spots], y)
        return
    drawn.line = "M" + " ".join(f"{a} {b}" for a, b in spots)
    if one.low and one.high:
        there = [(x(a), y(b)) for a, b in zip(one.x, one.high, strict=False)]
        back = [(x(a), y(b)) for a, b in zip(one.x, one.low, strict=False)][::-1]
        drawn.band = "M" + " ".join(f"{a} {b}" for a, b in [*there, *back]) + "Z"


def _draw_bars(drawn: Drawn, one: Series, x: Scale, y: Scale, *, place: int, of: int) -> None:
    room = _step(sorted(one.x)) * (x.end - x.start) / (x.high - x.low)
    group = room * (1 - GAP)
    width = group / of
    ground = y(0.0) if not y.is_log else BOTTOM
    middles = []
    for at, value in zip(one.x, one.y, strict=False):
        left = x(at) - group / 2 + place * width
        top = y(value)
        box = Box(
            round(left, 2),
            min(top, ground),
            round(width * 0.92, 2),
            round(abs(ground - top), 2),
            said(value),
        )
        drawn.boxes.append(box)
        middles.append(round(left + width * 0.46, 2))
    drawn.whiskers = _whiskers(one, middles, y)


def _whiskers(one: Series, places: Sequence[float], y: Scale) -> list[Whisker]:
    return [
        Whisker(at, y(low), y(high))
        for at, low, high in zip(places, one.low, one.high, strict=False)
    ]


def _set_keys(drawn: Sequence[Drawn], ends: Sequence[float]) -> None:
    """Give each name a place near the end of its line, and none on another."""
    below = TOP
    for one, end in sorted(zip(drawn, ends, strict=True), key=lambda pair: pair[1]):
        one.key_y = max(end + 4, below)
        below = one.key_y + KEY_HEIGHT
    over = max(one.key_y for one in drawn) - BOTTOM
    if over > 0:
        for one in drawn:
            one.key_y = max(TOP, one.key_y - over)
    for one in drawn:
        one.key_y = round(one.key_y, 2)
