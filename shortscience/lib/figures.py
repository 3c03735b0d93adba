"""The numbers in a text, and whether another text has them: with the same unit and sign.

For a writer's eyes, so it errs on the side of silence: what only looks like a number of results
(years, "Figure 3", "ResNet-50", small counts) is left out, and rounding is no mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter

PERCENT = "%"
POINTS = "points"
TIMES = "times"

# {what is measured: {how it is written: how many of the first}}. Equal quantities are equal.
_MEASURES: dict[str, dict[str, str]] = {
    "s": {
        "s": "1",
        "sec": "1",
        "secs": "1",
        "second": "1",
        "seconds": "1",
        "ms": "0.001",
        "millisecond": "0.001",
        "milliseconds": "0.001",
        "µs": "0.000001",
        "μs": "0.000001",
        "min": "60",
        "mins": "60",
        "minute": "60",
        "minutes": "60",
        "h": "3600",
        "hour": "3600",
        "hours": "3600",
        "day": "86400",
        "days": "86400",
        "week": "604800",
        "weeks": "604800",
    },
    "bytes": {"KB": "1e3", "kB": "1e3", "MB": "1e6", "GB": "1e9", "TB": "1e12"},
    "Hz": {"Hz": "1", "kHz": "1e3", "MHz": "1e6", "GHz": "1e9"},
    "m": {"nm": "1e-9", "µm": "1e-6", "mm": "0.001", "cm": "0.01", "m": "1", "km": "1000"},
    "g": {"mg": "0.001", "g": "1", "kg": "1000"},
    "flops": {"MFLOPs": "1e6", "GFLOPs": "1e9", "TFLOPs": "1e12"},
    "dB": {"dB": "1"},
    "fps": {"fps": "1", "FPS": "1"},
    "W": {"mW": "0.001", "W": "1", "kW": "1000"},
    "°C": {"°C": "1"},
}
_SCALES = {
    "k": "1e3",
    "K": "1e3",
    "thousand": "1e3",
    "M": "1e6",
    "million": "1e6",
    "millions": "1e6",
    "B": "1e9",
    "bn": "1e9",
    "billion": "1e9",
    "billions": "1e9",
    "trillion": "1e12",
}
_UNITS = {
    name: (what, Decimal(size)) for what, names in _MEASURES.items() for name, size in names.items()
}
# Abstracts write small numbers out.
_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
).split()

_DIGITS = (
    r"\d{1,3}(?:(?:,|\{,\}|[\u2009\u202f\u00a0]|\\,)\d{3})+(?:\.\d+)?|\d+\.\d+|\d+,\d{1,2}(?=\s?\\?%)"
    r"|\.\d+|\d+"
)
_POWER = (
    r"(?:\s?(?:×|x|\\times|\\cdot|·)\s?10\^?\{?(?P<power>[-−]?\d{1,2})\}?|e(?P<e>[-−+]?\d{1,2}))?"
)
_UNIT = (
    r"(?P<points>\s?(?:percentage[ -]points?|%[ -]points?|pp\b|p\.p\.|points?\b))"
    r"|(?P<percent>\s?(?:\\?%|percent\b|per\s?cent\b))"
    r"|(?P<times>\s?(?:(?:×|\\times|x(?!\w))(?!\s?\d)|times\b|[-\s]?fold\b))"
    rf"|(?P<scaled>\s?(?P<scale>{'|'.join(sorted(_SCALES, key=len, reverse=True))})(?![\w/]))"
    rf"|(?P<measured>[\s-]?(?P<measure>{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![\w/]))"
)
_FIGURE = re.compile(
    # Not inside a word, an identifier, an address or another number: ResNet-50, v2.1, 15/16, [12].
    r"(?<![\w.,/:#@^_\[])(?<![A-Za-z)][-–−/_.:])(?<!\d[-–−/:])(?<![×x]\s)(?<!×)"
    rf"(?P<sign>[-−–+](?=[\d.]))?(?P<digits>{_DIGITS}){_POWER}"
    rf"(?:\s?(?:[-–−]|±|\\pm|to|and|or|vs\.?)\s?(?P<second>{_DIGITS})(?![\d.]*[-–−/:]))?"
    rf"(?:{_UNIT})?"
    r"(?![\w/]|[.,:]\d|[-–−](?:\d|[A-Za-z]{2})|\s?[×x]\s?\d)"
)  # fmt: skip
_WORD = re.compile(
    rf"\b(?:(?P<twice>twice)|(?P<word>{'|'.join(_WORDS)}))\b(?P<times>[ -]?(?:times|fold))?", re.I
)

# "Table 3" and "step 2" count the paper's own things.
_COUNTED = re.compile(
    r"(?:fig(?:ure|s|ures)?|tab(?:le|les)?|sec(?:tion|tions|t)?|eqs?|equations?|chapters?|pages?|pp?"
    r"|appendix|steps?|algorithms?|theorems?|lemmas?|versions?|footnotes?|refs?|nr|no|nos|parts?"
    r"|questions?|tasks?|stages?|phases?)\.?\s*\(?$|[§#]\s*$",
    re.IGNORECASE,
)
_FALLS_BEFORE = re.compile(
    r"\b(?:drop|decreas|reduc|lower|fall|fell|los[est]|less|minus|down|declin|worse|shrink|cut)\w*\W"
    r"(?:[^.;\d]{0,40})$",
    re.IGNORECASE,
)
_FALLS_AFTER = re.compile(
    r"[\s-]*(?:\w+\s+)?(?:less|lower|fewer|worse|smaller|decrease|reduction|drop)\b", re.I
)

# Counts of parts and steps, without a unit, are the writer's own.
_SMALL = 12
_YEARS = range(1900, 2101)
# So far apart two numbers may be one that was mistyped.
_NEAR_POINTS = Decimal(2)
_NEAR_SHARE = Decimal("0.1")
_TELLING_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a text says it."""

    written: str
    value: Decimal
    # What stands there: 0.2 s and 200 ms have one value and two of these.
    digits: Decimal
    unit: str = ""
    sign: str = ""
    # Half of this is what rounding may have hidden.
    step: Decimal = Decimal(1)
    start: int = 0
    # The words around it say that something became less.
    falls: bool = False

    def agrees_with(self, other: Figure) -> bool:
        """Say whether both may be the same number, one of them rounded; signs aside."""
        if self.unit != other.unit and self.unit and other.unit:
            return False
        if {self.unit, other.unit} == {"", "s"} or {self.unit, other.unit} == {"", TIMES}:
            return self.value == other.value
        return abs(self.value - other.value) <= max(self.step, other.step) / 2

    def contradicts_sign_of(self, other: Figure) -> bool:
        if self.sign == other.sign or not self.value:
            return False
        if self.sign and other.sign:
            return True
        signed, plain = (self, other) if self.sign else (other, self)
        return signed.sign == "-" and not plain.falls


_START = attrgetter("start")


class Said(StrEnum):
    """How a number stands to those of the other text."""

    THERE = "there"
    OTHER_SIGN = "other sign"
    OTHER_UNIT = "other unit"
    NEARLY = "nearly"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Compared:
    figure: Figure
    said: Said
    # The one in the other text that is meant.
    there: Figure | None = None


def compared(text: str, source: str) -> list[Compared]:
    """Return each number of the text once, in its order, and what the source says of it."""
    mine = {(one.value, one.unit, one.sign): one for one in reversed(figures_in(text))}.values()
    theirs = [*figures_in(source, all_of_them=True), *_written_out(source)]
    # A number that the text has as well is not another one mistyped.
    free = [other for other in theirs if not any(one.agrees_with(other) for one in mine)]
    return [_look_up(figure, theirs, free) for figure in sorted(mine, key=_START)]


def figures_in(text: str, *, all_of_them: bool = False) -> list[Figure]:
    """Return the numbers that say something about results.

    Args:
        all_of_them: also years and small counts, so that nothing is missed that is looked for.
    """
    found = []
    for match in _FIGURE.finditer(text):
        for figure in _read(match, text):
            if all_of_them or _is_telling(figure, text):
                found.append(figure)  # noqa: PERF401 - a nested comprehension reads worse
    return found


def _read(match: re.Match[str], text: str) -> Iterator[Figure]:
    """Yield the one or, of a range, two numbers; the unit at the end belongs to both."""
    size, unit = _unit_of(match)
    power = (match["power"] or match["e"] or "0").replace("−", "-")
    falls = bool(
        _FALLS_BEFORE.search(text, max(0, match.start() - 60), match.start())
        or _FALLS_AFTER.match(text, match.end())
    )
    sign = {"+": "+", None: ""}.get(match["sign"], "-")
    for digits in filter(None, (match["digits"], match["second"])):
        plain = _plain(digits)
        number = Decimal(plain) * Decimal(10) ** int(power)
        step = Decimal(1).scaleb(-len(plain.partition(".")[2]) + int(power)) * size
        yield Figure(
            written=f"{match['sign'] or ''}{digits}{_shown_power(match)}{_shown_unit(match)}",
            value=number * size,
            digits=number,
            unit=unit,
            sign=sign,
            step=step,
            start=match.start(),
            falls=falls,
        )
        sign = ""


def _unit_of(match: re.Match[str]) -> tuple[Decimal, str]:
    """Return how many of it one is, and of what."""
    if match["points"]:
        return Decimal(1), POINTS
    if match["percent"]:
        return Decimal(1), PERCENT
    if match["times"]:
        return Decimal(1), TIMES
    if match["scale"]:
        return Decimal(_SCALES[match["scale"]]), ""
    if match["measure"]:
        what, size = _UNITS[match["measure"]]
        return size, what
    return Decimal(1), ""


def _shown_unit(match: re.Match[str]) -> str:
    names = ("points", "percent", "times", "scaled", "measured")
    shown = next((match[name] for name in names if match[name]), "")
    return shown.replace("\\%", "%").replace("\\times", "×").replace("\n", " ")


def _shown_power(match: re.Match[str]) -> str:
    if match["e"]:
        return f"e{match['e']}"
    return f" × 10^{match['power']}" if match["power"] else ""


def _plain(digits: str) -> str:
    if re.fullmatch(r"\d+,\d{1,2}", digits):
        return digits.replace(",", ".")
    return re.sub(r"\{,\}|\\,|[,\u2009\u202f\u00a0]", "", digits)


def _is_telling(figure: Figure, text: str) -> bool:
    if _COUNTED.search(text, max(0, figure.start - 20), figure.start):
        return False
    if figure.unit or figure.sign or figure.step != 1:
        return True
    is_year = figure.value in _YEARS and figure.written.isdigit()
    return figure.value > _SMALL and not is_year


def _written_out(text: str) -> list[Figure]:
    """Return the numbers that stand there as words: "two", "twice", "ten-fold"."""
    found = []
    for match in _WORD.finditer(text):
        value = Decimal(2 if match["twice"] else _WORDS.index(match["word"].lower()) + 2)
        unit = TIMES if match["twice"] or match["times"] else ""
        found.append(Figure(match[0], value, value, unit, step=Decimal(0), start=match.start()))
    return found


def _look_up(figure: Figure, theirs: Sequence[Figure], free: Sequence[Figure]) -> Compared:
    alike = [other for other in theirs if figure.agrees_with(other)]
    if any(not figure.contradicts_sign_of(other) for other in alike):
        return Compared(figure, Said.THERE)
    if alike:
        return Compared(figure, Said.OTHER_SIGN, alike[0])
    for other in theirs:
        if figure.digits == other.digits and figure.unit and other.unit:
            return Compared(figure, Said.OTHER_UNIT, other)
    near = [other for other in free if other.unit == figure.unit and _is_near(figure, other)]
    if near:
        there = min(near, key=lambda other: abs(other.value - figure.value))
        return Compared(figure, Said.NEARLY, there)
    return Compared(figure, Said.ABSENT)


def _is_near(one: Figure, other: Figure) -> bool:
    if _differ_by_a_slip(one, other):
        return True
    apart = abs(one.value - other.value)
    if one.unit in (PERCENT, POINTS):
        return apart <= _NEAR_POINTS and apart <= _NEAR_SHARE * abs(other.value)
    return bool(one.unit) and apart <= _NEAR_SHARE * abs(other.value)


def _differ_by_a_slip(one: Figure, other: Figure) -> bool:
    """Whether one digit is another, or two neighbours changed places."""
    first, second = (re.sub(r"\D", "", figure.written) for figure in (one, other))
    if len(first) != len(second) or len(first) < _TELLING_DIGITS:
        return False
    wrong = [at for at in range(len(first)) if first[at] != second[at]]
    if len(wrong) == 1:
        return True
    is_swap = len(wrong) == 2 and wrong[1] == wrong[0] + 1
    return is_swap and first[wrong[0]] == second[wrong[1]] and first[wrong[1]] == second[wrong[0]]
