"""With REDIS_URL set, limits are counted in Redis, by all nodes of a site together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

REDIS_URL = os.environ.get("TEST_REDIS_URL", "")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REDIS_URL, reason="no Redis: start one, or set TEST_REDIS_URL"),
]


@pytest.fixture(autouse=True)
def cache_in_redis(settings: Any) -> Iterator[None]:
    """A corner of a real Redis that only this test uses."""
    corner = f"shortscience-test-{uuid4().hex}"
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": corner,
        },
    }
    yield
    client = caches["default"]._cache.get_client()  # type: ignore[attr-defined]
    for key in client.scan_iter(f"{corner}*"):
        client.delete(key)


def test_what_one_process_counts_another_sees() -> None:
    caches["default"].set("seen", 3)

    client = caches["default"]._cache.get_client()  # type: ignore[attr-defined]

    assert any(b"seen" in key for key in client.scan_iter("shortscience-test-*"))


def test_wrong_passwords_are_limited(client: Client) -> None:
    wrong = {"login": "nobody", "password": "not the password"}
    answers = [client.post(reverse("account_login"), wrong) for _ in range(8)]

    assert b"Too many" in answers[-1].content or answers[-1].status_code == 429
    assert answers[0].status_code != 429
