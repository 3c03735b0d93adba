"""Is the database there and up to date, and how to make it so."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from shortscience.config.terminal import Stop
from shortscience.papers.indexes import build_indexes
from shortscience.venues.curated import load_curated


def described() -> str:
    """Return which database this is, without its password."""
    config = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return f"SQLite file {config['NAME']}"
    host = config["HOST"] or "this machine"
    return f"PostgreSQL database {config['NAME']} on {host}"


def prepare() -> int:
    """Create or update all tables and the curated venues; return how many those are.

    Raises:
        Stop: the database cannot be reached.
    """
    if connection.vendor == "sqlite":
        Path(settings.DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    except OperationalError as error:
        raise Stop(f"Cannot open the {described()}: {_first_line(error)}") from error
    # A large load that was never ended left them out.
    build_indexes()
    return load_curated()


def require_ready() -> None:
    """Return if the site can run on this database.

    Raises:
        Stop: it is missing, cannot be reached, or its tables are older than the program.
    """
    if _is_missing_file():
        raise Stop(f"There is no {described()} yet. Run `shortscience init` first.")
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise Stop(f"Cannot open the {described()}: {_first_line(error)}") from error
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Stop(f"The {described()} is not up to date. Run `shortscience init` first.")


def _is_missing_file() -> bool:
    """Tell whether this is SQLite and there is no file; opening it would make an empty one."""
    name = str(connection.settings_dict["NAME"])
    in_memory = name.startswith(("file:", ":memory:"))
    return connection.vendor == "sqlite" and not in_memory and not Path(name).is_file()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
