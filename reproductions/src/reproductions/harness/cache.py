"""Results of units that ran, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reproductions.harness.provenance import canonical


def cache_folder() -> Path:
    """Return where results are kept: $REPRODUCTIONS_CACHE or ~/.cache/reproductions."""
    named = os.environ.get("REPRODUCTIONS_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "reproductions"


def data_folder() -> Path:
    """Return where data sets are: $REPRODUCTIONS_DATA or `data` in the cache."""
    named = os.environ.get("REPRODUCTIONS_DATA")
    return Path(named) if named else cache_folder() / "data"


class Cache:
    """Results by key, in one SQLite file that several runs may use at once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._rows = sqlite3.connect(folder / "units.sqlite", timeout=60, isolation_level=None)
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute(
            "CREATE TABLE IF NOT EXISTS unit (key TEXT PRIMARY KEY, result TEXT NOT NULL,"
            " saved_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) WITHOUT ROWID"
        )

    def get(self, key: str, not_before: datetime | None = None) -> dict[str, Any] | None:
        """Return the result, None if there is none or it is older than that."""
        since = not_before.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if not_before else ""
        row = self._rows.execute(
            "SELECT result FROM unit WHERE key = ? AND saved_at >= ?", (key, since)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, key: str, result: dict[str, Any]) -> None:
        self._rows.execute(
            "INSERT OR REPLACE INTO unit (key, result) VALUES (?, ?)", (key, canonical(result))
        )

    def close(self) -> None:
        self._rows.close()
