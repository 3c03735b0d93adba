"""From values to places in a drawing, and the round numbers that stand beside an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Of the range of the values: what is left free on either side, so that no mark is cut off.
ROOM = 0.06
# What is larger, or nearer to nought on a log scale, is drawn at the edge: its room is no float.
MOST = 1e290
MOST_POWERS = 250
# A step between two numbers of an axis is one of these times a power of ten.
_STEPS = (1, 2, 2.5, 5, 10)
MINUS = "−"


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values in [low, high] to places from `start` to `end`, which may run backwards."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def __call__(self, value: float) -> float:
        """Return the place of a value; what lies outside is drawn at the edge."""
        low, high, at = (self._of(one) for one in (self.low, self.high, value))
        share = 0.5 if high == low else (at - low) / (high - low)
        return round(self.start + (self.end - self.start) * min(1.0, max(0.0, share)), 2)

    def _of(self, value: float) -> float:
        return math.log10(max(value, 1e-300)) if self.is_log else value

    def ticks(self, most: int = 6) -> list[float]:
        """Return at most so many round numbers within the scale."""
        return _decades(self.low, self.high, most) if self.is_log else _round_numbers(self, most)


def scale_for(values: Sequence[float], start: float, end: float, *, is_log: bool = False) -> Scale:
    """Return a scale on which all these values have their place, with room on both sides.

    Args:
        is_log: asked for; values that are not above 0 make it linear.
    """
    is_log = is_log and min(values) > 0
    low, high = (min(max(one, -MOST), MOST) for one in (min(values), max(values)))
    if is_log:
        low, high = (min(max(one, 10.0**-MOST_POWERS), 10.0**MOST_POWERS) for one in (low, high))
        # By logarithms: the ratio of two floats need not be one.
        room = 10 ** (ROOM * (math.log10(high) - math.log10(low))) if high > low else 2.0
        return Scale(low / room, high * room, start, end, is_log=True)
    room = (high - low) * ROOM or abs(high) * ROOM or 1.0
    return Scale(low - room, high + room, start, end)


def said(value: float) -> str:
    """Return a number as people read it: "1,080", "−0.5", "3.4", "2 × 10⁻¹⁵"."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-4:
        digits, power = f"{size:.1e}".split("e")
        text = f"{digits.removesuffix('.0')} × 10{_raised(int(power))}"
    elif size >= 1000:
        text = f"{size:,.0f}"
    else:
        decimals = max(0, 3 - math.floor(math.log10(size)))
        text = f"{size:.{min(decimals, 6)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{MINUS if value < 0 else ''}{text}"


def _raised(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _round_numbers(scale: Scale, most: int) -> list[float]:
    span = scale.high - scale.low
    if not span > 0:
        return [scale.low]
    power = 10 ** math.floor(math.log10(span / most))
    step = next(one * power for one in _STEPS if one * power * most >= span)
    first = math.ceil(scale.low / step - 1e-9)
    last = math.floor(scale.high / step + 1e-9)
    return [round(at * step, 12) for at in range(first, last + 1)]


def _decades(low: float, high: float, most: int) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = list(range(first, last + 1))
    if len(powers) < 2:
        # Less than two powers of ten: 1, 2 and 5 of each.
        every = [m * 10.0**p for p in range(first - 1, last + 2) for m in (1, 2, 5)]
        return [value for value in every if low <= value <= high][:most]
    return [10.0**power for power in powers[:: -(-len(powers) // most)]]
