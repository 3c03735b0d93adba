"""Turns at each host: never more often than it allows, counted over all processes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from shortscience.sources.errors import SourceUnavailable
from shortscience.sources.http import Client
from shortscience.sources.pacing import Pace
from tests.sources import upstream as moods
from tests.sources.conftest import Clock
from tests.sources.upstream import Upstream

HOST = "api.crossref.org"
URL = f"https://{HOST}/works/1"


def test_arxiv_is_asked_once_in_three_seconds_over_all_its_hosts(
    sources_cache: None, clock: Clock
) -> None:
    pace = Pace(clock.now, clock.sleep)
    turns = []
    for host in ["export.arxiv.org", "oaipmh.arxiv.org"] * 3:
        pace.take_turn(host, within_s=60)
        turns.append(clock.at)

    gaps = [later - earlier for earlier, later in pairwise(turns)]
    assert min(gaps) >= 3
    assert max(gaps) < 3.2


@pytest.mark.parametrize("start", [0.0, 0.5, 0.999, 2.9])
def test_turns_keep_their_distance_wherever_a_second_begins(
    sources_cache: None, clock: Clock, start: float
) -> None:
    clock.at += start
    pace = Pace(clock.now, clock.sleep)
    turns = []
    for _turn in range(5):
        pace.take_turn("example.org", within_s=60)
        turns.append(clock.at)
        clock.at += 0.3

    assert all(b - a >= 1 - 1e-6 for a, b in pairwise(turns))


def test_a_burst_is_as_large_as_allowed(sources_cache: None, clock: Clock) -> None:
    pace = Pace(clock.now, clock.sleep)
    before = clock.at
    for _turn in range(3):
        pace.take_turn(HOST, within_s=60)
    assert clock.at == before

    pace.take_turn(HOST, within_s=60)
    assert clock.at > before


def test_a_turn_that_comes_too_late_is_said(sources_cache: None, clock: Clock) -> None:
    pace = Pace(clock.now, clock.sleep)
    pace.take_turn("dblp.org", within_s=1)

    with pytest.raises(SourceUnavailable) as caught:
        pace.take_turn("dblp.org", within_s=1)

    assert 1 < (caught.value.retry_after_s or 0) <= 2.1


def test_a_host_can_slow_us_down(client: Client, upstream: Upstream, clock: Clock) -> None:
    mood = moods.says(b"x", X_Rate_Limit_Limit="1", X_Rate_Limit_Interval="10s")
    upstream.feel(HOST, mood)
    client.get(f"{URL}/0")
    before = clock.at

    for number in range(1, 7):
        client.get(f"{URL}/{number}", within_s=100)

    # Three at a time each thirty seconds are one in ten.
    assert clock.at - before >= 29
