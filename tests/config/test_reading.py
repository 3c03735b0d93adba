"""Where a request reads, and when a replica is fit: the rules alone, without servers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import router, transaction

from shortscience.accounts.models import User
from shortscience.config.replicas import FAR, PrimaryLog, ReplicaLog, Router, pinned
from shortscience.papers.models import Paper


@pytest.fixture(autouse=True)
def with_replicas(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let Django ask our router, as it does where REPLICA_URLS is set."""
    monkeypatch.setattr(router, "routers", [Router()])
    with pinned("replica1"):
        yield


@pytest.mark.pure
def test_a_request_reads_all_from_its_replica() -> None:
    assert (Paper.objects.all().db, User.objects.all().db) == ("replica1", "replica1")


@pytest.mark.pure
def test_a_read_with_a_lock_is_from_the_primary_and_so_is_all_after_it() -> None:
    assert Paper.objects.select_for_update().db == "default"
    assert Paper.objects.all().db == "default"


@pytest.mark.pure
def test_what_is_read_after_a_write_is_from_the_primary() -> None:
    assert router.db_for_write(Paper) == "default"
    assert User.objects.all().db == "default"


@pytest.mark.django_db(transaction=True)
def test_a_read_in_a_transaction_is_from_the_primary() -> None:
    with transaction.atomic():
        inside = Paper.objects.all().db

    assert (inside, Paper.objects.all().db) == ("default", "replica1")


@pytest.mark.pure
def test_counts_of_attempts_are_from_the_primary() -> None:
    counted: Any = SimpleNamespace(_meta=SimpleNamespace(app_label="django_cache"))

    assert router.db_for_read(counted) == "default"


@pytest.mark.pure
def test_rows_of_two_databases_are_rows_of_one_site() -> None:
    here, there = Paper(), User()
    here._state.db, there._state.db = "default", "replica1"

    assert router.allow_relation(here, there)
    assert router.db_for_write(User, instance=there) == "default"


@pytest.mark.pure
def test_replicas_are_never_migrated() -> None:
    assert not router.allow_migrate("replica1", "papers")
    assert router.allow_migrate("default", "papers")


@pytest.mark.pure
def test_a_replica_must_have_what_the_primary_had_when_the_lag_began(settings: Any) -> None:
    settings.REPLICA_MAX_LAG_S = 2.0
    primary = PrimaryLog()
    before_any_answer = primary.must_have

    for at, position in ((10.0, 100), (11.0, 200), (12.5, 300)):
        primary.note(at, position)
    running = primary.must_have
    primary.lost()
    away = primary.must_have
    primary.note(20.0, 250)

    assert before_any_answer == FAR, "nothing is known, so no replica is fit"
    assert running == 200, "where it was at 10.5, or a little later"
    assert away == 200, "nothing new can be missed"
    assert primary.must_have == 250, "a promoted replica may begin a little earlier"


@pytest.mark.pure
def test_all_can_read_where_the_primary_never_answered() -> None:
    primary = PrimaryLog()

    primary.lost()

    assert primary.must_have == 0


@pytest.mark.pure
def test_a_replica_is_fit_if_it_answered_just_now_and_has_it() -> None:
    replica = ReplicaLog("replica1")
    now = time.monotonic()

    replica.note(now, 100)
    fit = [replica.has(99), replica.has(100), replica.has(101)]
    replica.note(now - 60, 100)
    silent = replica.has(100)
    replica.note(now, None)
    promoted = replica.has(0)

    assert fit == [True, True, False]
    assert not silent
    assert not promoted
