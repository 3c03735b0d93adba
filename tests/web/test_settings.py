"""One's own settings: profile, sessions, leaving."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from tests.conftest import signed_in
from tests.factories import PASSWORD, make_summary

pytestmark = pytest.mark.django_db

PROFILE = {"display_name": "Alice A.", "about": "I read on *trains*.", "orcid": ""}


@pytest.mark.parametrize(
    "name", ["settings", "settings-profile", "settings-export", "settings-delete"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_signs_in_first(client: Client, name: str, method: str) -> None:
    answer = getattr(client, method)(reverse(name))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_the_profile_is_saved_and_shown_everywhere(alice: User) -> None:
    client = signed_in(alice)

    answer = client.post(reverse("settings-profile"), PROFILE, follow=True)

    page = answer.content.decode()
    assert "Your profile is saved." in page
    assert "<em>trains</em>" in page
    alice.refresh_from_db()
    assert alice.shown_name == "Alice A."
    assert str(make_summary(writer=alice).named_author) == "Alice A."


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("https://orcid.org/0000-0002-1694-233X", "0000-0002-1694-233X"),
        ("000000021694233x", "0000-0002-1694-233X"),
        (" ", ""),
    ],
)
def test_an_orcid_is_stored_in_one_form(alice: User, given: str, stored: str) -> None:
    signed_in(alice).post(reverse("settings-profile"), PROFILE | {"orcid": given})

    alice.refresh_from_db()
    assert alice.orcid == stored


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("orcid", "0000-0002-1825-0098", "does not fit the others"),
        ("orcid", "12", "looks like"),
        ("about", "x" * 2001, "at most 2000 characters"),
        ("display_name", "x" * 81, "at most 80 characters"),
        ("display_name", "ali\u202ece", "invisible character"),
        ("about", "a\x07b", "control character"),
    ],
)
def test_what_cannot_be_kept_says_why_and_nothing_typed_is_lost(
    alice: User, field: str, value: str, sentence: str
) -> None:
    answer = signed_in(alice).post(reverse("settings-profile"), PROFILE | {field: value})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "I read on *trains*." in page or field == "about"
    assert "Alice A." in page or field == "display_name"
    alice.refresh_from_db()
    assert alice.display_name == ""


def test_nothing_else_of_the_account_can_be_set_by_the_form(alice: User) -> None:
    more = {"is_staff": "on", "username": "mallory", "email": "m@example.org", "sciscore": "9"}

    signed_in(alice).post(reverse("settings-profile"), PROFILE | more)

    alice.refresh_from_db()
    assert (alice.username, alice.is_staff, alice.sciscore) == ("alice", False, 0.0)


def test_signing_out_everywhere_else(alice: User) -> None:
    here, elsewhere = signed_in(alice), signed_in(alice)

    page = here.post(reverse("settings-sessions"), follow=True).content.decode()

    assert "You are signed out on all other devices." in page
    assert elsewhere.get(reverse("settings")).status_code == 302


def test_leaving_needs_the_password_and_a_choice(alice: User) -> None:
    client = signed_in(alice)

    nothing = client.post(reverse("settings-delete"), {})
    wrong = client.post(reverse("settings-delete"), {"texts": "remove", "password": "wrong"})

    assert "Choose one of the two." in nothing.content.decode()
    assert "This is not your password." in wrong.content.decode()
    assert 'value="remove" required' in wrong.content.decode().replace(' class="', "")
    assert User.objects.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("texts", ["remove", "disown"])
def test_leaving(alice: User, texts: str) -> None:
    make_summary(writer=alice)
    client = signed_in(alice)

    answer = client.post(reverse("settings-delete"), {"texts": texts, "password": PASSWORD})

    assert answer.headers["Location"] == "/"
    assert "_auth_user_id" not in client.session
    assert not User.objects.filter(username="alice").exists()


def test_who_has_no_password_types_the_name(alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client = signed_in(alice)

    wrong = client.post(reverse("settings-delete"), {"texts": "remove", "handle": "bob"})
    assert "This is not your name." in wrong.content.decode()
    client.post(reverse("settings-delete"), {"texts": "remove", "handle": "Alice"})

    assert not User.objects.filter(username="alice").exists()
