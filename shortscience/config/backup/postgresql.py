"""The copy of a PostgreSQL database, by its own tools, while others write to it."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from shortscience.config.backup.manifest import WITHOUT_ROWS, sync
from shortscience.config.terminal import Stop

FILE = "database.dump"
# Not libpq's, but of the Python library or of Django.
_NOT_FOR_TOOLS = {"context", "cursor_factory", "prepare_threshold", "pool", "row_factory"}
_LINES_TOLD = 3
# What empties a database of ours: its tables, and the functions of its triggers.
_DROPS = """
    SELECT format('DROP TABLE %I CASCADE', tablename) FROM pg_tables
    WHERE schemaname = current_schema()
    UNION ALL
    SELECT format('DROP ROUTINE %s CASCADE', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS
        (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


def server() -> str:
    connection.ensure_connection()
    version = _server_version()
    return f"{version // 10000}.{version % 10000}"


def size_bytes() -> int:
    """Return 0: how well it compresses is not known before."""
    return 0


def dump(folder: Path, told: Callable[[float], object]) -> dict[str, int]:
    """Copy the database as it is at this moment; return the number of rows of each table.

    Raises:
        Stop: pg_dump is missing, too old for the server, or failed.
    """
    _require_tools()
    path = folder / FILE
    with _connected() as database:
        database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # pg_dump sees just what we see, so that the numbers are those of its copy.
        (snapshot,) = database.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        _run(
            *("pg_dump", "--format=custom", "--no-owner", "--no-privileges"),
            *(f"--exclude-table-data={table}" for table in WITHOUT_ROWS),
            *(f"--snapshot={snapshot}", f"--file={path}", f"--dbname={_address()}"),
        )
        told(0.9)
        counted = _rows(database)
    sync(path)
    return {table: 0 if table in WITHOUT_ROWS else number for table, number in counted.items()}


def tried_out(folder: Path) -> dict[str, int]:
    """Load the copy into a database that goes again; return the rows that were there then.

    Raises:
        Stop: it cannot be loaded, or we may not make a database.
    """
    name = f"shortscience_backup_{secrets.token_hex(6)}"
    made = sql.Identifier(name)
    with _connected() as database:
        try:
            database.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(made))
        except psycopg.errors.InsufficientPrivilege:
            raise Stop(
                "The backup cannot be tried out: this database user may not make a database."
                " Give it that right (ALTER ROLE … CREATEDB), or use --no-verify."
            ) from None
        try:
            _load(folder / FILE, name)
            with _connected(name) as scratch:
                return _rows(scratch)
        finally:
            database.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(made))


def load(folder: Path) -> None:
    """Put the copy in the place of all tables, all at once or not at all.

    Raises:
        Stop: somebody else uses the database, or the copy cannot be loaded.
    """
    _require_tools()
    with _connected() as database:
        (others,) = database.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid NOT IN (pg_backend_pid(), %s)",
            [connection.connection.info.backend_pid if connection.connection else 0],
        ).fetchone() or (0,)
    if others:
        raise Stop(
            f"{others} other connections use this database. Stop the site on every machine, and"
            " whatever else uses it, first."
        )
    connection.close()
    _load(folder / FILE, None)


def _load(path: Path, name: str | None) -> None:
    """Empty the database and load the copy, in one transaction."""
    script = path.with_suffix(".sql")
    try:
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(path))
        with _connected(name) as database:
            drops = [f"--command={drop}" for (drop,) in database.execute(_DROPS).fetchall()]
        # Quiet, except about what fails; then nothing has happened.
        _run(
            *("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--output=/dev/null"),
            *("--set=ON_ERROR_STOP=1", *drops, f"--file={script}", f"--dbname={_address(name)}"),
        )
    finally:
        script.unlink(missing_ok=True)


def _rows(database: psycopg.Connection[Any]) -> dict[str, int]:
    tables = database.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
    ).fetchall()
    counted = {}
    for (name,) in tables:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
        (counted[name],) = database.execute(query).fetchone() or (0,)
    return counted


# --- tools ------------------------------------------------------------------------------------


def _require_tools() -> None:
    for tool in ("pg_dump", "pg_restore", "psql"):
        if shutil.which(tool) is None:
            raise Stop(
                f"{tool} is not installed here. It comes with PostgreSQL's client programs"
                " (Debian: postgresql-client)."
            )
    said = _run("pg_dump", "--version")
    found = re.search(r"(\d+)(?:\.\d+)?", said)
    ours, servers = int(found[1]) if found else 0, _server_version() // 10000
    if ours < servers:
        raise Stop(
            f"pg_dump is of version {ours} and the server of version {servers}: install the"
            f" client programs of PostgreSQL {servers}."
        )


def _server_version() -> int:
    with _connected() as database:
        return database.info.server_version


def _run(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # our own command lines, by name
            command, env=_environment(), capture_output=True, text=True, check=True
        )
    except subprocess.CalledProcessError as error:
        said = "; ".join(error.stderr.strip().splitlines()[:_LINES_TOLD])
        raise Stop(f"{command[0]} failed: {said}") from error
    return done.stdout


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in _NOT_FOR_TOOLS}


def _address(name: str | None = None) -> str:
    """Return how the database is reached, without the password: other people see command lines."""
    given = {key: value for key, value in _parameters().items() if key != "password"}
    return make_conninfo(**given | ({"dbname": name} if name else {}))


def _environment() -> dict[str, str]:
    password = _parameters().get("password")
    return {**os.environ, **({"PGPASSWORD": password} if password else {})}


@contextmanager
def _connected(name: str | None = None) -> Iterator[psycopg.Connection[Any]]:
    given = _parameters() | ({"dbname": name} if name else {})
    database = psycopg.connect(**given, autocommit=True)
    try:
        yield database
    finally:
        database.close()
