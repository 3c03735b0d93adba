"""Formulas: found in the text, converted without styles, never lost."""

import gzip
import json
import re
from pathlib import Path

import pytest

from shortscience.lib.markup import render
from shortscience.lib.markup.maths import Unconvertible, to_mathml
from shortscience.lib.markup.mathstyle import class_names
from tests.lib.htmlcheck import elements, text_of
from tests.shared import shared

MATH_CSS = Path(__file__).parents[2] / "shortscience/web/static/css/math.css"

# Converted today: 99.5 % of real notes, 92 % with the test suite of another renderer and
# abstracts that use private macros of their authors.
EXPECTED_RATE_OF_NOTES = 0.99
EXPECTED_RATE = 0.91


def tex_of(text: str) -> list[str]:
    return text_of(render(text).html, "annotation")


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$ is 1", ["x"]),
        ("a $x$ and $y$.", ["x", "y"]),
        (r"a \(x\) and \[y\]", ["x", "y"]),
        ("$$x$$", ["x"]),
        ("$$\nx\n\n$$", []),
        ("text\n$$\na\n- b\n= c\n$$\ntext", ["a\n- b\n= c"]),
        (r"3$\times$3 kernels", [r"\times"]),
        ("$ x $", ["x"]),
        ("costs $5 and $10", []),
        ("from 5$ to 10$ each", []),
        (r"\$x\$", []),
        ("`$x$`", []),
        ("    $x$", []),
        ("$$ $$", []),
        ("a * b $x*y*z$", ["x*y*z"]),
        ("> $$\n> x\n> y\n> $$", ["x\ny"]),
        ("- $$\n  x\n  $$", ["x"]),
        ("$a_1$ and _b_ and $c_1$", ["a_1", "c_1"]),
        (r"$a \\ b$", [r"a \\ b"]),
        (r"$a<b \& c>d$", [r"a<b \& c>d"]),
    ],
)
def test_a_formula_is_found_between_its_marks(text: str, formulas: list[str]):
    assert tex_of(text) == formulas


def test_a_display_formula_can_be_reached_and_scrolled():
    box = elements(render("$$x$$").html)[0]

    assert box.tag == "div"
    assert box.attributes == {
        "class": "equation",
        "tabindex": "0",
        "role": "group",
        "aria-label": "Formula",
        "id": box.attributes["id"],
    }


@pytest.mark.parametrize(
    "typed",
    [r"$\foo$", r"$$\foo{a}<b$$", r"\(\foo\)", r"\[\foo\]", "$" + "{" * 99 + "x" + "}" * 99 + "$"]
)  # fmt: skip
def test_a_formula_that_fails_is_shown_as_typed(typed: str):
    html = render(typed).html

    assert text_of(html, "code") == [typed]
    assert 'class="math-error"' in html


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{split}a&=b\\&=c\end{split}",
        r"\begin{alignedat}{2}a&=b&c&=d\end{alignedat}",
        r"\begin{align}a&=b\label{x}\\&=c\nonumber\end{align}",
        r"\begin{eqnarray}a&=&b\end{eqnarray}",
        r"\begin{equation}\begin{split}a&=b\end{split}\end{equation}",
        r"\begin{align}a&=b\tag{7}\end{align}",
        r"\sum_{\substack{i<n\\j_{k}<m}} a",
        r"\begin{pmatrix*}[r]-1\\2\end{pmatrix*}",
        r"\begin{matrix}a\\[2pt]b\end{matrix}",
        r"\mbox{a}\mathbbm{1}\nicefrac{1}{2}\Tilde{x}\norm{x}\RR\dotsc",
    ],
)
def test_what_math_core_lacks_is_rewritten(tex: str):
    assert to_mathml(tex, display=True).startswith("<math")


def test_aligned_rows_touch_at_the_relation():
    cells = [
        e for e in elements(render(r"$$\begin{aligned}a&=b\end{aligned}$$").html) if e.tag == "mtd"
    ]

    assert [cell.attributes["class"] for cell in cells] == [
        "math-end math-flush-right",
        "math-start math-flush-left",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tex", "name"),
    [
        (r"a\!b", "math-back-3"),
        (r"a\hspace{-300em}b", "math-back-18"),
        (r"\color{red}a", "math-red"),
        (r"\color{blue}a", "math-blue"),
        (r"\begin{array}{c|c}a&b\end{array}", "math-rule-right-solid"),
        (r"\begin{array}{c}a\\\hline\end{array}", "math-rule-bottom-solid"),
    ],
)
def test_a_style_becomes_a_class(tex: str, name: str):
    html = render(f"${tex}$").html

    assert re.search(rf'class="[^"]*\b{name}\b', html)


def test_a_formula_cannot_cover_the_page():
    assert "900" not in re.sub(
        r"<annotation.*?</annotation>", "", render(r"$\raisebox{900em}{x}$").html
    )


def test_math_css_describes_every_class_that_is_written():
    described = set(re.findall(r"\.(math-[\w-]+)", MATH_CSS.read_text()))

    assert class_names() <= described


def real_formulas() -> list[dict[str, str]]:
    with gzip.open(shared("data/formulas/formulas.jsonl.gz"), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def converted(row: dict[str, str]) -> str | None:
    try:
        return to_mathml(row["tex"], display=bool(row["display"]))
    except Unconvertible:
        return None


def test_real_formulas_are_converted_or_shown(record_property):
    rows = real_formulas()

    done = [converted(row) for row in rows]

    wanted = [html for row, html in zip(rows, done, strict=True) if not row.get("expect_error")]
    rate = sum(html is not None for html in wanted) / len(wanted)
    record_property("rate", rate)
    assert rate >= EXPECTED_RATE
    assert not [html for html in done if html and re.search(r'\s(?:style|id|href)="', html)]


def test_formulas_of_real_notes_are_converted():
    notes = ("patrick-llgc", "shagunsodhani", "abhshkdz", "pemami4911", "seed:")
    rows = [row for row in real_formulas() if row["origin"].startswith(notes)]

    done = [converted(row) for row in rows]

    assert sum(html is not None for html in done) / len(done) >= EXPECTED_RATE_OF_NOTES


def test_a_real_formula_in_a_note_loses_nothing():
    for row in real_formulas()[::10]:
        tex = row["tex"].strip()
        if not tex or any(part in tex for part in ("\r", "\n\n", "\\]", "\n ")):
            continue
        html = render(f"\\[{tex}\\]").html

        shown = [*text_of(html, "annotation"), *(each[2:-2] for each in text_of(html, "code"))]
        assert shown[0].strip() == tex


# --- what cannot be converted -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("One.\n\nSo $\\foo$ it is.", 2, 'Unknown command "\\foo".'),
        ("a\nb $\\frac{1}{2$\nc", 1, 'Expected closing token "}", but reached end of input.'),
        ("a $x$\nb $x$ $\\foo$", 1, 'Unknown command "\\foo".'),
        ("$$\na_b_c\n$$", 0, "Duplicate subscript or superscript."),
        ("> - $x$\n>   and $a_b_c$", 1, "Duplicate subscript or superscript."),
        ("| a |\n|---|\n| b |\n| $a_b_c$ |", 3, "Duplicate subscript or superscript."),
        ("a\nb $$a_b_c$$ c", 1, "Duplicate subscript or superscript."),
    ],
)
def test_a_formula_that_cannot_be_shown_is_told_with_its_line_and_the_reason(
    text: str, line: int, reason: str
):
    (broken,) = render(text).broken

    assert (broken.line, broken.reason) == (line, reason)


def test_a_formula_that_could_harm_the_process_says_what_is_wrong_with_it():
    (broken,) = render("$" + "{" * 70 + "x" + "}" * 70 + "$").broken

    assert broken.reason == "It is too long, nests too deeply, or defines a command of its own."


def test_a_price_in_one_paragraph_leaves_the_formulas_of_the_next():
    assert render("It costs $5.\n\n$x$ is what it costs.").html.count("<math") == 1
