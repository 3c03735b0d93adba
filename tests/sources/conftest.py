"""What tests of sources share: a local upstream, and a cache of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from shortscience.sources.http import Client
from shortscience.sources.pacing import Pace
from tests.shared import shared
from tests.sources.upstream import Upstream


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def sources_cache(settings: Any) -> None:
    """A cache in memory, empty, so that no test of a source needs a database."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "sources"}
    settings.CACHES = {**settings.CACHES, "sources": memory}
    caches["sources"].clear()


@pytest.fixture
def upstream(settings: Any, sources_cache: None) -> Iterator[Upstream]:
    # What it plays; asked for here, because a test cannot be skipped from the server's thread.
    shared("data/samples")
    found = Upstream()
    settings.SOURCES_ONLINE = True
    settings.SOURCES_BASE_URLS = found.mirrors()
    yield found
    found.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(upstream: Upstream, clock: Clock) -> Iterator[Client]:
    """A client that asks the local upstream and never really sleeps."""
    found = Client(pace=Pace(clock.now, clock.sleep), sleep=clock.sleep)
    yield found
    found.close()
