"""What is heard of a formula: words as at a blackboard, for every formula that is shown."""

import gzip
import json
import time

import pytest

from shortscience.lib.markup import render
from shortscience.lib.markup.maths import Unconvertible, to_mathml
from shortscience.lib.markup.speech import LONGEST, UNKNOWN, spoken
from tests.lib.htmlcheck import Element, elements
from tests.shared import shared


def heard(tex: str, *, display: bool = True) -> str:
    (formula,) = maths(f"$${tex}$$")
    return formula.attributes["aria-label"]


def shown_as(tex: str, *, display: bool) -> str:
    try:
        return to_mathml(tex, display=display)
    except Unconvertible:
        return ""


def maths(text: str) -> list[Element]:
    return [element for element in elements(render(text).html) if element.tag == "math"]


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        ("x^2", "x squared"),
        ("x_i", "x sub i"),
        ("x_{i+1}", "x sub i plus 1 end sub"),
        ("x_i^2", "x sub i squared"),
        ("f'(x)", "f prime open paren x close paren"),
        ("O(n)", "cap O of open paren n close paren"),
        ("-x", "minus x"),
        ("A^{-1}", "cap A inverse"),
        (r"w^\top x", "w transpose x"),
        (r"e^{-x/2}", "e to the power minus x over 2 end power"),
        (r"\frac12", "1 over 2"),
        (r"\frac{a+b}{c}", "fraction a plus b over c end fraction"),
        (r"\sqrt{x}", "square root of x"),
        (r"\sqrt{x+1}", "square root of x plus 1 end root"),
        (r"\sqrt[3]{x}", "cube root of x"),
        (r"\sum_{i=1}^n x_i", "sum from i equals 1 to n of x sub i"),
        (r"\sum_{i\in S} i", "sum over i in cap S of i"),
        (r"\int_0^1 x", "integral from 0 to 1 of x"),
        (r"\lim_{n\to\infty} a", "lim as n to infinity of a"),
        (r"\min_\theta L", "min over theta of cap L"),
        (r"\operatorname*{argmax}_\pi Q", "argmax over pi of cap Q"),
        (r"\binom{n}{k}", "n choose k"),
        (r"|x|", "absolute value of x end absolute value"),
        (r"p(x|y)", "p of open paren x given y close paren"),
        (r"\|x\|_2^2", "norm of x end norm sub 2 squared"),
        (r"\left\lVert x \right\rVert", "norm of x end norm"),
        (r"|p(x|y)|", "absolute value of p of open paren x given y close paren end absolute value"),
        (r"\hat{x}", "x hat"),
        (r"\overline{ab}", "a b, all bar"),
        (r"\underbrace{a}_{b}", "a over a brace with b below"),
        (r"\mathbb{R}^{n\times m}", "the reals to the power n times m end power"),
        (r"\mathbf{W}", "bold cap W"),
        (r"\mathcal{L}", "script cap L"),
        (r"\Gamma\lambda\Lambda", "cap gamma lambda cap lambda"),
        (r"\text{if } x", "if x"),
        (r"\cancel{x}", "crossed out x end crossed out"),
        (
            r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
            "2 by 2 matrix: row 1: 1, 2; row 2: 3, 4; end matrix",
        ),
        (
            r"\begin{cases}1&x>0\\0&\text{else}\end{cases}",
            "cases: case 1: 1, x is greater than 0; case 2: 0, else; end cases",
        ),
        (
            r"\begin{aligned}a&=b\\c&=d\end{aligned}",
            "line 1: a equals b; line 2: c equals d",
        ),
    ],
)
def test_a_formula_is_heard_as_it_is_said(tex: str, words: str):
    assert heard(tex) == words


def test_every_formula_of_a_note_has_a_name():
    found = maths("$a$ and $$b$$ and\n\n| $c$ | d |\n|---|---|\n| $e$ | f |\n\n# $g$")

    assert [one.attributes["aria-label"] for one in found] == ["a", "b", "c", "e", "g"]


def test_a_formula_that_shows_nothing_still_has_a_name():
    assert heard(r"\phantom{x}") == UNKNOWN


def test_a_name_has_an_end():
    long = heard("+".join(f"x_{{{number}}}" for number in range(150)))

    assert len(long) <= LONGEST + len(", and so on")
    assert long.endswith(", and so on")


def test_what_is_no_mathml_is_called_a_formula():
    assert spoken("<math><mi>x</math>") == UNKNOWN


def test_text_in_a_formula_cannot_leave_the_name():
    html = render(r'$\text{"><img src=x onerror=alert(1)>}$').html

    assert "<img" not in html
    assert elements(html)[0].tag == "p"


def test_real_formulas_become_words_and_quickly():
    path = shared("data/formulas/formulas.jsonl.gz")
    with gzip.open(path, "rt") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    shown = [mathml for row in rows if (mathml := shown_as(row["tex"], display=row["display"]))]
    began = time.process_time()

    told = [spoken(mathml) for mathml in shown]

    assert len(told) > 4000
    # Formulas of blanks alone, of another renderer's test suite.
    assert sum(words == UNKNOWN for words in told) < 20
    assert not [words for words in told if "\\" in words or "&" in words]
    # A tenth of a millisecond each today; twenty times that would be felt when saving.
    assert (time.process_time() - began) / len(told) < 0.002
