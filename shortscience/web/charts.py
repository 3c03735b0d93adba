"""Bars over time, as an SVG that the server draws: no script, no style of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# The picture's own units; it is scaled to the width of the page.
WIDTH = 640
HEIGHT = 200
LEFT = 44
BOTTOM = 24
TOP = 12
# Lines across, besides the one at nought.
MOST_LINES = 4
# Of the room of a bar: what is left free between two.
GAP = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """A day, or several that stand together."""

    first: date
    last: date
    value: int
    x: float
    y: float
    width: float
    height: float

    @property
    def is_one_day(self) -> bool:
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class Line:
    """A line across, at a value."""

    value: int
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    bars: Sequence[Bar]
    lines: Sequence[Line]
    total: int
    view_box: str = f"0 0 {WIDTH} {HEIGHT}"
    left: int = LEFT
    right: int = WIDTH
    labels_at: int = HEIGHT - 6
    numbers_at: int = LEFT - 8

    @property
    def most(self) -> Bar:
        """The highest bar; of several the newest."""
        return max(self.bars, key=lambda bar: (bar.value, bar.first))


def bars_of(by_day: Mapping[date, int], *, last: date, days: int, step: int = 1) -> Chart:
    """Return the chart of `days` days that end with `last`, `step` of them in a bar.

    Args:
        days: a multiple of `step`.
    """
    first = last - timedelta(days=days - 1)
    starts = [first + timedelta(days=at) for at in range(0, days, step)]
    values = [
        sum(by_day.get(start + timedelta(days=more), 0) for more in range(step)) for start in starts
    ]
    lines = _lines(max(values))
    scale = (HEIGHT - TOP - BOTTOM) / lines[-1].value
    room = (WIDTH - LEFT) / len(starts)
    bars = [
        Bar(
            first=start,
            last=start + timedelta(days=step - 1),
            value=value,
            x=round(LEFT + room * (at + GAP / 2), 2),
            y=round(HEIGHT - BOTTOM - value * scale, 2),
            width=round(room * (1 - GAP), 2),
            height=round(value * scale, 2),
        )
        for at, (start, value) in enumerate(zip(starts, values, strict=True))
    ]
    return Chart(bars, lines, sum(values))


def _lines(highest: int) -> list[Line]:
    """Return lines at round numbers, the last of them at or above the highest value."""
    step = 1
    while step * MOST_LINES < highest:
        # 1, 2, 5, 10, 20, 50 …
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    count = max(1, -(-highest // step))
    height = HEIGHT - TOP - BOTTOM
    return [
        Line(step * at, round(HEIGHT - BOTTOM - height * at / count, 2)) for at in range(count + 1)
    ]
