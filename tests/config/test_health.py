"""`/healthz`."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client


@pytest.mark.django_db
def test_a_healthy_site_says_so_without_cookies_or_caching(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok"})
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert "Vary" not in answer


@pytest.mark.django_db
def test_a_site_without_its_database_is_down(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(CursorWrapper, "execute", away)

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "down"


@pytest.mark.django_db
def test_it_cannot_be_posted_to(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
