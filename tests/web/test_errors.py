"""Pages that say no and pages for broken days: the right status, a sentence, and the text back."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from shortscience.web.faults import Fault, fault_of
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary

TEXT = "Half a night's work & <b>more</b>"
ESCAPED = "Half a night&#x27;s work &amp; &lt;b&gt;more&lt;/b&gt;"


def tolerant(client: Client) -> Client:
    """Return the browser, which then gets our page for a fault instead of the exception."""
    client.raise_request_exception = False
    return client


@contextmanager
def database_says(sentence: str) -> Iterator[None]:
    """Every statement fails as it does when the server behind the driver is gone."""

    def fail(*_args: Any) -> Any:
        raise OperationalError(sentence)

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize(
    "sentence",
    [
        "connection failed: Connection refused",
        "server closed the connection unexpectedly",
        "database is locked",
    ],
)
@pytest.mark.django_db
def test_a_database_that_is_away_gives_a_page_and_a_time(client: Client, sentence: str) -> None:
    with database_says(sentence):
        answer = tolerant(client).get("/")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "Back in a moment" in answer.content.decode()


def test_a_database_that_is_away_costs_no_text(alice: User) -> None:
    paper = make_paper()
    browser = tolerant(signed_in(alice))

    with database_says("connection refused"):
        answer = browser.post(
            f"{paper.get_absolute_url()}/write", {"text": TEXT, "audience": "private"}
        )

    page = answer.content.decode()
    assert answer.status_code == 503
    assert f"{ESCAPED}</textarea>" in page
    assert f'<form method="post" action="{paper.get_absolute_url()}/write">' in page
    assert 'name="audience"' in page


def test_a_database_that_goes_away_while_the_page_is_made(alice: User) -> None:
    paper = make_paper()
    browser = tolerant(signed_in(alice))

    def fail_on_write(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT"):
            raise OperationalError("terminating connection due to administrator command")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail_on_write):
        answer = browser.post(f"{paper.get_absolute_url()}/write", {"text": TEXT})

    assert answer.status_code == 503
    assert ESCAPED in answer.content.decode()
    assert not paper.summaries.exists()


def test_a_full_disk_costs_no_text(alice: User) -> None:
    paper = make_paper()
    browser = tolerant(signed_in(alice))

    with database_says("database or disk is full"):
        answer = browser.post(f"{paper.get_absolute_url()}/write", {"text": TEXT})

    assert answer.status_code == 507
    assert ESCAPED in answer.content.decode()


def test_a_mistake_of_ours_is_not_called_a_pause(alice: User) -> None:
    paper = make_paper()
    browser = tolerant(signed_in(alice))

    with database_says("no such column: papers_paper.nonsense"):
        answer = browser.post(f"{paper.get_absolute_url()}/write", {"text": TEXT})

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert ESCAPED in answer.content.decode()


def test_a_password_is_never_printed(client: Client, db: None) -> None:
    form = {"login": "alice", "password": "correct horse battery", "text": TEXT}

    with database_says("connection refused"):
        answer = tolerant(client).post(reverse("account_login"), form)

    assert ESCAPED in answer.content.decode()
    assert "correct horse" not in answer.content.decode()


ASK = """
import django
django.setup()
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
from django.test import Client
browser = Client(raise_request_exception=False)
browser.cookies["session"] = "somebody"
for answer in (browser.get("/"), browser.post("/p/1/x/write", {"text": "My <text>"})):
    print(answer.status_code, answer.get("Retry-After"), b"My &lt;text&gt;" in answer.content)
"""


@pytest.mark.slow
def test_a_real_server_that_is_stopped() -> None:
    """The driver's own exception, raised where a connection is made: in the session's layer."""
    away = "postgres://nobody@127.0.0.1:1/nothing"

    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, "DATABASE_URL": away},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.splitlines() == ["503 10 False", "503 10 True"]


def test_which_faults_pass_by_themselves() -> None:
    full = OperationalError("could not extend file")
    full.__cause__ = OSError(errno.ENOSPC, "No space left on device")

    assert fault_of(full) is Fault.FULL
    assert fault_of(OSError(errno.ENOSPC, "x")) is Fault.FULL
    assert fault_of(OSError(errno.ENOENT, "x")) is None
    assert fault_of(OperationalError("deadlock detected")) is Fault.AWAY
    assert fault_of(OperationalError("no such table: x")) is None
    assert fault_of(ValueError("database is locked")) is None
    assert fault_of(None) is None


def test_no_such_page_offers_search_and_gives_a_text_back(alice: User) -> None:
    browser = signed_in(alice)

    assert 'name="q"' in browser.get("/nothing-here").content.decode()
    answer = browser.post("/p/999999/gone/write", {"text": TEXT})

    assert answer.status_code == 404
    assert ESCAPED in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/venues/", "/venues"),
        ("/VENUES", "/venues"),
        ("/About/?x=1", "/about?x=1"),
        ("/account/sign-in/", "/account/sign-in"),
        ("/paper/?bibtexKey=conf/x/Y1", "/paper?bibtexKey=conf/x/Y1"),
        ("/staff/admin", "/staff/admin/"),
        ("/v/icml/", "/v/icml"),
        ("/v/ICML", "/v/icml"),
        ("/v/ICML/2016", "/v/icml/2016"),
    ],
)
def test_a_slip_in_an_address_leads_to_the_one_that_is_meant(
    client: Client, typed: str, meant: str
) -> None:
    answer = client.get(typed)

    assert (answer.status_code, answer["Location"]) == (301, meant)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/no-such-page/", "//evil.example/", "//evil.example/about/"])
def test_no_slip_leads_out_or_nowhere(client: Client, path: str) -> None:
    # Given so that the client does not take what follows two slashes for a host.
    assert client.get("/", PATH_INFO=path).status_code == 404


@pytest.mark.django_db
def test_a_form_is_never_led_elsewhere(client: Client) -> None:
    assert client.post("/theme/").status_code == 404


def test_a_wrong_host_gets_plain_words(client: Client) -> None:
    answer = client.get("/about", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/plain")


def test_a_form_in_another_encoding_is_refused_with_its_text(alice: User) -> None:
    answer = signed_in(alice).post(
        f"{make_paper().get_absolute_url()}/write",
        "text=Caf%E9+au+lait",
        content_type="application/x-www-form-urlencoded; charset=latin-1",
    )

    assert answer.status_code == 400
    assert "Café au lait</textarea>" in answer.content.decode()


def test_more_than_we_read_is_refused_with_the_limit(alice: User) -> None:
    answer = signed_in(alice).post(
        f"{make_paper().get_absolute_url()}/write",
        "text=" + "x" * (2 * 1024 * 1024),
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 413
    assert "larger than 2 MB" in answer.content.decode()
    assert "link may be cut off" not in answer.content.decode()


@pytest.mark.django_db
def test_a_wrong_method_is_told_in_words(alice: User) -> None:
    summary = make_summary()

    answer = signed_in(alice).get(f"/s/{summary.pk}/vote")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "only takes what a form or a button sends" in answer.content.decode()


def strict(user: User) -> Client:
    """Return a browser whose forms need their token, as real ones do."""
    browser = signed_in(user)
    browser.handler.enforce_csrf_checks = True
    return browser


def test_a_form_that_was_open_too_long_can_be_sent_again(alice: User) -> None:
    paper = make_paper()
    browser = strict(alice)
    address = f"{paper.get_absolute_url()}/write"

    answer = browser.post(
        address,
        {"text": TEXT, "audience": "private", "csrfmiddlewaretoken": "a" * 64},
        headers={"origin": "http://testserver"},
    )

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This page was open too long" in page
    assert page.count(ESCAPED) == 2  # once to send again, once to copy
    token = answer.context["csrf_token"]
    sent = browser.post(
        address,
        {"text": TEXT, "audience": "private", "csrfmiddlewaretoken": str(token)},
        headers={"origin": "http://testserver"},
    )
    assert sent.status_code == 302
    assert paper.summaries.get().is_private


def test_another_sites_form_is_never_signed_by_us(alice: User) -> None:
    paper = make_paper()

    answer = strict(alice).post(
        f"{paper.get_absolute_url()}/write",
        {"text": TEXT},
        headers={"origin": "https://evil.example"},
    )

    page = answer.content.decode()
    assert answer.status_code == 403
    assert f'action="{paper.get_absolute_url()}/write"' not in page
    assert page.count(ESCAPED) == 1


def test_a_script_gets_the_sentence_alone(alice: User) -> None:
    script = {"x-requested-with": "fetch"}

    answers = [
        signed_in(alice).get("/nothing-here", headers=script),
        strict(alice).post("/write/preview", {"text": TEXT}, headers=script),
        signed_in(alice).get("/write/preview", headers=script),
    ]

    assert [answer.status_code for answer in answers] == [404, 403, 405]
    for answer in answers:
        assert answer["Content-Type"].startswith("text/plain")
        assert "<" not in answer.content.decode()
