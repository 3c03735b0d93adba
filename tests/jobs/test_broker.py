"""Jobs over a real Redis: plain ones go there on commit, and survive workers that are killed."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from redis import Redis

from shortscience.jobs import broker
from shortscience.jobs.models import Job
from tests.jobs import kinds
from tests.jobs.farming import farm

REDIS_URL = os.environ.get("TEST_REDIS_URL", "")
pytestmark = pytest.mark.skipif(not REDIS_URL, reason="no Redis: start one, or set TEST_REDIS_URL")
# Nobody listens there.
CLOSED = "redis://127.0.0.1:1"
KILLS = 15
OF_EACH_KIND = 60


def keys(secret: str) -> Iterator[bytes]:
    """What a site with this secret has in Redis."""
    with Redis.from_url(REDIS_URL) as client:
        yield from client.scan_iter(f"*{broker.queue_name_for(secret)}*")


@pytest.fixture
def secret(settings: Any) -> Iterator[str]:
    """The secret key of a site of its own, which no other test shares a queue with."""
    settings.SECRET_KEY = f"test-{uuid4().hex}"
    yield settings.SECRET_KEY
    with Redis.from_url(REDIS_URL) as client:
        for key in keys(settings.SECRET_KEY):
            client.delete(key)


@pytest.fixture
def over(settings: Any, secret: str) -> Any:
    def choose(url: str) -> None:
        broker.broker_of.cache_clear()
        broker.actor_of.cache_clear()
        backend = "shortscience.jobs.broker.BrokerBackend"
        settings.TASKS = {"default": {"BACKEND": backend, "QUEUES": [], "OPTIONS": {"url": url}}}

    return choose


def carried(secret: str) -> int:
    with Redis.from_url(REDIS_URL) as client:
        name = broker.queue_name_for(secret)
        return int(client.hlen(f"{name}:{name}.msgs"))


@pytest.mark.django_db
def test_a_plain_job_goes_to_the_broker_when_the_transaction_is_committed(
    over: Any, secret: str, django_capture_on_commit_callbacks: Any
) -> None:
    over(REDIS_URL)

    with django_capture_on_commit_callbacks() as committed, transaction.atomic():
        kinds.quick.enqueue("a")
        assert carried(secret) == 0
    for send in committed:
        send()

    assert carried(secret) == 1
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_what_must_be_remembered_stays_in_the_database(over: Any, secret: str) -> None:
    over(REDIS_URL)

    kinds.once.enqueue("may not run twice")
    kinds.refresh.enqueue(7)
    kinds.quick.using(priority=5).enqueue("urgent")
    kinds.quick.using(queue_name="mail").enqueue("of a queue")

    assert Job.objects.count() == 4
    assert carried(secret) == 0


@pytest.mark.django_db
def test_a_broker_that_is_away_loses_no_job(
    over: Any, django_capture_on_commit_callbacks: Any
) -> None:
    over(CLOSED)

    with django_capture_on_commit_callbacks(execute=True):
        kinds.quick.enqueue("a")

    assert Job.objects.get().arguments == {"args": ["a"], "kwargs": {}}


def test_a_killed_worker_loses_no_job_of_the_broker(tmp_path: Path, secret: str) -> None:
    chance = random.Random(2026)
    with farm(tmp_path, TASKS_BACKEND=REDIS_URL, SECRET_KEY=secret) as running:
        running.ask("enqueue_plain", OF_EACH_KIND)
        assert carried(secret) == 3 * OF_EACH_KIND, "nothing has begun"
        pid = running.start("work_with_broker", "a", 1.0)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.15))
            running.kill(pid)
            pid = running.start("work_with_broker", "a", 1.0)

        deadline = time.monotonic() + 60
        while carried(secret) or running.ask("open_jobs"):
            assert time.monotonic() < deadline, (carried(secret), running.ask("counts"))
            time.sleep(0.1)

        effects, counts = Counter(running.noted()), running.ask("counts")
        for key in range(OF_EACH_KIND):
            for kind in ("quick", "slow", "stumbling"):
                assert effects[f"{kind} {key}"] >= 1
            assert effects[f"once {key}"] <= 1
        assert counts.get("once done", 0) + counts.get("once dead", 0) == OF_EACH_KIND
        assert counts.get("stumbling dead", 0) == 0
