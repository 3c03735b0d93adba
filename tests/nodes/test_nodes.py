"""Three nodes behind the nginx configuration that we ship, over one PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.faults import nodes
from benchmarks.faults.seen import Skipped, failures
from benchmarks.faults.workshop import Workshop

pytestmark = [pytest.mark.slow, pytest.mark.pure]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nodes.Farm]:
    workshop = Workshop(tmp_path_factory.mktemp("nodes"), quick=True)
    try:
        with nodes.farm(workshop) as running:
            yield running
    except Skipped as reason:
        pytest.skip(str(reason))


def test_every_node_shows_the_same_and_believes_no_stranger(farm: nodes.Farm) -> None:
    seen = list(nodes.looked_alike(farm))

    assert failures(seen) == []


def test_no_request_fails_while_nodes_are_restarted_one_by_one(farm: nodes.Farm) -> None:
    seen = list(nodes.restarted_one_by_one(farm, rounds=1))

    assert failures(seen) == []


def test_when_a_node_is_killed_only_writes_on_their_way_to_it_may_fail(farm: nodes.Farm) -> None:
    seen = list(nodes.one_killed(farm))

    assert failures(seen) == []
