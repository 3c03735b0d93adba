"""Is the database there and up to date, and how to make it so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from shortscience.config.terminal import Stop, complain
from shortscience.lib.lazily import lazily
from shortscience.papers.indexes import build_indexes
from shortscience.venues.curated import load_curated

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = lazily("psycopg")

# Together half a minute, in which a page or a vote is long done; an import may take hours.
TRIES = 10
PAUSE_S = 1.0
_IN_USE = (
    "A table that has to change was in use at every try, by a long query, an import or another"
    " `init`; what was not changed is as it was. Run `shortscience init` again, best when no"
    " import runs. SELECT pid, application_name, query FROM pg_stat_activity WHERE"
    " state <> 'idle' ORDER BY xact_start tells who holds it."
)


def described() -> str:
    """Return which database this is, without its password."""
    config = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return f"SQLite file {config['NAME']}"
    host = config["HOST"] or "this machine"
    return f"PostgreSQL database {config['NAME']} on {host}"


def prepare(told: Callable[[str], object] = complain) -> int:
    """Create or update all tables and the curated venues; return how many those are.

    The site may be running: a table that it uses just now is not waited for longer than
    `INIT_LOCK_WITHIN_S`, since all who came after us would wait behind us, but tried again.

    Args:
        told: hears why it takes longer.

    Raises:
        Stop: the database cannot be reached, or a table was in use at every try.
    """
    if connection.vendor == "sqlite":
        Path(settings.DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    for left in reversed(range(TRIES)):
        try:
            return _prepare()
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise Stop(f"Cannot open the {described()}: {_first_line(error)}") from error
            if not left:
                raise Stop(_IN_USE) from error
        told(f"A table that has to change is in use. The site goes on; {left} more tries.")
        time.sleep(PAUSE_S)
    raise AssertionError("the last try returns or raises")


def _prepare() -> int:
    """Do what is missing; each migration that ended stays done when a later one fails."""
    with _alone():
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        # A large load that was never ended left them out.
        build_indexes()
        return load_curated()


@contextmanager
def _alone() -> Iterator[None]:
    """Hold a lock that the inits of other nodes, started by the same update, wait for."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        # Asked for, not waited for: an index that is built concurrently would wait for who waits.
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('shortscience init'))")
        if not cursor.fetchone()[0]:
            raise OperationalError from psycopg.errors.LockNotAvailable("another init is at work")
    try:
        yield
    finally:
        # Where the session is gone, so is its lock.
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('shortscience init'))")


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
