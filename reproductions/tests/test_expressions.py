import contextlib
import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproductions.harness.expressions import MAX_LENGTH, BadExpression, NoValue, evaluate, names

VALUES = {("a", "x"): 3.0, ("b", "x"): 2.0, ("b", "zero"): 0.0, ("a", "big"): 1e308}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.x - b.x", 1.0),
        ("-a.x + 2 * (b.x + 1) / 4", -1.5),
        ("max(a.x, b.x, 7)", 7.0),
        ("min(a.x)", 3.0),
        ("mean(a.x, b.x)", 2.5),
        ("sd(1, 2, 3)", 1.0),
        ("sd(a.x)", 0.0),
        ("abs(b.x - a.x)", 1.0),
        ("exp(log(a.x))", 3.0),
        ("sqrt(4) + 1e-3", 2.001),
    ],
)
def test_a_metric_has_the_value_that_arithmetic_gives(text, value):
    assert evaluate(text, VALUES) == pytest.approx(value, rel=1e-15)


def test_names_are_the_values_that_a_metric_reads():
    assert names("max(a.x, 2) / b.y - a.x") == {("a", "x"), ("b", "y")}


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a.x ** 2",
        "a.x.y",
        "a.x if 1 else 2",
        "__import__('os')",
        "a.x()",
        "(1).x",
        "'text'",
        "True",
        "1j",
        "a.x; b.x",
        "log(a.x, 2)",
        "max()",
        "max(*a.x)",
        "max(a.x, key=b.x)",
        "a.x < 2",
        "lambda: 1",
        "",
        "a.x // 2",
        "1e999",
        "9" * 400,
        "(" * 200 + "1" + ")" * 200,
        "-" * 100 + "1",
        "1 + " * 200 + "1",
        "a.x" + " " * MAX_LENGTH,
        "sum(a.x)",
        "a.x\x00",
    ],
)
def test_what_is_no_metric_is_refused(text):
    with pytest.raises(BadExpression):
        names(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a.x / b.zero", "division by zero"),
        ("log(b.zero)", "logarithm"),
        ("sqrt(-1 * a.x)", "root"),
        ("exp(a.big)", "power"),
        ("a.big * a.big", "too large"),
        ("a.nothing", "a.nothing is missing"),
    ],
)
def test_a_seed_without_a_number_says_why(text, why):
    with pytest.raises(NoValue, match=why):
        evaluate(text, VALUES)


@given(st.text(alphabet=string.ascii_letters + string.digits + ".()+-*/, ", max_size=60))
def test_any_text_gives_a_finite_number_or_one_of_two_errors(text):
    with contextlib.suppress(BadExpression, NoValue):
        assert math.isfinite(evaluate(text, VALUES))


@given(*[st.floats(-1e6, 1e6)] * 3)
def test_differences_are_those_of_floats(a, b, c):
    values = {("a", "v"): a, ("b", "v"): b, ("c", "v"): c}

    assert evaluate("a.v - b.v * c.v", values) == a - b * c
