"""Each test has its own place for results; data sets stay where they are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from reproductions_toys import Toy

from reproductions.harness.cache import data_folder

# Asked before the cache is moved, since data is in it unless the environment says otherwise.
DATA = data_folder()
# A toy that is written twice within a second must not be read from the first one's bytecode.
sys.dont_write_bytecode = True


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRODUCTIONS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPRODUCTIONS_DATA", str(DATA))


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """An experiment outside of the package, in two files."""
    folder = tmp_path / "toy"
    folder.mkdir()
    return Toy(folder).write()
