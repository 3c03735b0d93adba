"""Metrics of claims: small expressions over `arm.value`, computed seed by seed.

Whoever checks a report computes them again, so they are read as data, never run as code.
"""

from __future__ import annotations

import ast
import math
import operator
import statistics
from collections.abc import Callable, Mapping
from functools import cache

# Enough for a difference of means of ten arms; a longer one could not be read by people either.
MAX_LENGTH = 500
MAX_DEPTH = 30
MAX_BRACKETS = 60

Name = tuple[str, str]


class BadExpression(ValueError):
    """The text is no metric; the sentence says what is wrong with it."""


class NoValue(ArithmeticError):
    """There is no number for this seed; the sentence says why."""


def _sd(*values: float) -> float:
    return statistics.stdev(values) if len(values) > 1 else 0.0


FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "mean": lambda *values: statistics.fmean(values),
    "sd": _sd,
    "abs": abs,
    "log": math.log,
    "exp": math.exp,
    "sqrt": math.sqrt,
}
_ONE_ARGUMENT = {"abs", "log", "exp", "sqrt"}
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def names(text: str) -> frozenset[Name]:
    """Return the (arm, value) pairs that the expression reads.

    Raises:
        BadExpression: the text is no metric.
    """
    return frozenset(
        (node.value.id, node.attr)
        for node in ast.walk(_parsed(text))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    )


def evaluate(text: str, values: Mapping[Name, float]) -> float:
    """Return the number that the expression has for one seed's values.

    Raises:
        BadExpression: the text is no metric.
        NoValue: a value is missing, or the arithmetic has no finite result.
    """
    try:
        result = _number(_parsed(text), values)
    except ZeroDivisionError:
        raise NoValue("division by zero") from None
    except (OverflowError, ValueError):
        raise NoValue("a logarithm, root or power has no finite value") from None
    if not math.isfinite(result):
        raise NoValue("the result is too large")
    return result


@cache
def _parsed(text: str) -> ast.expr:
    # Python's own parser takes much memory for deep brackets before it gives up.
    if len(text) > MAX_LENGTH or text.count("(") > MAX_BRACKETS:
        raise BadExpression(f"the metric is longer than {MAX_LENGTH} characters or too deep")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadExpression(f"the metric is no expression: {text!r}") from None
    _check(tree, MAX_DEPTH)
    return tree


def _check(node: ast.expr, depth: int) -> None:
    if depth == 0:
        raise BadExpression("the metric is nested too deeply")
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            if abs(value) > 1e300:
                raise BadExpression("the metric has a number that is too large")
        case ast.Attribute(value=ast.Name()):
            pass
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _check(operand, depth - 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            _check(left, depth - 1)
            _check(right, depth - 1)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            if not args or (name in _ONE_ARGUMENT and len(args) != 1):
                raise BadExpression(f"{name}() has the wrong number of arguments")
            for argument in args:
                _check(argument, depth - 1)
        case _:
            raise BadExpression(f"a metric cannot hold {ast.unparse(node)!r}")


def _number(node: ast.expr, values: Mapping[Name, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Attribute(value=ast.Name(id=arm), attr=name):
            if (arm, name) not in values:
                raise NoValue(f"{arm}.{name} is missing")
            return float(values[arm, name])
        case ast.UnaryOp(op=op, operand=operand):
            number = _number(operand, values)
            return -number if isinstance(op, ast.USub) else number
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_number(left, values), _number(right, values))
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*(_number(argument, values) for argument in args))
        case _:  # pragma: no cover - `_check` lets nothing else through
            raise BadExpression("unknown part")
