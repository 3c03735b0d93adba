"""The copy of a SQLite database while others write to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.conf import settings

from shortscience.config.backup.manifest import WITHOUT_ROWS, sync
from shortscience.config.terminal import Stop

FILE = "database.sqlite3"
# Pages a step: progress is seen, and a signal is obeyed.
_PAGES = 4096


def place() -> Path:
    return Path(settings.DATABASES["default"]["NAME"])


def server() -> str:
    return sqlite3.sqlite_version


def size_bytes() -> int:
    """Return about how large the copy will be."""
    log = place().with_name(f"{place().name}-wal")
    return place().stat().st_size + (log.stat().st_size if log.exists() else 0)


def dump(folder: Path, told: Callable[[float], object]) -> dict[str, int]:
    """Copy the database as it is at this moment; return the number of rows of each table."""
    path = folder / FILE
    with closing(sqlite3.connect(place(), timeout=20)) as source:
        # One look for all of the copy: writers go on, and what they write is not in it.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(path)) as copy:
            source.backup(copy, pages=_PAGES, progress=_progress(told))
            _empty(copy)
            # A file that is whole by itself, without another beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
    sync(path)
    return rows(path)


def _empty(copy: sqlite3.Connection) -> None:
    """Take away the rows that no backup has, so that none of their bytes stay in the file."""
    copy.execute("PRAGMA secure_delete=ON")
    there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
    for table in there.intersection(WITHOUT_ROWS):
        copy.execute(f"DELETE FROM {table}")  # noqa: S608  # one of ours, see above
    copy.commit()


def rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        tables = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        counted = {}
        for name in tables:
            # A name that the database itself gave us.
            query = f'SELECT count(*) FROM "{name}"'  # noqa: S608
            (counted[name],) = database.execute(query).fetchone()
        return counted


def tried_out(folder: Path) -> dict[str, int]:
    """Load the copy into a database that goes again; return the rows that were there then.

    Raises:
        Stop: it is damaged.
    """
    scratch = folder / "scratch.sqlite3"
    try:
        _copy(folder / FILE, scratch)
        with closing(sqlite3.connect(scratch)) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise Stop(f"The copy of the database is damaged: {verdict}")
        return rows(scratch)
    finally:
        scratch.unlink(missing_ok=True)


def load(folder: Path) -> None:
    """Put the copy in the place of the database, all at once or not at all."""
    place().parent.mkdir(parents=True, exist_ok=True)
    _copy(folder / FILE, place())


def _copy(from_: Path, to: Path) -> None:
    # Written as one transaction: killed in between, the old contents are there.
    with closing(sqlite3.connect(from_)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def _progress(told: Callable[[float], object]) -> Callable[[int, int, int], None]:
    def show(_status: int, left: int, total: int) -> None:
        told(1 - left / total if total else 1)

    return show
