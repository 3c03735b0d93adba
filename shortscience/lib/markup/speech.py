"""A formula in words, for readers who hear it: from the MathML that its TeX became.

The words follow what is said at a blackboard: "x sub i squared", "sum from i equals 1 to n of",
"square root of … end root". What holds more than one thing is closed by "end …", so that a
listener knows where it stops. Capitals are "cap X", since a voice has no capitals.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from xml.etree.ElementTree import Element, ParseError, fromstring

from shortscience.lib.markup.spoken_signs import ACCENTS, said

# A voice needs a minute for so much; what is longer is a table, which is better looked up.
LONGEST = 600
UNKNOWN = "formula"
# Of elements in each other. What nests deeper than any formula of the corpus is not walked.
_DEEPEST = 150

_POWERS = {
    "2": "squared",
    "3": "cubed",
    "⊤": "transpose",
    "⊺": "transpose",
    "∘": "degrees",
    "⊥": "perp",
    "†": "dagger",
    "′": "prime",
    "″": "double prime",
    "‴": "triple prime",
    "'": "prime",
    **dict.fromkeys("∗*⋆", "star"),
}
_BIG = frozenset("∑∏∐∫∬∭∮⋃⋂⨁⨂⋀⋁⨆")
_BIG_NAMES = frozenset(("lim", "max", "min", "sup", "inf", "argmax", "argmin", "limsup", "liminf"))
_CLOSING = {"|": "absolute value", "‖": "norm", "∥": "norm"}
# A bar without a second one: of a condition, or of two lines.
_ALONE = {"|": "given"}
_FUNCTIONS = frozenset("fghFGpqPQO")
_OPEN, _CLOSE = "([{⟨⌊⌈", ")]}⟩⌋⌉"


def spoken(mathml: str) -> str:
    """Return the formula in words, at most `LONGEST` characters; never nothing."""
    try:
        # What the converter of TeX wrote, in which no writer can declare an entity.
        root = fromstring(mathml.replace("&ApplyFunction;", "\u2061"))  # noqa: S314
        words = " ".join(_words(root, 0).split()).replace(" ,", ",").replace(" ;", ";")
    except (ParseError, ValueError):
        return UNKNOWN
    if len(words) > LONGEST:
        words = f"{words[:LONGEST].rsplit(None, 1)[0]}, and so on"
    return words.replace(" .", ".").rstrip(" ,;") or UNKNOWN


def _words(one: Element, depth: int) -> str:
    if depth > _DEEPEST:
        return "and so on"
    say = _SAYING.get(one.tag)
    return say(one, depth + 1) if say else _row(one, depth + 1)


def _leaf(one: Element, _depth: int) -> str:
    return said("".join(one.itertext()))


def _text(one: Element, _depth: int) -> str:
    return " ".join("".join(one.itertext()).split())


def _nothing(_one: Element, _depth: int) -> str:
    return ""


def _number(one: Element, _depth: int) -> str:
    return (one.text or "").strip()


def _row(one: Element, depth: int) -> str:
    return _sequence(list(one), depth)


def _sequence(parts: Sequence[Element], depth: int) -> str:
    """Return what stands side by side; a matrix, a norm or a fraction may be all of it."""
    parts = [part for part in parts if part.tag != "mspace" and _sign(part) not in ("\u2061", "")]
    if fenced := _fenced(parts, depth):
        return fenced
    bars = _bars(parts)
    told = []
    for at, part in enumerate(parts):
        sign = _sign(part)
        if at in bars:
            told.append(_with_scripts(bars[at], part, depth))
        elif at and sign == "(" and _sign(parts[at - 1]) in _FUNCTIONS:
            told.append("of open paren")
        elif not at and sign in ("−", "-"):
            told.append("minus")
        else:
            told.append(_words(part, depth))
    return " ".join(told)


def _bars(parts: Sequence[Element]) -> dict[int, str]:
    """Return what each bar of a row means: between the same brackets, two belong together."""
    places: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    opened: list[int] = []
    for at, part in enumerate(parts):
        sign = _sign(_base(part))
        if sign in _CLOSING:
            places.setdefault((sign, tuple(opened)), []).append(at)
        elif sign and sign in _OPEN:
            opened.append(at)
        elif sign and sign in _CLOSE and opened:
            opened.pop()
    meaning = {}
    for (sign, _where), found in places.items():
        name = _CLOSING[sign]
        for nth, at in enumerate(found):
            paired = f"end {name}" if nth % 2 else f"{name} of"
            meaning[at] = paired if len(found) % 2 == 0 else _ALONE.get(sign, said(sign))
    return meaning


def _base(one: Element) -> Element:
    """Return what carries the exponent: the closing bar of a norm is one that does."""
    return (
        one[0] if one.tag in ("msup", "msub", "msubsup") and len(one) and not len(one[0]) else one
    )


def _with_scripts(words: str, one: Element, depth: int) -> str:
    if _base(one) is one:
        return words
    _bar, low, high = _base_low_high(one)
    return " ".join(filter(None, (words, _index(low, depth), _power(high, depth))))


def _fenced(parts: Sequence[Element], depth: int) -> str:
    """Return what `\\left` and `\\right`, or the brackets of a matrix, stand around."""
    if len(parts) < 2 or parts[0].tag != "mo":
        return ""
    opening = _sign(parts[0])
    inner = parts[1:-1] if parts[-1].tag == "mo" else parts[1:]
    if len(inner) == 1:
        (only,) = inner
        if only.tag == "mtable":
            return _table(only, depth, kind=_kind_of_table(opening))
        if opening == "(" and only.tag == "mfrac" and only.get("linethickness") == "0":
            top, bottom = (_words(part, depth) for part in only)
            return f"{top} choose {bottom}"
    is_pair = opening in _CLOSING and _sign(parts[-1]) == opening and len(parts) > 2
    if is_pair and not any(_sign(part) == opening for part in inner):
        name = _CLOSING[opening]
        return f"{name} of {_sequence(inner, depth)} end {name}"
    return ""


def _kind_of_table(opening: str) -> str:
    kinds = {"{": "cases", "|": "determinant", "‖": "norm of a matrix"}
    return kinds.get(opening, "matrix")


def _table(one: Element, depth: int, kind: str = "") -> str:
    rows = [[_words(cell, depth) for cell in row] for row in one]
    if not kind and len(rows) == 1:
        return " ".join(rows[0])
    line = "line" if not kind else "case" if kind == "cases" else "row"
    between = " " if not kind else ", "
    told = [
        f"{line} {number}: {between.join(filter(None, row))};"
        for number, row in enumerate(rows, start=1)
    ]
    if not kind:
        return " ".join(told).removesuffix(";")
    size = "" if kind == "cases" else f"{len(rows)} by {max(map(len, rows), default=0)} "
    return f"{size}{kind}: {' '.join(told)} end {kind.split()[-1]}"


def _fraction(one: Element, depth: int) -> str:
    if len(one) != 2:
        return _row(one, depth)
    top, bottom = one
    told = f"{_words(top, depth)} over {_words(bottom, depth)}"
    return told if _is_simple([top]) and _is_simple([bottom]) else f"fraction {told} end fraction"


def _root(one: Element, depth: int) -> str:
    inner = list(one)
    degree = "square"
    if one.tag == "mroot" and len(inner) == 2:
        number = _words(inner[1], depth)
        degree = {"3": "cube", "4": "fourth"}.get(number, f"{number}-th")
        inner = inner[:1]
    end = "" if _is_simple(inner) else " end root"
    return f"{degree} root of {_sequence(inner, depth)}{end}"


def _scripts(one: Element, depth: int) -> str:
    """Return what has indices or exponents, or the limits of a sum."""
    base, low, high = _base_low_high(one)
    name = _name(base)
    if name in _BIG or name.replace(" ", "") in _BIG_NAMES:
        return _with_limits(base, low, high, depth)
    if _sign(high) in ACCENTS and one.tag == "mover":
        return _accented(base, ACCENTS[_sign(high)], depth)
    if one.tag in ("mover", "munderover") and high is not None:
        told = f"{_words(base, depth)} with {_words(high, depth)} above"
        return f"{told} and {_words(low, depth)} below" if low is not None else told
    if one.tag == "munder" and low is not None:
        if _sign(low) in ACCENTS:
            return _accented(base, _under(_sign(low)), depth)
        return f"{_words(base, depth)} with {_words(low, depth)} below"
    parts = [_words(base, depth), _index(low, depth), _power(high, depth)]
    return " ".join(filter(None, parts))


def _under(sign: str) -> str:
    return ACCENTS[sign] if "over" in ACCENTS[sign] else f"under{ACCENTS[sign]}"


def _accented(base: Element, accent: str, depth: int) -> str:
    told = _words(base, depth)
    return f"{told} {accent}" if _is_simple([base]) else f"{told}, all {accent},"


def _base_low_high(one: Element) -> tuple[Element, Element | None, Element | None]:
    parts = [*one, Element("mrow"), Element("mrow"), Element("mrow")]
    if one.tag in ("msubsup", "munderover"):
        return parts[0], parts[1], parts[2]
    if one.tag in ("msub", "munder"):
        return parts[0], parts[1], None
    return parts[0], None, parts[1]


def _with_limits(base: Element, low: Element | None, high: Element | None, depth: int) -> str:
    told = [_words(base, depth)]
    if low is not None and (words := _words(low, depth)):
        told.append(f"{_preposition(base, low, high)} {words}")
    if high is not None and (words := _words(high, depth)):
        told.append(f"to {words}")
    return f"{' '.join(told)} of"


def _preposition(base: Element, low: Element, high: Element | None) -> str:
    if high is not None:
        return "from"
    return "as" if _name(base).startswith("lim") and "→" in "".join(low.itertext()) else "over"


def _index(low: Element | None, depth: int) -> str:
    if low is None or not (words := _words(low, depth)):
        return ""
    return f"sub {words}" if _is_simple([low]) else f"sub {words} end sub"


def _power(high: Element | None, depth: int) -> str:
    if high is None or not (words := _words(high, depth)):
        return ""
    sign = _sign(high)
    if sign in _POWERS:
        return _POWERS[sign]
    if set(sign) == {"′"}:
        return " ".join("prime" for _each in sign)
    if words == "minus 1":
        return "inverse"
    return f"to the {words}" if _is_simple([high]) else f"to the power {words} end power"


def _multiscripts(one: Element, depth: int) -> str:
    words = [_words(part, depth) for part in one if part.tag != "mprescripts"]
    return f"{words[0]} with scripts {', '.join(filter(None, words[1:]))}" if words else ""


def _enclosed(one: Element, depth: int) -> str:
    inner = _row(one, depth)
    if "strike" in (one.get("notation") or "") or "strike" in str([e.attrib for e in one]):
        return f"crossed out {inner} end crossed out"
    return inner


def _formula(one: Element, depth: int) -> str:
    return _words(one[0], depth) if one.tag == "semantics" and len(one) else _row(one, depth)


def _is_simple(parts: Iterable[Element]) -> bool:
    """Say whether a listener hears where this ends: one letter, number or name, with an accent."""
    leaves = [leaf for part in parts for leaf in _leaves(part) if _sign(leaf)]
    return len(leaves) <= 1 or (len(leaves) == 2 and _sign(leaves[1]) in (*ACCENTS, *"′″‴"))


def _leaves(one: Element) -> Iterator[Element]:
    return (each for each in one.iter() if len(each) == 0 and each.tag != "mspace")


def _sign(one: Element | None) -> str:
    """Return what the element holds if it is one thing, also where rows are drawn around it."""
    if one is None:
        return ""
    leaves = list(_leaves(one))[:2]
    if len(leaves) != 1 or one.tag in ("mfrac", "msqrt", "mroot", "mtable"):
        return " " if leaves else ""
    return (leaves[0].text or "").strip()


def _name(one: Element) -> str:
    return "".join(one.itertext()).strip() if one.tag != "mtable" else ""


_SAYING: dict[str, Callable[[Element, int], str]] = {
    "math": _formula,
    "semantics": _formula,
    "annotation": _nothing,
    "mi": _leaf,
    "mo": _leaf,
    "mn": _number,
    "mtext": _text,
    "ms": _text,
    "mspace": _nothing,
    "mphantom": _nothing,
    "mfrac": _fraction,
    "msqrt": _root,
    "mroot": _root,
    **dict.fromkeys(("msub", "msup", "msubsup", "munder", "mover", "munderover"), _scripts),
    "mmultiscripts": _multiscripts,
    "mtable": _table,
    "menclose": _enclosed,
}
