"""An index of its own for each test, kept up to date by calling the indexer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shortscience.search import engine
from shortscience.search.indexer import Indexer

Look = Callable[[], int]


@pytest.fixture
def var(settings: Any, tmp_path: Path) -> Path:
    """A data folder without an index."""
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def look(var: Path, db: None) -> Iterator[Look]:
    """An index; calling it lets the indexer look once for changes."""
    engine.close()
    indexer = Indexer()
    indexer.look()
    yield indexer.look
    indexer._close()
    engine.close()


def put(path: Path, content: bytes) -> None:
    """Put other content in a file's place.

    Not into the file: whoever still has it mapped, as the library's own threads in this process
    may, would be killed when it shrinks.
    """
    other = path.with_suffix(".other")
    other.write_bytes(content)
    other.replace(path)
