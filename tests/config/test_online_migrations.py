"""Migrations of a running site: none locks a table for as long as it is large."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from shortscience.lib.online import AddIndexOnline, RemoveIndexOnline, RemoveKeyIndexOnline
from shortscience.papers.models import Paper

# The last migrations of each app that ran before there was a site with many papers. What comes
# after them runs while people read and write.
BASELINE = {
    "accounts": 1,
    "changes": 1,
    "discussion": 1,
    "jobs": 2,
    "moderation": 4,
    "operations": 1,
    "papers": 9,
    "sources": 1,
    "summaries": 2,
    "venues": 2,
    "voting": 1,
}
# What takes a lock for as long as the table is large, or breaks the processes that still run the
# release before. The rest of squawk's rules are matters of taste to us.
RULES = {
    "adding-field-with-default",
    "adding-foreign-key-constraint",
    "adding-not-nullable-field",
    "adding-required-field",
    "ban-concurrent-index-creation-in-transaction",
    "changing-column-type",
    "constraint-missing-not-valid",
    "disallowed-unique-constraint",
    "renaming-column",
    "renaming-table",
    "require-concurrent-index-creation",
    "require-concurrent-index-deletion",
}
# "papers.0012_name": (rules, why that does no harm, as "the table has a row for each venue").
ALLOWED: dict[str, tuple[set[str], str]] = {
    "moderation.0005_report_claims": (
        {"adding-foreign-key-constraint", "constraint-missing-not-valid"},
        "reports and acts of moderators are thousands of rows at most",
    ),
    "moderation.0006_report_evidence": (
        {"adding-foreign-key-constraint", "constraint-missing-not-valid"},
        "as for claims",
    ),
}

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="is about PostgreSQL, and runs in its pass"
)


def broken_rules(sql: str, *, is_atomic: bool) -> set[str]:
    """Return those of our rules that the statements break."""
    options = ["--reporter", "json", "--pg-version", "15.0"]
    if is_atomic:
        options.append("--assume-in-transaction")
    done = subprocess.run(["squawk", *options], input=sql, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return {found["rule_name"] for found in json.loads(done.stdout or "[]")} & RULES


def ours_after_baseline() -> Iterator[migrations.Migration]:
    loader = MigrationLoader(connection)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        number = int(name[:4]) if name[:4].isdigit() else 0
        is_ours = migration.__module__.startswith("shortscience.")
        if is_ours and number > BASELINE.get(app, 0):
            yield migration


def sql_of(migration: migrations.Migration) -> str:
    loader = MigrationLoader(connection)
    return "\n".join(loader.collect_sql([(migration, False)]))  # type: ignore[attr-defined]


def made(operations: Sequence[Operation], *, atomic: bool) -> str:
    """Return the statements of a migration that has these operations on papers."""
    state = MigrationLoader(connection).project_state()
    body = {"operations": list(operations), "atomic": atomic}
    migration = type("Migration", (migrations.Migration,), body)("9999_made_up", "papers")
    with connection.schema_editor(collect_sql=True, atomic=atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
    return "\n".join(editor.collected_sql)


def index(name: str = "made_up_index") -> models.Index:
    return models.Index(fields=["title_key", "year"], name=name)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_no_migration_after_the_baseline_holds_up_the_site() -> None:
    found = {}
    for migration in ours_after_baseline():
        name = f"{migration.app_label}.{migration.name}"
        allowed, _why = ALLOWED.get(name, (set(), ""))
        broken = broken_rules(sql_of(migration), is_atomic=migration.atomic) - allowed
        if broken:
            found[name] = broken

    assert not found, "see “Updating” in docs/administration-postgresql.md"


@on_postgresql
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operation", "rule"),
    [
        (migrations.AddIndex("paper", index()), "require-concurrent-index-creation"),
        (
            migrations.AddConstraint(
                "paper", models.CheckConstraint(condition=models.Q(year__gt=0), name="later")
            ),
            "constraint-missing-not-valid",
        ),
        (
            migrations.AddConstraint(
                "paper", models.UniqueConstraint(fields=["title_key"], name="one_title")
            ),
            "disallowed-unique-constraint",
        ),
        (
            migrations.AlterField("paper", "title", models.CharField(max_length=10)),
            "changing-column-type",
        ),
        (migrations.RenameField("paper", "title", "name"), "renaming-column"),
        (
            migrations.AddField(
                "paper",
                "other",
                models.ForeignKey("venues.venue", null=True, on_delete=models.SET_NULL),
            ),
            "adding-foreign-key-constraint",
        ),
        (
            migrations.AddField(
                "paper", "stamp", models.DateTimeField(db_default=models.functions.Random())
            ),
            "adding-field-with-default",
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_would_hold_it_up_is_found(operation: Operation, rule: str) -> None:
    assert rule in broken_rules(made([operation], atomic=True), is_atomic=True)


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "operation",
    [
        AddIndexOnline("paper", index()),
        migrations.AddField("paper", "subtitle", models.TextField(null=True)),
        migrations.AddField("paper", "pages", models.IntegerField(default=0, db_default=0)),
    ],
    ids=["index online", "nullable", "constant default"],
)
def test_what_does_not_is_let_through(operation: Operation) -> None:
    is_atomic = not isinstance(operation, AddIndexConcurrently)

    assert not broken_rules(made([operation], atomic=is_atomic), is_atomic=is_atomic)


@pytest.mark.django_db(transaction=True)
def test_an_index_is_added_and_removed_online_also_after_an_interrupted_try() -> None:
    state = MigrationLoader(connection).project_state()
    without = state.clone()
    add, remove = AddIndexOnline("paper", index()), RemoveIndexOnline("paper", index().name)
    add.state_forwards("papers", state)

    def present() -> bool:
        with connection.cursor() as cursor:
            table = Paper._meta.db_table
            return index().name in connection.introspection.get_constraints(cursor, table)

    with connection.schema_editor(atomic=False) as editor:
        if connection.vendor == "postgresql":
            editor.execute(f"CREATE INDEX {index().name} ON papers_paper (id)")
        add.database_forwards("papers", editor, without, state)
        assert present()
        add.database_backwards("papers", editor, state, without)
        assert not present()
        remove.database_backwards("papers", editor, without, state)
        assert present()
        remove.database_forwards("papers", editor, state, without)
        assert not present()


@pytest.mark.django_db(transaction=True)
def test_the_index_of_a_foreign_key_is_removed_and_comes_back() -> None:
    state = MigrationLoader(connection).project_state()
    field: models.ForeignKey[Any, Any] = models.ForeignKey(
        "venues.Venue", models.SET_NULL, null=True, db_index=False
    )
    remove = RemoveKeyIndexOnline("paper", "venue", field)
    without = state.clone()
    remove.state_forwards("papers", without)

    def present() -> bool:
        with connection.cursor() as cursor:
            table = Paper._meta.db_table
            found = connection.introspection.get_constraints(cursor, table).values()
        return any(one["index"] and one["columns"] == ["venue_id"] for one in found)

    with connection.schema_editor(atomic=False) as editor:
        assert present()
        remove.database_forwards("papers", editor, state, without)
        assert not present()
        remove.database_backwards("papers", editor, without, state)
        assert present()
