"""The log: one form for people, one for programs, a request's id in both, and nobody in it."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from shortscience.config.logs import logging_of, without_people
from shortscience.web.forms.comments import CommentForm
from shortscience.web.forms.writing import SummaryForm
from shortscience.web.views import people
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary

pytestmark = pytest.mark.django_db

SECRETS = ("zebediah", "zebediah@example.org", "203.0.113.77", "2001:db8::77", "unspeakable")


@pytest.fixture
def written(request: pytest.FixtureRequest, settings: Any) -> Iterator[io.StringIO]:
    """What is written to the log, in the form that the test names (JSON if it names none)."""
    style = getattr(request, "param", "json")
    place = io.StringIO()
    settings.LOG_REQUESTS = True
    described = logging_of(style, "INFO", requests=True)
    for handler in described["handlers"].values():
        handler["stream"] = place
    logging.config.dictConfig(described)
    yield place
    logging.config.dictConfig(settings.LOGGING)


@pytest.fixture
def zebediah(db: None) -> User:
    user: User = User.objects.create_user(
        "zebediah", "zebediah@example.org", "a long and quiet evening", display_name="Zeb Quill"
    )
    return user


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def raising(message: str) -> Any:
    def view(*_: object, **__: object) -> None:
        raise ValueError(message)

    return view


@pytest.mark.parametrize("written", ["json", "line"], indirect=True)
def test_a_journey_of_a_person_leaves_nothing_personal(
    written: io.StringIO, zebediah: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    client.defaults |= {"REMOTE_ADDR": "203.0.113.77", "HTTP_X_FORWARDED_FOR": "2001:db8::77"}
    summary = make_summary(make_paper())
    client.get("/search?q=unspeakable+illness")
    client.get("/@zebediah")
    client.get("/author/Zebediah%20Quill")
    client.post(reverse("account_login"), {"login": "zebediah", "password": "unspeakable"})
    client.force_login(zebediah)
    client.get(reverse("settings"))
    client.post(
        reverse("comment-on-summary", args=[summary.pk]), {"text": "An unspeakable thing happened."}
    )
    thing = {"text": "An unspeakable thing happened."}
    monkeypatch.setattr(CommentForm, "is_valid", raising(f"zebediah wrote {thing}"))
    monkeypatch.setattr(people, "render", raising("zebediah@example.org from 203.0.113.77"))
    client.post(reverse("comment-on-summary", args=[summary.pk]), thing)
    client.get("/@zebediah?from=zebediah@example.org")

    log = written.getvalue().lower()
    assert "comment-on-summary" in log
    assert "valueerror" in log
    assert [word for word in SECRETS if word in log] == []


def test_a_line_for_each_request_names_its_address_and_not_its_path(
    written: io.StringIO, client: Client
) -> None:
    answer = client.get("/search?q=bees")

    line = next(one for one in lines(written) if one["logger"] == "shortscience.requests")
    assert (line["method"], line["route"], line["status"]) == ("GET", "search", 200)
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["milliseconds"] > 0
    assert "bees" not in json.dumps(line)


def test_an_error_has_its_trace_its_id_and_no_form_values(
    written: io.StringIO, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SummaryForm, "is_valid", raising("could not store 'My diary of bees'"))
    writer = signed_in(alice)
    writer.raise_request_exception = False
    paper = make_paper()

    answer = writer.post(
        reverse("summary-write", args=[paper.pk, paper.slug]), {"text": "My diary of bees"}
    )

    assert answer.status_code == 500
    error = next(one for one in lines(written) if one["level"] == "ERROR")
    assert error["request_id"] == answer["X-Request-ID"]
    assert "ValueError" in error["trace"]
    assert "could not store" in error["trace"]
    assert "diary" not in error["trace"]
    assert answer["X-Request-ID"] in answer.content.decode(), "a person can tell it"


def test_what_a_database_says_about_a_row_is_left_out() -> None:
    said = "duplicate key\nDETAIL:  Key (lower(email))=(zeb@example.org) already exists."

    assert without_people(str(IntegrityError(said)), None) == "duplicate key\nDETAIL: […]"


@pytest.mark.parametrize(
    "kept",
    [
        "at 17:30:22 in 0.25 s",
        "granian 2.8.7",
        'File "/srv/site/shortscience/web/views/people.py"',
        "shortscience.web.views.search",
        "3 of 4",
    ],
)
def test_our_own_words_stay(kept: str) -> None:
    assert without_people(kept, None) == kept


def test_a_request_id_is_taken_from_our_proxy_only(client: Client, settings: Any) -> None:
    given: dict[str, Any] = {"HTTP_X_REQUEST_ID": "from-the-proxy-1"}
    assert client.get("/about", **given)["X-Request-ID"] != "from-the-proxy-1"

    settings.BEHIND_PROXY = True

    assert client.get("/about", **given)["X-Request-ID"] == "from-the-proxy-1"
    for odd in ("x", "a" * 65, "<script>alert(1)", "two words"):
        assert re.fullmatch(
            r"[0-9a-f]{16}", client.get("/about", HTTP_X_REQUEST_ID=odd)["X-Request-ID"]
        )


def test_each_request_has_another_id(client: Client) -> None:
    assert client.get("/about")["X-Request-ID"] != client.get("/about")["X-Request-ID"]


def test_without_the_setting_requests_have_no_line(
    written: io.StringIO, client: Client, settings: Any
) -> None:
    settings.LOG_REQUESTS = False

    client.get("/about")

    assert "shortscience.requests" not in written.getvalue()
