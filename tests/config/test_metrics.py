"""`/metrics`: what is counted, and who may see it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections
from django.test import Client
from django.urls import get_resolver, reverse
from prometheus_client.parser import text_string_to_metric_families

from shortscience.accounts.models import User
from shortscience.config import metrics
from shortscience.papers.outbox import changed
from shortscience.search import indexer
from shortscience.sources.pacing import Pace
from tests.conftest import signed_in
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db

LOCAL: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}


def scraped(client: Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = client.get("/metrics", **LOCAL)
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def value(client: Client, name: str, **labels: str) -> float:
    return scraped(client).get((f"shortscience_{name}", frozenset(labels.items())), 0.0)


def test_answers_are_counted_by_name_status_and_reader(client: Client, alice: User) -> None:
    strangers = {"route": "person", "method": "GET", "status": "200", "kind": "reader"}
    before = value(client, "requests_total", **strangers)
    members = {"route": "settings", "method": "GET", "status": "200", "kind": "member"}
    members_before = value(client, "requests_total", **members)

    client.get(reverse("person", args=["alice"]))
    signed_in(alice).get(reverse("settings"))

    assert value(client, "requests_total", **strangers) == before + 1
    assert value(client, "requests_total", **members) == members_before + 1
    assert value(client, "request_seconds_count", route="person") > 0


def test_labels_are_bounded_whatever_strangers_ask_for(client: Client) -> None:
    for path in ("/a", "/b/c", "/@nobody-here", "/p/1/x", "/search?q=one", "/search?q=two"):
        client.get(path)
    client.generic("BREW", "/")
    known = {name for name in get_resolver().reverse_dict if isinstance(name, str)} | {"none"}

    found = scraped(client)

    routes = {dict(labels).get("route", "none") for _, labels in found}
    assert {route for route in routes if ":" not in route} <= known | {"rss", "sitemap"}
    assert {dict(labels).get("method", "GET") for _, labels in found} <= {
        *("GET", "HEAD", "POST", "other")
    }


def test_nobody_but_this_machine_or_who_has_the_token_learns_of_it(
    client: Client, settings
) -> None:
    elsewhere: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.9", "HTTP_HOST": "127.0.0.1"}
    by_proxy = {**LOCAL, "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    by_name = {**LOCAL, "HTTP_HOST": "testserver"}
    for stranger in (elsewhere, by_proxy, by_name):
        assert client.get("/metrics", **stranger).status_code == 404
        assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ", **stranger).status_code == 404

    settings.METRICS_TOKEN = "a-long-token"

    right = client.get("/metrics", HTTP_AUTHORIZATION="Bearer a-long-token", **elsewhere)
    wrong = client.get("/metrics", HTTP_AUTHORIZATION="Bearer a-long-tokem", **elsewhere)
    assert (right.status_code, wrong.status_code) == (200, 404)


def test_errors_of_the_database_are_counted_once_each(client: Client, alice: User) -> None:
    client.get("/healthz")
    before = value(client, "database_errors_total", error="IntegrityError")

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_user (id) VALUES (%s)", [alice.pk])

    if connection.vendor == "postgresql":
        # The transaction of this test ended with it.
        connection.needs_rollback = True
        assert metrics._database_errors.labels("IntegrityError")._value.get() == before + 1
    else:
        assert value(client, "database_errors_total", error="IntegrityError") == before + 1


def test_a_connection_that_opens_under_a_wrapper_loses_that_one_only(client: Client) -> None:
    client.get("/metrics")  # Counting begins with the first request.
    fresh = connections.create_connection(connection.alias)

    def wrapper(execute: Any, *statement: Any) -> Any:
        return execute(*statement)

    with fresh.execute_wrapper(wrapper):
        fresh.ensure_connection()
    wrappers = list(fresh.execute_wrappers)
    fresh.close()

    assert wrapper not in wrappers
    assert metrics._counting in wrappers


def test_changes_that_the_index_has_not_read_are_its_lag(
    client: Client, settings, tmp_path
) -> None:
    settings.VAR_DIR = tmp_path
    paper = make_paper()
    assert value(client, "index_up") == 0
    indexer.build()

    changed([paper.pk])
    changed([paper.pk])

    assert value(client, "index_up") == 1
    assert value(client, "index_unread_changes") >= 2


def test_a_source_that_is_left_alone_is_seen(client: Client) -> None:
    Pace().pause("dblp.org", 50)

    assert 0 < value(client, "source_paused_seconds", host="dblp.org") <= 50
    assert value(client, "source_paused_seconds", host="api.crossref.org") == 0


def test_jobs_are_counted_by_state(client: Client) -> None:
    from shortscience.jobs.models import Job

    Job.objects.create(task="a.b", state=Job.State.DEAD)
    Job.objects.create(task="a.b")

    assert value(client, "jobs", state="dead") == 1
    assert value(client, "jobs", state="due") == 1


def test_memory_is_told(client: Client) -> None:
    assert value(client, "resident_bytes", process="web") > 10_000_000


def test_a_database_that_is_away_leaves_out_its_part_and_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(metrics, "_jobs", away)

    assert value(client, "database_up") == 0
    assert value(client, "processes", process="web") > 0


def test_nobody_is_named(client: Client) -> None:
    make_user("zebediah")
    client.get("/@zebediah")
    client.get("/author/Zebediah%20Quill")

    text = client.get("/metrics", **LOCAL).content.decode()

    assert not re.search("zebediah", text, re.IGNORECASE)
