"""A page store over the real database, and Django behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shortscience.pagestore.wsgi import PageStore
from tests.pagestore.reader import Counted, new_store


@pytest.fixture
def django() -> Counted:
    return Counted()


@pytest.fixture
def store(transactional_db: None, django: Counted) -> Iterator[PageStore]:
    """What is committed is seen by its own connection, as by every other process."""
    store = new_store(django)
    yield store
    store.close()
