"""Redis is away: pages are read and texts saved; what is limited waits, and loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from tests.conftest import signed_in
from tests.factories import PASSWORD, make_paper, make_summary


@pytest.fixture(autouse=True)
def redis_away(settings: Any) -> None:
    """A port at which nobody listens, as after a crash."""
    away = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1",
    }
    settings.CACHES = {**settings.CACHES, "default": away, "sources": away}


def test_a_text_is_saved_and_read(alice: User, client: Client) -> None:
    paper = make_paper()

    saved = signed_in(alice).post(f"{paper.get_absolute_url()}/write", {"text": "Mine."})

    assert saved.status_code == 302
    assert "Mine." in client.get(paper.get_absolute_url()).content.decode()


def test_a_person_is_shown(alice: User, client: Client) -> None:
    make_summary(writer=alice)

    assert client.get(alice.get_absolute_url()).status_code == 200


def test_nobody_signs_in_without_a_limit(alice: User) -> None:
    client = Client(raise_request_exception=False)

    answer = client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "session" not in client.cookies


def test_a_text_of_somebody_signed_out_comes_back(db: None) -> None:
    client = Client(raise_request_exception=False)
    paper = make_paper()

    answer = client.post(f"{paper.get_absolute_url()}/write", {"text": "An hour's work."})

    assert answer.status_code == 503
    page = answer.content.decode()
    assert "An hour&#x27;s work." in page
    assert f'action="{paper.get_absolute_url()}/write"' in page
