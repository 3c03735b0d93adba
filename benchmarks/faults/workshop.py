"""Where faults are made: a folder, prepared sites to copy, databases to throw away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg

from benchmarks.faults.seen import Skipped
from benchmarks.faults.site import Site

SERVER = os.environ.get("POSTGRES_URL") or "postgresql:///postgres"


@dataclass
class Workshop:
    """What each script is given."""

    folder: Path
    # How long the scripts that go on for a time do so.
    minutes: float = 1.0
    # The part that is quick and always the same: what the tests run.
    quick: bool = False
    _numbers: dict[str, int] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Return a path that nothing uses yet."""
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        return self.folder / f"{name}-{number}"

    @cached_property
    def prepared(self) -> Site:
        """A site on SQLite with the demo library and members, which never runs."""
        site = Site(self.folder / "prepared")
        site.prepare()
        site.cast()
        return site

    def site(self, name: str, *, at: Path | None = None, **settings: str) -> Site:
        """Return a fresh site on SQLite, not running yet."""
        folder = at or self.path(name)
        # An index that was built for the same papers is as good for the copy.
        shutil.copytree(self.prepared.folder, folder, dirs_exist_ok=True)
        return Site(folder, settings=settings, logs=self.folder)

    @contextmanager
    def postgresql(self) -> Iterator[str]:
        """Lend the address of an empty database.

        Raises:
            Skipped: no server answers.
        """
        name = f"shortscience_faults_{os.getpid()}"
        try:
            server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
        except psycopg.OperationalError as error:
            raise Skipped(f"no PostgreSQL answers at {SERVER}") from error
        with server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER.rpartition('/')[0]}/{name}"
        finally:
            with psycopg.connect(SERVER, autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
