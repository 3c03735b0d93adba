"""Texts that are too much: refused with a sentence or rendered, never a dead or stuck process."""

import subprocess
import sys

import pytest

from shortscience.lib.markup import (
    MAX_HTML_BYTES,
    MAX_SOURCE_BYTES,
    SourceRefused,
    check_source,
    plain_text,
    render,
)
from shortscience.lib.markup.guard import is_convertible


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The text is empty."),
        (" \n\t\n", "The text is empty."),
        ("a\ud800", "The text is not valid Unicode: it holds half of a character."),
        ("a\nb\x00", "Line 2 holds an invisible control character (U+0000)."),
        ("a\x1b[1m", "Line 1 holds an invisible control character (U+001B)."),
        ("a" * 70_000, "The text is 70,000 bytes long; the limit is 65,536 bytes."),
        ("é" * 40_000, "The text is 80,000 bytes long; the limit is 65,536 bytes."),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, sentence: str):
    with pytest.raises(SourceRefused) as refused:
        check_source(text)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(("typed", "kept"), [("a\r\nb\rc", "a\nb\nc"), ("e\u0301", "é")])
def test_a_source_has_one_form(typed: str, kept: str):
    assert check_source(typed) == kept


def filled(unit: str) -> str:
    return (unit * (MAX_SOURCE_BYTES // len(unit.encode())))[: MAX_SOURCE_BYTES // 4 * 4]


# Each fills a whole text of the largest size.
UNITS = [
    *("![", "[", "[a](", "[a](<b", "`a", "*a", "**a _b ", "~~a", ">", "> ", "> - ", "\\", "&amp;"),
    *(
        "\\(",
        "\\[\n",
        "$",
        "$a$ ",
        "$$\n",
        "$$ $ ",
        "$\\$",
        "$\\frac{a}{b}$",
        "$\\foo$",
        "$(((((((((x$",
    ),
    *(
        "\\cite{",
        "\\cite{a}",
        "<http://",
        "http://",
        "https://a.b/(",
        "www.",
        "a@b.",
        "<a ",
        "<!--",
    ),
    *("[^a]", "[^", "# a\n", "- [ ] a\n", "1. a\n", "[a]: b\n", "a|b\n-|-\n", "|", "|\n", "a\n"),
    *("---\n", "\t- ", "/media/a.png\n"),
]

HOSTILE = {
    **{unit: filled(unit) for unit in UNITS},
    "brackets": "[" * 30_000 + "]" * 30_000,
    "nested images": "![" * 400 + "](/media/a.png)" * 400,
    "nested quotes": ">" * 1_000 + " a",
    "nested list": "".join("  " * n + "- a\n" for n in range(200)),
    "ticks": "".join("`" * n + " " for n in range(350)),
    "wide table": "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + ("|b" * 20 + "|\n") * 1_000,
    "footnotes": "[^a]: x\n\n" + "[^a]" * 15_000,
    "one formula": "$" + "a" * 60_000 + "$",
    "braces": "$" + "{" * 30_000 + "}" * 30_000 + "$",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_rendered_small_or_refused(name: str):
    try:
        note = render(HOSTILE[name])
    except SourceRefused:
        return

    assert len(note.html.encode()) <= MAX_HTML_BYTES


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nested quotes", "The text nests lists or quotes too deeply."),
        ("nested list", "The text nests lists or quotes too deeply."),
        ("wide table", "The tables have more than 5,000 cells."),
        ("$a$ ", "The text becomes a page of more than 1,048,576 bytes; please shorten it."),
    ],
)
def test_what_would_be_dropped_or_too_slow_is_refused(name: str, sentence: str):
    with pytest.raises(SourceRefused) as refused:
        render(HOSTILE[name])

    assert str(refused.value) == sentence


def test_lists_twelve_levels_deep_are_fine():
    text = "".join("  " * n + f"- level {n}\n" for n in range(12))

    assert "level 11" in plain_text(text)


# Run in a process of its own and on the small stack of a thread: what goes wrong here ends the
# process, or never ends at all.
SURVIVAL = r"""
import sys, threading
from shortscience.lib.markup import render
from shortscience.lib.markup.maths import Unconvertible, to_mathml

UNITS = [("{", "}"), (r"\frac{1}{", "}"), (r"\left(", r"\right)"), ("x^{", "}"), ("x_", ""),
    (r"\begin{matrix}", r"\end{matrix}"), (r"\begin{split}", r"\end{split}"), (r"\sqrt", ""),
    (r"\sqrt ", ""), (r"\sqrt[", "]{x}"), (r"\hat ", ""), (r"\mathbf ", ""), (r"\text{", "}"),
    (r"\color{red}", ""), (r"\displaystyle ", ""), (r"\norm{", "}"), (r"\substack{", "}"),
    (r"\over ", ""), (r"\xrightarrow[", "]{a}"), (r"\overset a", ""), ("'", ""), ("^", ""),
    ("(", ""), (r"\bigl(", ""), ("[", ")"), ("{(}", "{a)}"), (r"\langle ", ""), (r"\not", ""),
    (r"\mathopen(", ""), ("&", "")]
FORMULAS = [opening * count + "x" + closing * count
    for opening, closing in UNITS for count in (30, 41, 61, 150, 400, 10_000)]
FORMULAS += [r"\def\a{\a\a}\a", r"\let\a\a\a",
    r"\newcommand{\a}{\b\b}\newcommand{\b}{\a\a}\a",
    r"\newcommand\a[1]{{{{{{{{{{#1}}}}}}}}}}" + r"\a{" * 50 + "}" * 50, r"\gdef\a#1{\a{#1#1}}\a x",
    "a" * 100_000, r"\frac{a}{b}" * 10_000, r"\alpha" * 20_000]

def convert():
    for tex in FORMULAS:
        try:
            to_mathml(tex, display=True)
        except Unconvertible:
            pass
    for tex in FORMULAS:
        if len(tex) < 60_000:
            render(f"${tex}$")
    print("alive", len(FORMULAS))

threading.stack_size(512 * 1024)
worker = threading.Thread(target=convert)
worker.start()
worker.join()
"""


def test_no_formula_ends_or_stops_the_process():
    run = subprocess.run(
        [sys.executable, "-c", SURVIVAL], capture_output=True, text=True, timeout=120, check=False
    )

    assert (run.returncode, run.stdout.split()[:1]) == (0, ["alive"]), run.stderr[-500:]


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{" * 61 + "}" * 61,
        r"\sqrt" * 41,
        "x_" * 201,
        "a" * 2_001,
        r"\def\a{b}",
        r"\newcommand{\a}{b}\a",
        "(" * 9,
        "{(}" * 9 + "{a)}" * 9,
        r"\displaystyle a " * 41,
        r"\sqrt[a" * 41,
    ],
)
def test_the_guard_refuses_what_math_core_cannot_survive(tex: str):
    assert not is_convertible(tex)


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{a}{b}",
        r"[0,1) \cup (1,2]",
        r"\{x \mid x > 0\}",
        r"\left(\left[a\right)\right." * 20,
        " ".join("x_{ij}" for _ in range(200)),
        r"\alpha\beta\gamma\delta\epsilon\zeta\eta\theta",
    ],
)
def test_the_guard_lets_formulas_of_papers_pass(tex: str):
    assert is_convertible(tex)
