"""A session that ends while somebody writes costs no text."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from shortscience.summaries.models import Summary
from shortscience.web import kept
from tests.factories import PASSWORD, make_paper, make_summary

pytestmark = pytest.mark.django_db

TEXT = "Three hours of work.\n\n  indented & <b>kept</b>"
SHOWN = "Three hours of work.\n\n  indented &amp; &lt;b&gt;kept&lt;/b&gt;"


@pytest.fixture(autouse=True)
def no_old_counts() -> None:
    cache.clear()


def sign_in(browser: Client, address: str) -> str:
    """Sign in by the real page and return where it leads."""
    answer = browser.post(address, {"login": "alice", "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_a_text_sent_after_the_session_ended_is_in_the_form_after_signing_in(
    client: Client, alice: User
) -> None:
    address = f"{make_paper().get_absolute_url()}/write"

    answer = client.post(address, {"text": TEXT, "anonymous": "on", "base_version": ""})
    page = client.get(answer["Location"]).content.decode()
    back = sign_in(client, answer["Location"])
    editor = client.get(back).content.decode()

    assert "Your text is kept: sign in" in page
    assert back == address
    assert "This is the text you sent before signing in." in editor
    assert f"{SHOWN}</textarea>" in editor
    assert (
        'name="anonymous" aria-describedby="id_anonymous_helptext" id="id_anonymous" checked'
        in (editor)
    )
    assert not Summary.objects.exists()


def test_it_is_given_back_once(client: Client, alice: User) -> None:
    address = f"{make_paper().get_absolute_url()}/write"
    sign_in(client, client.post(address, {"text": TEXT})["Location"])

    client.get(address)

    assert SHOWN not in client.get(address).content.decode()


def test_a_kept_text_meets_the_summary_one_already_has(client: Client, alice: User) -> None:
    summary = make_summary(writer=alice, text="What is stored.")
    address = f"{summary.paper.get_absolute_url()}/write"

    sign_in(client, client.post(address, {"text": TEXT})["Location"])
    page = client.get(address).content.decode()

    assert f"{SHOWN}</textarea>" in page
    assert "What is stored.</textarea>" in page


def test_changes_of_a_stored_summary_are_kept_too(client: Client, alice: User) -> None:
    summary = make_summary(writer=alice, text="What is stored.")

    answer = client.post(f"/s/{summary.pk}/edit", {"text": TEXT, "base_version": "1"})
    page = client.get(sign_in(client, answer["Location"])).content.decode()

    assert f"{SHOWN}</textarea>" in page
    assert 'name="base_version" value="1"' in page


def test_a_stay_after_signing_in_is_not_shortened(client: Client, alice: User) -> None:
    answer = client.post(f"{make_paper().get_absolute_url()}/write", {"text": TEXT})
    assert client.session.get_expiry_age() <= kept.KEPT_FOR.total_seconds()

    sign_in(client, answer["Location"])

    session = Session.objects.get(pk=client.session.session_key).get_decoded()
    assert session.get("_session_expiry") != kept.KEPT_FOR.total_seconds()


def test_a_stranger_cannot_fill_the_sessions(client: Client, alice: User) -> None:
    address = make_paper().get_absolute_url()
    for number in range(5):
        client.post(f"{address}/write?{number}", {"text": "x" * 1000})
        client.post(f"/s/{number}/edit", {"text": "x" * 1000})

    assert len(client.session["kept_texts"]) == kept.KEPT_TEXTS


def test_a_text_too_long_to_keep_is_printed_to_be_copied(client: Client, alice: User) -> None:
    address = f"{make_paper().get_absolute_url()}/write"

    answer = client.post(address, {"text": "x" * (kept.KEPT_BYTES + 1)})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "x" * (kept.KEPT_BYTES + 1) in page
    assert f"{reverse('account_login')}?next={quote(address, safe='')}" in page
    assert "kept_texts" not in client.session


def test_after_a_day_it_is_gone(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{make_paper().get_absolute_url()}/write"
    monkeypatch.setattr("shortscience.web.kept.time.time", lambda: 1_000_000.0)
    sign_in(client, client.post(address, {"text": TEXT})["Location"])

    monkeypatch.setattr("shortscience.web.kept.time.time", lambda: 1_000_000.0 + 86_401)

    assert SHOWN not in client.get(address).content.decode()


def test_one_address_leaves_a_bounded_number_of_texts(
    client: Client, alice: User, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "keep_text": "2/h/ip"}
    address = f"{make_paper().get_absolute_url()}/write"

    answers = [Client().post(address, {"text": TEXT}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 403]
    assert SHOWN in answers[2].content.decode()
