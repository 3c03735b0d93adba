"""A formula in TeX as MathML, or as its own source where it cannot be converted."""

import re
import threading
from html import escape

from math_core import LatexError, LatexToMathML

from shortscience.lib.markup.guard import is_convertible
from shortscience.lib.markup.mathstyle import without_styles
from shortscience.lib.markup.speech import spoken

# What people write from packages that math-core does not know. No macro may name itself.
_MACROS = {
    "mbox": r"\text{#1}",
    "hbox": r"\text{#1}",
    "pmb": r"\boldsymbol{#1}",
    "mathbbm": r"\mathbb{#1}",
    "mathds": r"\mathbb{#1}",
    "dotsc": r"\ldots",
    "dotso": r"\ldots",
    "nicefrac": r"{}^{#1}\!/_{#2}",
    "sfrac": r"{}^{#1}\!/_{#2}",
    "Tilde": r"\tilde{#1}",
    "Hat": r"\hat{#1}",
    "Bar": r"\bar{#1}",
    "Vec": r"\vec{#1}",
    "norm": r"\left\lVert #1\right\rVert",
    "abs": r"\left\lvert #1\right\rvert",
    "smash": r"{#1}",
    "widetilde": r"\tilde{#1}",
    "RR": r"\mathbb{R}",
    "NN": r"\mathbb{N}",
    "ZZ": r"\mathbb{Z}",
    "QQ": r"\mathbb{Q}",
    "CC": r"\mathbb{C}",
    "EE": r"\mathbb{E}",
    "E": r"\mathbb{E}",
    "eps": r"\epsilon",
    "colorbox": r"{#2}",
    "llap": r"{#1}",
    "rlap": r"{#1}",
    "mathllap": r"{#1}",
    "mathrlap": r"{#1}",
    "mathclap": r"{#1}",
}

# The same thing under a name that math-core knows. Numbers of equations are left out, as in the
# original, where only a `\tag` shows one.
_REWRITES = (
    (re.compile(r"\\(begin|end)\{(?:split|align\*?|flalign\*?)\}"), r"\\\1{aligned}"),
    (re.compile(r"\\begin\{(?:aligned|alignedat|alignat\*?)\}\s*\{\d+\}"), r"\\begin{aligned}"),
    (re.compile(r"\\(begin|end)\{(?:alignedat|alignat\*?)\}"), r"\\\1{aligned}"),
    (re.compile(r"\\(begin|end)\{(?:gather|multline)\*?\}"), r"\\\1{gathered}"),
    (re.compile(r"\\begin\{eqnarray\*?\}"), r"\\begin{array}{rcl}"),
    (re.compile(r"\\end\{eqnarray\*?\}"), r"\\end{array}"),
    (re.compile(r"\\(?:begin|end)\{(?:equation|displaymath|math|subequations)\*?\}"), ""),
    (re.compile(r"\\begin\{([pbvBV]?matrix)\*\}(?:\[[lcr]\])?"), r"\\begin{\1}"),
    (re.compile(r"\\end\{([pbvBV]?matrix)\*\}"), r"\\end{\1}"),
    (re.compile(r"\\label\{[^{}]*\}|\\(?:nonumber|notag)(?![a-zA-Z])"), ""),
    (re.compile(r"\\\\\s?\[\s*-?[\d.]+\s*[a-z]{2}\s*\]"), r"\\\\"),
    (re.compile(r"\\substack\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"),
     r"\\begin{subarray}{c}\1\\end{subarray}"),
)  # fmt: skip

# One formula may be 2,000 characters; its MathML is some 20 times as long.
_MAX_MATHML = 100_000

# A line of an inline formula cannot break: from here on it may scroll on a narrow screen.
_LONG_INLINE_LEAVES = 24

_ANNOTATION = re.compile(r'<annotation encoding="application/x-tex">.*?</annotation>', re.DOTALL)
_ANCHOR = re.compile(r"</?a\b[^>]*>| (?:id|href)=\"[^\"]*\"")
# math-core begins with the place in the formula.
_PLACE = re.compile(r"\d+: ")
_LEAF = re.compile(r"<m[ino]\b")

_converters = threading.local()


class Unconvertible(ValueError):
    """A formula that cannot be shown; `reason` is a sentence for its writer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def formula_html(tex: str, *, display: bool, in_link: bool = False) -> str:
    """Return HTML for the formula, ready for the sanitiser; phrasing content in both cases.

    A long one becomes a box that takes the focus, except in a link.

    Raises:
        Unconvertible: show its source instead.
    """
    mathml = to_mathml(tex, display=display)
    if not display and not in_link and len(_LEAF.findall(mathml)) > _LONG_INLINE_LEAVES:
        return (
            '<span class="equation equation--inline" tabindex="0" role="group"'
            f' aria-label="Formula">{mathml}</span>'
        )
    return mathml


def source_html(tex: str, *, delimiter: str) -> str:
    """Return the formula as it was typed."""
    closing = {r"\(": r"\)", r"\[": r"\]"}.get(delimiter, delimiter)
    return f'<code class="math-error">{escape(delimiter + tex + closing)}</code>'


def to_mathml(tex: str, *, display: bool) -> str:
    """Return `<math>` without styles, ids or links.

    It carries the TeX, and its words as `aria-label`: browsers tell the name to those who listen,
    while MathML's own `alttext` reaches nobody (Chromium 156 leaves it out of its tree).

    Raises:
        Unconvertible: neither as it is nor rewritten.
    """
    rewritten = _rewritten(tex)
    try:
        return _finished(_convert(rewritten, display=display), tex)
    except Unconvertible:
        if rewritten == tex:
            raise
        return _finished(_convert(tex, display=display), tex)


def _rewritten(tex: str) -> str:
    tex = tex.strip()
    if "\\" in tex and len(tex) <= 2 * _MAX_MATHML:
        for pattern, replacement in _REWRITES:
            tex = pattern.sub(replacement, tex)
    return tex


def _convert(tex: str, *, display: bool) -> str:
    if not is_convertible(tex):
        raise Unconvertible("It is too long, nests too deeply, or defines a command of its own.")
    try:
        mathml = _converter().convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        raise Unconvertible(_PLACE.sub("", str(error), count=1)) from None
    if len(mathml) > _MAX_MATHML:
        raise Unconvertible("It becomes too long.")
    return mathml


def _converter() -> LatexToMathML:
    """Return this thread's converter; sharing one between threads would make them wait."""
    if not hasattr(_converters, "converter"):
        _converters.converter = LatexToMathML(
            macros=_MACROS, annotation=True, fancy_error=False, max_expansions=200
        )
    converter: LatexToMathML = _converters.converter
    return converter


def _finished(mathml: str, tex: str) -> str:
    body = without_styles(_ANCHOR.sub("", _ANNOTATION.sub("", mathml)))
    kept = f'<annotation encoding="application/x-tex">{escape(tex.strip())}</annotation>'
    body = body.replace("</semantics>", f"{kept}</semantics>")
    return body.replace("<math", f'<math aria-label="{escape(spoken(mathml))}"', 1)
