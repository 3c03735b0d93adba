"""Taking the indexes of papers away before a large load and building them after it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, OperationalError, connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper

from shortscience.lib.lazily import lazily
from shortscience.papers.models import Identifier, Paper

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = lazily("psycopg")

# Memory for sorting while they are built, where PostgreSQL is asked.
_SORT_MEMORY = "256MB"


# How long writers may have to wait behind us for the table, and how often we ask for it.
_LOCK_WITHIN = "2s"
_TRIES = 30
_PAUSE_S = 1.0

Editor = BaseDatabaseSchemaEditor


@dataclass(frozen=True, slots=True)
class _Index:
    """One index that a load does without, and how it is dropped and made."""

    name: str
    drop: Callable[[Editor], None]
    make: Callable[[Editor], None]
    # PostgreSQL, beside readers and writers: the statement, and the one that makes it a constraint.
    online: str = ""
    attach: str = ""


def drop_indexes() -> None:
    """Take away every index that would be written to at random places during a load.

    Those that grow at their end, and small ones with a condition, stay. Call it outside a
    transaction.
    """
    present = _present()
    for index in _wanted():
        if index.name in present:
            with connection.schema_editor() as editor:
                index.drop(editor)


def missing_indexes() -> list[str]:
    """Return the names of those that a load took away and did not bring back."""
    present = _present()
    return [index.name for index in _wanted() if index.name not in present]


def build_indexes(told: Callable[[str], object] = lambda name: None) -> int:
    """Make the indexes that are missing; return how many. `told` hears the name of each before.

    Call it outside a transaction. Should somebody have stored one identifier twice while
    there was no index to say no, the later one goes. On PostgreSQL, while anybody else is
    connected, they are made beside readers and writers, which takes longer; interrupted, the
    next call goes on.
    """
    present = _present()
    missing = [index for index in _wanted() if index.name not in present]
    for index in missing:
        told(index.name)
        try:
            _build(index)
        except IntegrityError:
            _drop_doubled_identifiers()
            _build(index)
    if missing:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return len(missing)


def _build(index: _Index) -> None:
    if connection.vendor != "postgresql":
        with connection.schema_editor() as editor:
            index.make(editor)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET maintenance_work_mem = '{_SORT_MEMORY}'")
        if not connection.in_atomic_block and _is_in_use(cursor):
            _build_online(index, cursor)
            return
        if _valid_indexes(cursor).get(index.name) is None:
            # What was begun beside others' work and not ended has the name.
            cursor.execute(f"DROP INDEX IF EXISTS {connection.ops.quote_name(index.name)}")
        elif index.attach:
            cursor.execute(index.attach)
            return
    with connection.schema_editor() as editor:
        index.make(editor)


def _is_in_use(cursor: CursorWrapper) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid())"
    )
    return bool(cursor.fetchone()[0])


def _build_online(index: _Index, cursor: CursorWrapper) -> None:
    """Make an index without locking anybody out."""
    # It stands in nobody's way while it waits for older transactions.
    cursor.execute("SET lock_timeout = 0")
    try:
        if _valid_indexes(cursor).get(index.name) is None:
            name = connection.ops.quote_name(index.name)
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            cursor.execute(index.online)
        if index.attach:
            _attach(index, cursor)
    finally:
        cursor.execute("RESET lock_timeout")


def _attach(index: _Index, cursor: CursorWrapper) -> None:
    """Make a constraint of a finished index: an instant, for which the table must be free."""
    cursor.execute(f"SET lock_timeout = '{_LOCK_WITHIN}'")
    for left in reversed(range(_TRIES)):
        try:
            cursor.execute(index.attach)
        except OperationalError as error:
            if not left or not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _present() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            valid = _valid_indexes(cursor)
            constraints = {index.name for index in _wanted() if index.attach}
            return {name for name in valid if valid[name] or name not in constraints}
        found: set[str] = set()
        for model in (Paper, Identifier):
            table = model._meta.db_table
            found |= set(connection.introspection.get_constraints(cursor, table))
    return found


def _valid_indexes(cursor: CursorWrapper) -> dict[str, bool]:
    """Return the finished indexes of papers on PostgreSQL, and whether each is a constraint's."""
    cursor.execute(
        "SELECT c.relname, EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = c.oid)"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indisvalid AND i.indrelid IN (%s::regclass, %s::regclass)",
        [model._meta.db_table for model in (Paper, Identifier)],
    )
    return dict(cursor.fetchall())


def _wanted() -> Iterator[_Index]:
    for declared in Paper._meta.indexes:
        # With a condition it holds few rows.
        if declared.condition is None:
            yield _declared(declared)
    for field in Paper._meta.local_concrete_fields:
        if isinstance(field, models.ForeignKey) and getattr(field, "db_index", False):
            yield _of_foreign_key(field)
    for constraint in Identifier._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield _unique(constraint)


def _declared(index: models.Index) -> _Index:
    return _Index(
        index.name,
        lambda editor: editor.remove_index(Paper, index),
        lambda editor: editor.add_index(Paper, index),
        online=_online(index),
    )


def _online(index: models.Index) -> str:
    if connection.vendor != "postgresql":
        return ""
    editor = connection.SchemaEditorClass(connection, collect_sql=True)
    return str(index.create_sql(Paper, editor, concurrently=True))


def _of_foreign_key(field: models.ForeignKey[models.Model, models.Model]) -> _Index:
    """Django makes this index by itself and gives it a name of its own."""
    table = Paper._meta.db_table
    name = connection.SchemaEditorClass(connection)._create_index_name(table, [field.column])  # type: ignore[attr-defined]
    quoted, on = connection.ops.quote_name(name), connection.ops.quote_name(table)
    column = connection.ops.quote_name(field.column)
    return _Index(
        name,
        lambda editor: editor.execute(f"DROP INDEX {quoted}"),
        lambda editor: editor.execute(f"CREATE INDEX {quoted} ON {on} ({column})"),
        online=f"CREATE INDEX CONCURRENTLY {quoted} ON {on} ({column})",
    )


def _unique(constraint: models.UniqueConstraint) -> _Index:
    table = connection.ops.quote_name(Identifier._meta.db_table)
    name = connection.ops.quote_name(constraint.name)
    columns = ", ".join(map(connection.ops.quote_name, constraint.fields))

    def make(editor: Editor) -> None:
        if connection.vendor == "postgresql":
            editor.add_constraint(Identifier, constraint)
            return
        # As part of the table it would be filled row by row; apart it is sorted first.
        editor.execute(f"CREATE UNIQUE INDEX {name} ON {table} ({columns})")

    return _Index(
        constraint.name,
        lambda editor: _drop_unique(editor, constraint),
        make,
        online=f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns})",
        attach=f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}",
    )


def _drop_unique(editor: Editor, constraint: models.UniqueConstraint) -> None:
    if connection.vendor == "postgresql":
        editor.remove_constraint(Identifier, constraint)
        return
    made = _definitions()
    if constraint.name in made:
        # After an earlier load it is an index apart.
        editor.execute(f"DROP INDEX {connection.ops.quote_name(constraint.name)}")
    else:
        _remake_without(editor, constraint.name, made)


def _definitions() -> dict[str, str]:
    """Return the statements by which SQLite made the table of identifiers and its indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL",
            [Identifier._meta.db_table],
        )
        return dict(cursor.fetchall())


def _remake_without(editor: Editor, constraint: str, made: dict[str, str]) -> None:
    """Make the table again without this constraint, as SQLite wants it done.

    Django's editor does so from a model that has lost it, which is none of ours.
    """
    table = Identifier._meta.db_table
    quoted, new = connection.ops.quote_name(table), connection.ops.quote_name(f"new__{table}")
    without = re.sub(rf',\s*CONSTRAINT "{constraint}" UNIQUE \([^()]*\)', "", made[table])
    editor.execute(without.replace(quoted, new, 1))
    # Our own tables; their columns are in the same order.
    editor.execute(f"INSERT INTO {new} SELECT * FROM {quoted}")  # noqa: S608
    editor.execute(f"DROP TABLE {quoted}")
    editor.execute(f"ALTER TABLE {new} RENAME TO {quoted}")
    for name, statement in made.items():
        if name != table:
            editor.execute(statement)


def _drop_doubled_identifiers() -> None:
    table = connection.ops.quote_name(Identifier._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE id NOT IN "  # noqa: S608  # our own table
            f"(SELECT min(id) FROM {table} GROUP BY scheme, value)"
        )
