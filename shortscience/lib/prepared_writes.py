"""Writes of single rows whose SQL is made once: for what members do most, as voting.

Django makes the statement of each `save` anew. These write the same values to the same columns,
without its signals, which nothing here listens to.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connections, router
from django.db.models import Expression, Model


def update(row: Model, fields: Sequence[str]) -> None:
    """Write these fields of a stored row: `row.save(update_fields=fields)`.

    Raises:
        DoesNotExist: the row is gone.
    """
    connection = connections[router.db_for_write(type(row), instance=row)]
    sql, columns = _update(type(row), tuple(fields))
    values = [_stored(column, row, connection) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, row.pk])
        if cursor.rowcount == 0:
            raise type(row).DoesNotExist  # type: ignore[attr-defined]


def insert(model: type[Model], **values: Any) -> None:  # Any: what the fields take
    """Write a row of these values; an expression without parts is put into the SQL as it is.

    Other columns must have a value of the database's own.
    """
    connection = connections[router.db_for_write(model)]
    kinds = tuple((name, _as_sql(value, connection)) for name, value in values.items())
    sql, columns = _insert(model, kinds)
    given = [column.get_db_prep_save(values[column.name], connection) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(sql, given)


def insert_row(row: Model) -> None:
    """Write a new row as it is; it does not learn its number."""
    columns = (c for c in row._meta.concrete_fields if not c.primary_key and not c.generated)
    insert(type(row), **{column.name: getattr(row, column.attname) for column in columns})


# Any: fields of all kinds.
Columns = list[Any]


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, Columns]:
    meta = model._meta
    columns: Columns = [meta.get_field(name) for name in names]
    assignments = ", ".join(f"{quote(column.column)} = %s" for column in columns)
    where = f"{quote(str(meta.pk.column))} = %s"
    return f"UPDATE {quote(meta.db_table)} SET {assignments} WHERE {where}", columns  # noqa: S608


@cache
def _insert(model: type[Model], kinds: tuple[tuple[str, str], ...]) -> tuple[str, Columns]:
    columns: Columns = [model._meta.get_field(name) for name, _ in kinds]
    names = ", ".join(quote(column.column) for column in columns)
    marks = ", ".join(sql or "%s" for _, sql in kinds)
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    return sql, [column for column, (_, sql) in zip(columns, kinds, strict=True) if not sql]


def quote(name: str) -> str:
    """Return a name of ours as both SQLite and PostgreSQL want it."""
    return f'"{name}"'


def _as_sql(value: Any, connection: Any) -> str:
    """Return the SQL of an expression, and "" for a plain value."""
    if not isinstance(value, Expression):
        return ""
    made: Any = getattr(value, f"as_{connection.vendor}", value.as_sql)
    sql, parameters = made(None, connection)
    if parameters:
        raise ValueError(f"{value!r} has parts of its own")
    return str(sql)


def _stored(column: Any, row: Model, connection: Any) -> Any:
    return column.get_db_prep_save(column.pre_save(row, add=False), connection)
