"""Which of the two kinds of database is to be copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from django.db import connection

from shortscience.config.backup import postgresql, sqlite


class Engine(Protocol):
    """What both modules can do."""

    def server(self) -> str: ...

    def size_bytes(self) -> int: ...

    def dump(self, folder: Path, told: Callable[[float], object]) -> dict[str, int]: ...

    def tried_out(self, folder: Path) -> dict[str, int]: ...

    def load(self, folder: Path) -> None: ...


def current() -> Engine:
    return postgresql if connection.vendor == "postgresql" else sqlite
