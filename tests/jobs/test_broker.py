"""Jobs over a real Redis or RabbitMQ: plain ones go there on commit, and survive killed workers."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika  # type: ignore[import-untyped]
import pytest
from django.db import transaction
from redis import Redis

from shortscience.jobs import broker
from shortscience.jobs.models import Job
from tests.jobs import kinds
from tests.jobs.farming import Farm, farm

REDIS_URL = os.environ.get("TEST_REDIS_URL", "")
RABBITMQ_URL = os.environ.get("TEST_RABBITMQ_URL", "")
needs_redis = pytest.mark.skipif(not REDIS_URL, reason="no Redis: start one, or set TEST_REDIS_URL")
needs_rabbitmq = pytest.mark.skipif(
    not RABBITMQ_URL, reason="no RabbitMQ: start one, or set TEST_RABBITMQ_URL"
)
# Nobody listens there.
CLOSED = "redis://127.0.0.1:1"
KILLS = 15
OF_EACH_KIND = 60


@pytest.fixture
def secret(settings: Any) -> Iterator[str]:
    """The secret key of a site of its own, which no other test shares a queue with."""
    settings.SECRET_KEY = f"test-{uuid4().hex}"
    yield settings.SECRET_KEY
    name = broker.queue_name_for(settings.SECRET_KEY)
    if REDIS_URL:
        with Redis.from_url(REDIS_URL) as client:
            for key in client.scan_iter(f"*{name}*"):
                client.delete(key)
    if RABBITMQ_URL:
        with pika.BlockingConnection(pika.URLParameters(RABBITMQ_URL)) as connection:
            for queue in (name, f"{name}.DQ", f"{name}.XQ"):
                connection.channel().queue_delete(queue)


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


@needs_redis
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


@needs_redis
@pytest.mark.django_db
def test_a_worker_of_the_broker_can_send_jobs_itself(
    over: Any, django_capture_on_commit_callbacks: Any
) -> None:
    over(REDIS_URL)

    with broker.serving(REDIS_URL, stop_within_s=10):
        with django_capture_on_commit_callbacks(execute=True):
            kinds.quick.enqueue("a")
        deadline = time.monotonic() + 20
        while not kinds.noted():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    assert kinds.noted() == ["quick a"]
    assert not Job.objects.exists()


@needs_redis
@pytest.mark.django_db
def test_what_must_be_remembered_stays_in_the_database(over: Any, secret: str) -> None:
    over(REDIS_URL)

    kinds.once.enqueue("may not run twice")
    kinds.refresh.enqueue(7)
    kinds.quick.using(priority=5).enqueue("urgent")
    kinds.quick.using(queue_name="mail").enqueue("of a queue")

    assert Job.objects.count() == 4
    assert carried(secret) == 0


@needs_redis
@pytest.mark.django_db
def test_a_broker_that_is_away_loses_no_job(
    over: Any, django_capture_on_commit_callbacks: Any
) -> None:
    over(CLOSED)

    with django_capture_on_commit_callbacks(execute=True):
        kinds.quick.enqueue("a")

    assert Job.objects.get().arguments == {"args": ["a"], "kwargs": {}}


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(REDIS_URL, marks=needs_redis, id="Redis"),
        pytest.param(RABBITMQ_URL, marks=needs_rabbitmq, id="RabbitMQ"),
    ],
)
def test_a_killed_worker_loses_no_job_of_the_broker(url: str, tmp_path: Path, secret: str) -> None:
    chance = random.Random(2026)
    with farm(tmp_path, TASKS_BACKEND=url, SECRET_KEY=secret) as running:
        running.ask("enqueue_plain", OF_EACH_KIND)
        assert running.ask("open_jobs") == OF_EACH_KIND, "the broker has the other kinds"
        pid = running.start("work_with_broker", "a", 1.0)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.15))
            running.kill(pid)
            pid = running.start("work_with_broker", "a", 1.0)

        deadline = time.monotonic() + 60
        while (missing := not_done(running)) or running.ask("open_jobs"):
            assert time.monotonic() < deadline, (missing, running.ask("counts"))
            time.sleep(0.1)

        effects, counts = Counter(running.noted()), running.ask("counts")
        assert max(effects[f"once {key}"] for key in range(OF_EACH_KIND)) == 1
        assert counts.get("once done", 0) + counts.get("once dead", 0) == OF_EACH_KIND
        assert counts.get("stumbling dead", 0) == 0


def not_done(running: Farm) -> set[str]:
    """Return the jobs that the broker carried and whose effect is not there."""
    kinds_of_it = ("quick", "slow", "stumbling")
    wanted = {f"{kind} {key}" for kind in kinds_of_it for key in range(OF_EACH_KIND)}
    return wanted - set(running.noted())
