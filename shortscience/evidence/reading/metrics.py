"""Metrics: small sums over `arm.value`, read as data and computed seed by seed. Nothing is run."""

from __future__ import annotations

import ast
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MAX_LENGTH = 500
MAX_DEPTH = 30
# Python's own parser gives up on deep nesting by using much memory first.
_MAX_OPEN = 60

Source = tuple[str, str]  # ("out", "accuracy")
Values = Mapping[Source, float]


class BadMetric(ValueError):
    """The text is no metric; the sentence says why."""


class NoValue(ArithmeticError):
    """This seed has no number; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric that was read: which values it needs, and how to compute it."""

    sources: frozenset[Source]
    _tree: ast.expr

    def of(self, values: Values) -> float:
        """Return its value for one seed.

        Raises:
            NoValue: a value is missing, or there is no finite result.
        """
        try:
            found = float(_compute(self._tree, values))
        except ZeroDivisionError:
            raise NoValue("division by zero") from None
        except (ValueError, OverflowError):
            raise NoValue("a logarithm, root or power has no finite value") from None
        if not math.isfinite(found):
            raise NoValue("the result is not finite")
        return found


def read_metric(text: str) -> Metric:
    """Return the metric that the text says.

    Raises:
        BadMetric: it is none.
    """
    if len(text) > MAX_LENGTH or text.count("(") > _MAX_OPEN:
        raise BadMetric(f"it is longer than {MAX_LENGTH} characters, or nested too deeply")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadMetric("it is no expression") from None
    sources: set[Source] = set()
    _admit(tree, MAX_DEPTH, sources)
    return Metric(frozenset(sources), tree)


def _spread(numbers: Sequence[float]) -> float:
    return statistics.stdev(numbers) if len(numbers) > 1 else 0.0


_OF_MANY: dict[str, Callable[[Sequence[float]], float]] = {
    "min": min,
    "max": max,
    "mean": statistics.fmean,
    "sd": _spread,
}
_OF_ONE: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "log": math.log,
    "exp": math.exp,
    "sqrt": math.sqrt,
}


def _admit(node: ast.expr, depth: int, sources: set[Source]) -> None:
    """Let only what a metric is made of pass, and note what it reads."""
    if depth == 0:
        raise BadMetric("it is nested too deeply")
    match node:
        case ast.Constant(value=number) if type(number) in (int, float):
            if not -1e300 < number < 1e300:  # type: ignore[operator]
                raise BadMetric("it holds a number that is too large")
        case ast.Attribute(value=ast.Name(id=arm), attr=name):
            sources.add((arm, name))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            _admit(inner, depth - 1, sources)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right=right):
            _admit(left, depth - 1, sources)
            _admit(right, depth - 1, sources)
        case ast.Call(func=ast.Name(id=name), args=inner, keywords=[]):
            if name not in _OF_MANY and name not in _OF_ONE:
                raise BadMetric(f"it calls {name!r}, which is not known")
            if not inner or (name in _OF_ONE and len(inner) > 1):
                raise BadMetric(f"{name} has the wrong number of arguments")
            for one in inner:
                _admit(one, depth - 1, sources)
        case _:
            raise BadMetric("it holds more than numbers, arm.value, + - * / ( ) and functions")


def _compute(node: ast.expr, values: Values) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Attribute(value=ast.Name(id=arm), attr=name):
            if (arm, name) not in values:
                raise NoValue(f"{arm}.{name} is missing")
            return float(values[arm, name])
        case ast.UnaryOp(op=sign, operand=inner):
            found = _compute(inner, values)
            return -found if isinstance(sign, ast.USub) else found
        case ast.BinOp(left=left, op=sign, right=right):
            return _combined(_compute(left, values), sign, _compute(right, values))
        case ast.Call(func=ast.Name(id=name), args=inner):
            numbers = [_compute(one, values) for one in inner]
            return _OF_MANY[name](numbers) if name in _OF_MANY else _OF_ONE[name](numbers[0])
        case _:
            raise AssertionError(node)


def _combined(left: float, sign: ast.operator, right: float) -> float:
    match sign:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case _:
            return left / right
