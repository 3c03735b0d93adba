"""Real sites in a folder, broken on purpose by the scripts of `benchmarks/faults`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from benchmarks.faults.seen import Seen, Skipped, failures
from benchmarks.faults.workshop import Workshop

Look = Callable[[Workshop], Iterable[Seen]]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """What the scripts work in; the prepared site is made once."""
    return Workshop(tmp_path_factory.mktemp("faults"), quick=True)


@pytest.fixture
def stands(workshop: Workshop) -> Callable[[Look], None]:
    """Break something, and require that all went as it should."""

    def stand(look: Look) -> None:
        try:
            seen = list(look(workshop))
        except Skipped as reason:
            pytest.skip(str(reason))
        assert seen, "the script looked at nothing"
        assert failures(seen) == []

    return stand
