"""MathML without inline styles: what math-core writes as `style`, as classes of `math.css`.

A strict content security policy refuses `style` attributes. math-core needs them for a few
things that MathML Core has no attribute for (alignment in a row, rules, negative spaces, colours).
"""

import re

# One class for each declaration math-core 0.9 can write, except colours and lengths.
_CLASSES = {
    "text-align:left": "math-start",
    "text-align:right": "math-end",
    "justify-items:start": "",
    "justify-items:end": "",
    "padding-left:0": "math-flush-left",
    "padding-right:0": "math-flush-right",
    "padding-left:0.1em": "math-pad-left-1",
    "padding-right:0.1em": "math-pad-right-1",
    "padding-left:0.1667em": "math-pad-left-2",
    "padding-right:0.1667em": "math-pad-right-2",
    "padding-left:0.2222em": "math-pad-left-3",
    "padding-right:0.2222em": "math-pad-right-3",
    "padding-left:0.2778em": "math-pad-left-4",
    "padding-right:0.2778em": "math-pad-right-4",
    "padding-left:1em": "math-pad-left-5",
    "padding-right:1em": "math-pad-right-5",
    "padding-top:0": "math-flush-top",
    "padding-bottom:0": "math-flush-bottom",
    "padding-top:0.1667em": "math-pad-top",
    "width:100%": "math-wide",
    "width:50%": "math-half",
    "width:7.5%": "math-margin",
    "font-variant-caps:small-caps": "math-small-caps",
    "math-shift:compact": "math-compact",
    "font-size:50%": "math-size-50",
    "font-size:60%": "math-size-60",
    "font-size:70%": "math-size-70",
    "font-size:80%": "math-size-80",
    "font-size:90%": "math-size-90",
    **{
        f"border-{side}:0.05em {kind} currentcolor": f"math-rule-{side}-{kind}"
        for side in ("top", "right", "bottom", "left")
        for kind in ("solid", "dashed")
    },
}

# Colours of ours that can be read on light and dark ground; a formula's own colour becomes the
# nearest one. Black, white and greys with no hue become the ink.
_PALETTE = {
    "red": (214, 39, 40),
    "orange": (230, 126, 34),
    "yellow": (214, 180, 20),
    "green": (39, 150, 60),
    "teal": (23, 170, 180),
    "blue": (40, 70, 230),
    "purple": (130, 50, 190),
    "magenta": (225, 60, 190),
    "brown": (140, 86, 60),
}

# Widths, heights and shifts beyond this are there to cover the rest of the page.
MAX_LENGTH_EM = 20.0

# A negative space has a class for each 18th of an em (a "mu"); one em is the most.
MAX_BACK_MU = 18

_STYLE = re.compile(r'<(\w+)((?:\s[^<>]*?)?)\sstyle="([^"<>]*)"([^<>]*)>')
_LENGTH = re.compile(
    r'\s(?:width|height|depth|voffset|lspace|rspace|minsize|maxsize|linethickness)="([^"]*)"'
)
_NUMBER_AND_UNIT = re.compile(r"(-?\d*\.?\d+)(em|rem|ex|px|pt|%)?")
_EM_PER_UNIT = {"em": 1.0, "rem": 1.0, "ex": 0.5, "px": 1 / 16, "pt": 1 / 12, "%": 0.01, None: 1.0}
_BACK = re.compile(r"margin-left:(-?\d*\.?\d+)(em|rem|ex|px|pt)?")
_TABLE_PART = re.compile(r"(<mtable[^<>]*>|(?:<mtr><mtd[^<>]*></mtd></mtr>)?</mtable>)")
_TOP_RULE = re.compile(r"border-top: (0\.05em \w+ currentcolor)")
_COLOUR = re.compile(r"color:#([0-9a-fA-F]{6})")


def without_styles(mathml: str) -> str:
    """Return the MathML with every `style` turned into classes and wild lengths removed."""
    mathml = _STYLE.sub(_with_class, _with_closing_rules(mathml))
    return _LENGTH.sub(lambda found: found[0] if _is_modest(found[1]) else "", mathml)


def _with_closing_rules(mathml: str) -> str:
    """Return the MathML without the empty last row that `\\\\ \\hline` at the end of a table makes.

    Its rule becomes the lower edge of the table.
    """
    parts: list[str] = []
    tables: list[int] = []
    for part in _TABLE_PART.split(mathml):
        if part.startswith("<mtable"):
            tables.append(len(parts))
        elif part.endswith("</mtable>") and tables:
            table = tables.pop()
            if rule := _TOP_RULE.search(part):
                edge = f' style="border-bottom:{rule[1]};'
                parts[table] = parts[table].replace(' style="', edge, 1)
                if edge not in parts[table]:
                    parts[table] = parts[table].replace("<mtable", f'<mtable{edge}"', 1)
            part = "</mtable>"
        parts.append(part)
    return "".join(parts)


def _with_class(tag: re.Match[str]) -> str:
    name, before, style, after = tag.groups()
    classes = dict.fromkeys(_class_of(part.strip()) for part in style.split(";"))
    wanted = " ".join(filter(None, classes))
    return f'<{name}{before} class="{wanted}"{after}>' if wanted else f"<{name}{before}{after}>"


def _class_of(declaration: str) -> str:
    declaration = re.sub(r":\s+", ":", declaration)
    if colour := _COLOUR.fullmatch(declaration):
        return _colour_class(colour[1])
    if back := _BACK.fullmatch(declaration):
        mu = round(-float(back[1]) * _EM_PER_UNIT[back[2]] * 18)
        return f"math-back-{min(mu, MAX_BACK_MU)}" if mu > 0 else ""
    return _CLASSES.get(declaration, "")


def _colour_class(digits: str) -> str:
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    if max(red, green, blue) - min(red, green, blue) < 40:
        return ""

    def distance(name: str) -> int:
        r, g, b = _PALETTE[name]
        return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2

    return f"math-{min(_PALETTE, key=distance)}"


def _is_modest(length: str) -> bool:
    found = _NUMBER_AND_UNIT.fullmatch(length)
    return found is not None and abs(float(found[1])) * _EM_PER_UNIT[found[2]] <= MAX_LENGTH_EM


def class_names() -> set[str]:
    """Return every class that `without_styles` can write; `math.css` describes each."""
    fixed = {name for name in _CLASSES.values() if name}
    colours = {f"math-{name}" for name in _PALETTE}
    return fixed | colours | {f"math-back-{mu}" for mu in range(1, MAX_BACK_MU + 1)}
