"""`/healthz` and `/readyz`: does the process live, and should people be sent to it?"""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client

from shortscience.operations import running
from shortscience.search import store
from shortscience.web.views import health


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("password=secret host=db.example.org")

    monkeypatch.setattr(CursorWrapper, "execute", away)


@pytest.fixture(autouse=True)
def _is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_has_migrated", False)


def test_a_process_that_lives_says_so_and_touches_nothing(
    client: Client, no_database: None
) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert "Vary" not in answer


@pytest.mark.django_db
def test_a_whole_site_is_ready(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert {"process", "database", "disk", "index", "migrations"} <= answer.json().keys()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_without_its_database_it_is_not_ready_and_tells_no_secret(
    client: Client, no_database: None
) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "no answer"
    assert answer.json()["migrations"] == "unknown"
    assert b"secret" not in answer.content
    assert b"example.org" not in answer.content


@pytest.mark.django_db
def test_tables_older_than_the_program_are_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="operations").delete()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["migrations"]) == (503, "not up to date")


@pytest.mark.django_db
def test_a_full_disk_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(f_bavail=1, f_frsize=4096)
    monkeypatch.setattr(os, "statvfs", lambda _path: full)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["disk"]) == (503, "nearly full")


@pytest.mark.django_db
def test_an_index_that_cannot_be_read_is_not_ready_and_one_that_is_being_built_is(
    client: Client, settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    folder = store.new_generation()

    while_built = client.get("/readyz")
    store.make_current(folder)
    broken = client.get("/readyz")

    assert (while_built.status_code, while_built.json()["index"]) == (200, "not built yet")
    assert (broken.status_code, broken.json()["index"]) == (503, "cannot be read")


@pytest.mark.django_db
def test_a_site_that_is_about_to_stop_is_not_ready_but_alive(
    client: Client, settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    running.folder().mkdir(parents=True)
    running.stopping_file().touch()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["process"]) == (503, "stopping")
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_cannot_be_posted_to(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
