"""Queries that are put into SQL once and asked many times.

Django makes the SQL of a queryset anew whenever it is read. For the wide rows of a page that costs
several times what the database needs to answer, so the pages that are asked for most keep it. The
query is still written as a queryset, and rows come back as Django makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)

# Numbers that stand in for those of a question; no row has them.
_MARKS = 2**60
# What a queryset may ask of a row that it is given, besides its number.
_SHAPING = ("is_staff",)


class Prepared(Generic[Row]):
    """A list of rows that depends on the numbers of rows: `Prepared(lambda paper: …)(paper)`.

    The function gets stand-ins for its arguments: rows that have nothing but a number (and
    `is_staff`), and lists of those. Everything else is passed as it is, must be hashable, and
    gets SQL of its own, as does each length of a list up to the next power of two.
    """

    def __init__(self, make: Callable[..., QuerySet[Row]]) -> None:
        self._make = make
        self._compiled: dict[Hashable, _Compiled[Row]] = {}

    def __call__(self, *arguments: Any) -> list[Row]:  # Any: rows, lists of rows, and constants
        shapes, numbers = [], []
        for argument in arguments:
            shape, some = _taken_apart(argument)
            shapes.append(shape)
            numbers += some
        key = tuple(shapes)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = _Compiled(self._make(*_stand_ins(key)))
        return found.rows(numbers)


class _Compiled(Generic[Row]):
    """One shape of a query; its SQL for each kind of database is made at the first question."""

    def __init__(self, queryset: QuerySet[Row]) -> None:
        self._queryset = queryset
        self._by_vendor: dict[str, tuple[SQLCompiler, str, Sequence[Any]] | None] = {}

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        # Asked each time: a router may send this read elsewhere than the one before.
        using = self._queryset.db
        vendor = connections[using].vendor
        if vendor not in self._by_vendor:
            self._by_vendor[vendor] = self._compile(using)
        made = self._by_vendor[vendor]
        if made is None:
            return []
        first, sql, marked = made
        values = [numbers[p - _MARKS] if _is_mark(p) else p for p in marked]
        compiler = copy(first)
        compiler.connection, compiler.using = connections[using], using
        compiler.as_sql = lambda *_args, **_more: (sql, values)  # type: ignore[method-assign]
        question = SimpleNamespace(
            db=using,
            model=self._queryset.model,
            query=SimpleNamespace(get_compiler=lambda using: compiler),
            _known_related_objects={},
        )
        return list(ModelIterable(question))  # type: ignore[arg-type]

    def _compile(self, using: str) -> tuple[SQLCompiler, str, Sequence[Any]] | None:
        compiler = self._queryset.query.get_compiler(using=using)
        try:
            sql, marked = compiler.as_sql()
        except EmptyResultSet:
            return None
        return compiler, sql, marked


def _taken_apart(argument: Any) -> tuple[Hashable, list[int]]:
    """Return what shapes the query, and the numbers that go into it."""
    if isinstance(argument, Model):
        traits = tuple(getattr(argument, name, None) for name in _SHAPING)
        return ("row", argument.__class__, traits), [argument.pk]
    if isinstance(argument, list):
        if not argument:
            return ("rows", None, 0), []
        numbers = [row.pk for row in argument]
        size = 1 << (len(numbers) - 1).bit_length()
        # The last once more, so that few lengths need SQL.
        return ("rows", argument[0].__class__, size), numbers + numbers[-1:] * (size - len(numbers))
    return ("as it is", argument), []


def _stand_ins(shapes: Sequence[Any]) -> list[Any]:
    """Return arguments of these shapes whose numbers are marks, in order."""
    made: list[Any] = []
    mark = _MARKS
    for kind, what, *more in shapes:
        if kind == "row":
            row = what(pk=mark)
            vars(row).update(zip(_SHAPING, more[0], strict=True))
            made.append(row)
            mark += 1
        elif kind == "rows":
            made.append([what(pk=mark + n) for n in range(more[0])])
            mark += more[0]
        else:
            made.append(what)
    return made


def _is_mark(value: object) -> bool:
    return type(value) is int and value >= _MARKS
