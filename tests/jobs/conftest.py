from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shortscience.jobs.worker import Worker
from tests.jobs import kinds


@pytest.fixture(autouse=True)
def in_the_database(settings: Any) -> None:
    settings.TASKS = {
        "default": {"BACKEND": "shortscience.jobs.backend.DatabaseBackend", "QUEUES": []}
    }


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kinds, "ledger", tmp_path / "ledger")
    return tmp_path / "ledger"


@pytest.fixture
def worker() -> Worker:
    return Worker("w1")
