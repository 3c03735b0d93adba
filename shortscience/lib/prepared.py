"""Queries that are put into SQL once and asked many times.

Django makes the SQL of a queryset anew whenever it is read. For the wide rows of a page that costs
several times what the database needs to answer, so the pages that are asked for most keep it. The
query is still written as a queryset, and rows come back as Django would make them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init
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


def numbered(model: type[Row], number: int) -> Row:
    """Return a row that has nothing but its number, to ask a `Prepared` about it.

    `model(pk=number)` finds a default for each column, which takes as long as some queries.
    """
    row = model.__new__(model)
    row._state = ModelState()
    vars(row).update(dict.fromkeys(_SHAPING))
    row.pk = number
    return row


class _Compiled(Generic[Row]):
    """One shape of a query; its SQL for each kind of database is made at the first question."""

    def __init__(self, queryset: QuerySet[Row]) -> None:
        self._queryset = queryset
        self._by_vendor: dict[str, tuple[str, Sequence[Any], _Reader[Row]] | None] = {}

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        # Asked each time: a router may send this read elsewhere than the one before.
        using = self._queryset.db
        connection = connections[using]
        if connection.vendor not in self._by_vendor:
            self._by_vendor[connection.vendor] = self._compile(using)
        made = self._by_vendor[connection.vendor]
        if made is None:
            return []
        sql, marked, reader = made
        values = [numbers[p - _MARKS] if _is_mark(p) else p for p in marked]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return reader.read(cursor.fetchall(), using)

    def _compile(self, using: str) -> tuple[str, Sequence[Any], _Reader[Row]] | None:
        compiler = self._queryset.query.get_compiler(using=using)
        try:
            sql, marked = compiler.as_sql()
        except EmptyResultSet:
            return None
        return sql, marked, _Reader(compiler)


class _Reader(Generic[Row]):
    """Makes rows of a model from the rows of its query, as Django does and in a third of its time.

    What Django finds out for each row and each column anew is found out once here.
    """

    def __init__(self, compiler: SQLCompiler) -> None:
        columns = [column for column, _, _ in compiler.select]
        self._convert = [
            (position, converters, column)
            for position, (converters, column) in compiler.get_converters(columns).items()
        ]
        self._main = _Instances(compiler.klass_info, columns)
        self._annotations = list(compiler.annotation_col_map.items())

    def read(self, found: Iterable[Sequence[Any]], using: str) -> list[Row]:
        connection, convert, annotations = connections[using], self._convert, self._annotations
        make, rows = self._main.make, []
        for values in map(list, found):
            for position, converters, column in convert:
                value = values[position]
                for converter in converters:
                    value = converter(value, column, connection)
                values[position] = value
            row = make(values, using)
            for name, position in annotations:
                setattr(row, name, values[position])
            rows.append(row)
        return rows


class _Instances:
    """Makes the instances of one model in a row, and those that are read beside it."""

    def __init__(self, info: Mapping[str, Any], columns: Sequence[Any]) -> None:
        if info.get("from_parent"):
            raise NotImplementedError("Prepared reads no models that inherit tables.")
        fields = info["select_fields"]
        self._model: type[Model] = info["model"]
        self._start, self._end = fields[0], fields[-1] + 1
        self._names = [column.target.attname for column in columns[self._start : self._end]]
        self._number = self._start + self._names.index(self._model._meta.pk.attname)
        self._related = [
            (_Instances(related, columns), related["local_setter"], related["remote_setter"])
            for related in info.get("related_klass_infos", ())
        ]
        # Whoever wants to know of new instances gets them made by Django.
        self._is_plain = self._model.__init__ is Model.__init__ and not (
            pre_init.has_listeners(self._model) or post_init.has_listeners(self._model)
        )

    def make(self, values: Sequence[Any], using: str) -> Any:  # Any: an instance of its model
        if values[self._number] is None:
            return None
        own = values[self._start : self._end]
        if self._is_plain:
            made = self._model.__new__(self._model)
            state = ModelState()
            state.db, state.adding = using, False
            vars(made).update(zip(self._names, own, strict=True), _state=state)
        else:
            made = self._model.from_db(using, self._names, own)
        for instances, set_here, set_there in self._related:
            related = instances.make(values, using)
            set_here(made, related)
            if related is not None:
                set_there(related, made)
        return made


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
            row = numbered(what, mark)
            vars(row).update(zip(_SHAPING, more[0], strict=True))
            made.append(row)
            mark += 1
        elif kind == "rows":
            made.append([numbered(what, mark + n) for n in range(more[0])])
            mark += more[0]
        else:
            made.append(what)
    return made


def _is_mark(value: object) -> bool:
    return type(value) is int and value >= _MARKS
