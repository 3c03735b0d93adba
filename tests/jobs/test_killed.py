"""Workers that die at any moment lose no job, and repeat only those that may run twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from tests.jobs.farming import Farm, farm

KILLS = 50
OF_EACH_KIND = 60
# Long enough for a fork to live on a busy machine, short enough to be killed in every state.
LIVES_S = 0.12
LEASE_S = 2.0


def expect_all_done(running: Farm) -> None:
    """Every job is accounted for, and its effect is there as often as it may."""
    done, effects = running.ask("counts"), Counter(running.noted())
    keys = range(OF_EACH_KIND)
    for kind in ("quick", "slow", "stumbling", "refresh"):
        assert done[f"{kind} done"] == OF_EACH_KIND
        assert all(effects[f"{kind} {key}"] >= 1 for key in keys)
    assert done["stored done"] == done["effects"] == OF_EACH_KIND
    assert done.get("once done", 0) + done.get("once dead", 0) == OF_EACH_KIND
    runs = [effects[f"once {key}"] for key in keys]
    assert max(runs) == 1
    assert sum(runs) >= done.get("once done", 0)
    assert effects["ticking"] >= 1
    assert done["ticking done"] == 1, "one appointment is one job, however many workers look"


def test_a_worker_killed_at_any_moment_loses_no_job(tmp_path: Path) -> None:
    chance = random.Random(2026)
    with farm(tmp_path) as running:
        running.ask("enqueue", OF_EACH_KIND)
        places = {place: running.start("work", place, LEASE_S) for place in ("a", "b")}
        for _ in range(KILLS):
            time.sleep(chance.uniform(0, LIVES_S))
            place = chance.choice(sorted(places))
            running.kill(places[place])
            places[place] = running.start("work", place, LEASE_S)

        # One never comes back: the other takes over what it held.
        running.kill(places["b"])
        running.wait_until_done()

        expect_all_done(running)
        assert running.ask("counts")["deaths"] > 0, "no job was ever hit"


def test_a_worker_that_is_asked_to_stop_ends_its_job_first(tmp_path: Path) -> None:
    with farm(tmp_path) as running:
        running.ask("enqueue_slow", 0.5)
        pid = running.start("work", "a", LEASE_S)
        wait_for(running, "slow running")

        running.kill(pid, signal.SIGTERM)

        wait_for(running, "slow done")
        assert running.noted().count("slow a") == 1


def test_a_job_that_does_not_end_in_time_goes_back(tmp_path: Path) -> None:
    with farm(tmp_path) as running:
        running.ask("enqueue_slow", 3600)
        pid = running.start("work", "a", 60.0, 0.1)
        wait_for(running, "slow running")

        running.kill(pid, signal.SIGTERM)

        wait_for(running, "slow waiting")
        assert running.ask("counts")["deaths"] == 0


def test_a_job_that_takes_longer_than_a_lease_keeps_it(tmp_path: Path) -> None:
    with farm(tmp_path) as running:
        running.ask("enqueue_slow", 2.0)
        for place in ("a", "b"):
            running.start("work", place, 0.5)

        running.wait_until_done()

        assert running.noted().count("slow a") == 1
        assert running.ask("counts")["deaths"] == 0


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a file has no connections to cut")
def test_a_database_that_goes_away_costs_no_job(tmp_path: Path) -> None:
    with farm(tmp_path) as running:
        running.ask("enqueue", OF_EACH_KIND)
        pid = running.start("work", "a", 60.0)
        for _ in range(5):
            time.sleep(0.2)
            running.ask("cut_connections")

        running.wait_until_done()

        os.kill(pid, 0)  # raises if it is gone
        effects = Counter(running.noted())
        assert max(effects[f"once {key}"] for key in range(OF_EACH_KIND)) == 1
        assert running.ask("counts")["quick done"] == OF_EACH_KIND


def wait_for(running: Farm, what: str) -> None:
    deadline = time.monotonic() + 20
    while running.ask("counts").get(what) != 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
