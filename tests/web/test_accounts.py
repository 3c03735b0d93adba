"""Journeys through signing up, in and out, and through forgotten passwords."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import BACKEND_SESSION_KEY
from django.core import mail
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from shortscience.moderation.actions import ban
from tests.conftest import signed_in
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

NEW = {"username": "kite-92", "email": "kite@example.org", "password1": "a quite long sentence"}


@pytest.fixture(autouse=True)
def outbox(settings: Any) -> None:
    """Mails are not queued here: the queue has its own tests."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


def code_of_the_newest_mail() -> str:
    found = re.search(r"^    (\d{4}-\d{4})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def sign_up(client: Client, **changed: str) -> str:
    """Return where the sign-up form leads."""
    answer = client.post(reverse("account_signup"), NEW | changed)
    return str(answer.headers.get("Location", answer.content.decode()))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- signing up -------------------------------------------------------------------------------
def test_sign_up_with_the_code_of_the_mail(client: Client) -> None:
    where = sign_up(client)
    assert where == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    sent = mail.outbox[0]
    assert sent.to == ["kite@example.org"]
    assert "Auto-Submitted" in sent.extra_headers

    answer = client.post(where, {"code": code_of_the_newest_mail()})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_signed_in(client)
    person = User.objects.get(username="kite-92")
    assert EmailAddress.objects.get(user=person).verified


def test_a_code_may_be_typed_without_the_dash(client: Client) -> None:
    where = sign_up(client)

    client.post(where, {"code": code_of_the_newest_mail().replace("-", " ")})

    assert is_signed_in(client)


def test_a_wrong_code_says_so_and_can_be_typed_again(client: Client) -> None:
    where = sign_up(client)

    page = client.post(where, {"code": "0000-0000"}).content.decode()

    assert "This is not the code we sent" in page
    client.post(where, {"code": code_of_the_newest_mail()})
    assert is_signed_in(client)


def test_three_wrong_codes_end_the_attempt(client: Client) -> None:
    where = sign_up(client)

    for _ in range(3):
        answer = client.post(where, {"code": "0000-0000"})

    assert answer.headers["Location"] == reverse("account_login")
    client.post(where, {"code": code_of_the_newest_mail()})
    assert not is_signed_in(client)


def test_after_signing_up_one_is_where_one_wanted_to_go(client: Client) -> None:
    client.post(reverse("account_signup") + "?next=/write", NEW | {"next": "/write"})

    answer = client.post(
        reverse("account_email_verification_sent"), {"code": code_of_the_newest_mail()}
    )

    assert answer.headers["Location"] == "/write"


@pytest.mark.parametrize("handle", ["Alice", "ALICE", "alice"])
def test_a_name_taken_in_another_case_is_refused_and_the_rest_is_kept(
    client: Client, alice: User, handle: str
) -> None:
    page = sign_up(client, username=handle)

    assert "This name is taken." in page
    assert 'value="kite@example.org"' in page
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("handle", "sentence"),
    [
        ("admin", "used by the site itself"),
        ("Settings", "used by the site itself"),
        ("anon-5", "used by the site itself"),
        ("two words", "Use letters, digits"),
        ("-dash", "Use letters, digits"),
        ("x" * 41, "at most 40 characters"),
        ("имя", "Use letters, digits"),
    ],
)
def test_a_name_that_cannot_be_is_refused(client: Client, handle: str, sentence: str) -> None:
    assert sentence in sign_up(client, username=handle)
    assert not User.objects.exists()


def test_a_name_taken_between_check_and_save_is_an_error_of_the_form(
    client: Client, monkeypatch: pytest.MonkeyPatch, alice: User
) -> None:
    # What a second request a moment earlier does: the check sees nothing, the database does.
    monkeypatch.setattr(
        "allauth.account.internal.userkit.filter_users_by_username", lambda *a: User.objects.none()
    )

    page = sign_up(client, username="ALICE")

    assert "taken a moment ago" in page
    assert 'value="kite@example.org"' in page


def test_an_address_with_an_account_looks_like_any_other_and_its_owner_is_told(
    client: Client, alice: User
) -> None:
    where = sign_up(client, email=alice.email)
    page = client.get(where).content.decode()

    assert where == reverse("account_email_verification_sent")
    assert not User.objects.filter(username="kite-92").exists()
    assert "There is one with this address already" in mail.outbox[0].body
    other = Client()
    sign_up(other)
    assert without_tokens(other.get(where).content.decode()) == without_tokens(page).replace(
        alice.email, NEW["email"]
    )


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_whoever_fills_in_the_trap_gets_no_account_and_no_hint(client: Client) -> None:
    where = sign_up(client, homepage="https://example.org/buy")

    assert where == reverse("account_email_verification_sent")
    assert not User.objects.exists()
    assert mail.outbox == []


def test_people_do_not_meet_the_trap(client: Client) -> None:
    page = client.get(reverse("account_signup")).content.decode()

    trap = re.search(r'<div class="visually-hidden" aria-hidden="true">.*?</div>', page)
    assert trap is not None
    assert 'tabindex="-1"' in trap[0]
    assert 'autocomplete="off"' in trap[0]
    assert "style=" not in page


def test_who_gave_a_wrong_address_starts_again_with_the_same_name(client: Client) -> None:
    sign_up(client, email="tpyo@example.org")

    answer = client.post(reverse("account_start_again"))

    assert answer.headers["Location"] == reverse("account_signup")
    assert not User.objects.exists()
    assert sign_up(client) == reverse("account_email_verification_sent")


def test_starting_again_never_removes_somebody_who_has_signed_in(client: Client) -> None:
    where = sign_up(client)
    client.post(where, {"code": code_of_the_newest_mail()})

    client.post(reverse("account_start_again"))

    assert User.objects.filter(username="kite-92").exists()


def test_closed_sign_up_says_so_and_takes_nobody(client: Client, settings: Any) -> None:
    settings.SIGN_UP_OPEN = False

    assert "Sign-up is closed" in client.get(reverse("account_signup")).content.decode()
    assert "Sign-up is closed" in sign_up(client)
    assert not User.objects.exists()
    page = client.get(reverse("account_login")).content.decode()
    assert reverse("account_signup") not in page


# --- signing in and out -----------------------------------------------------------------------
@pytest.mark.parametrize("login", ["alice", "Alice", "alice@example.org", "ALICE@example.org"])
def test_sign_in_with_name_or_address_in_any_case(client: Client, alice: User, login: str) -> None:
    client.post(reverse("account_login"), {"login": login, "password": PASSWORD})

    assert is_signed_in(client)


@pytest.mark.parametrize("login", ["alice", "nobody-here", "alice@example.org", "no@example.org"])
def test_a_wrong_password_and_a_wrong_name_read_the_same(
    client: Client, alice: User, login: str
) -> None:
    answer = client.post(reverse("account_login"), {"login": login, "password": "wrong"})

    page = answer.content.decode()
    assert re.search("The (name|address) or the password is wrong", page)
    assert f'value="{login}"' in page
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        ("/write", "/write"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_after_signing_in_one_never_lands_elsewhere(
    client: Client, alice: User, wish: str, where: str
) -> None:
    answer = client.post(
        reverse("account_login"), {"login": "alice", "password": PASSWORD, "next": wish}
    )

    assert answer.headers["Location"] == where


def test_sign_in_with_a_code(client: Client, alice: User) -> None:
    answer = client.post(
        reverse("account_request_login_code") + "?next=/write", {"email": alice.email}
    )
    where = answer.headers["Location"]
    assert where == reverse("account_confirm_login_code") + "?next=%2Fwrite"

    answer = client.post(where, {"code": code_of_the_newest_mail(), "next": "/write"})

    assert answer.headers["Location"] == "/write"
    assert is_signed_in(client)


def test_a_new_sign_in_code_replaces_the_old_one(client: Client, alice: User) -> None:
    client.post(reverse("account_request_login_code"), {"email": alice.email})
    where, old = reverse("account_confirm_login_code"), code_of_the_newest_mail()

    page = client.post(where, {"action": "resend"}, follow=True).content.decode()

    assert "A new code is on its way" in page
    assert code_of_the_newest_mail() != old
    client.post(where, {"code": old})
    assert not is_signed_in(client)
    client.post(where, {"code": code_of_the_newest_mail()})
    assert is_signed_in(client)


@pytest.mark.parametrize("name", ["account_request_login_code", "account_reset_password"])
def test_asking_for_a_code_tells_nobody_who_is_a_member(
    client: Client, alice: User, name: str
) -> None:
    known = client.post(reverse(name), {"email": alice.email}, follow=True)
    unknown = Client().post(reverse(name), {"email": "alicf@example.org"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain
    assert without_tokens(known.content.decode()).replace(alice.email, "") == without_tokens(
        unknown.content.decode()
    ).replace("alicf@example.org", "")
    assert "There is no account with this address" in mail.outbox[-1].body


def test_signing_out_asks_first(alice: User) -> None:
    client = signed_in(alice)

    assert "Sign out" in client.get(reverse("account_logout")).content.decode()
    assert is_signed_in(client)
    client.post(reverse("account_logout"))

    assert not is_signed_in(client)


# --- passwords and addresses ------------------------------------------------------------------
def test_a_forgotten_password_is_replaced_with_a_code(client: Client, alice: User) -> None:
    client.post(reverse("account_reset_password"), {"email": alice.email})
    answer = client.post(
        reverse("account_confirm_password_reset_code"), {"code": code_of_the_newest_mail()}
    )
    assert answer.headers["Location"] == reverse("account_complete_password_reset")

    page = client.get(answer.headers["Location"]).content.decode()
    assert 'autocomplete="new-password"' in page
    client.post(answer.headers["Location"], {"password1": "another long sentence"})

    assert is_signed_in(client)
    alice.refresh_from_db()
    assert alice.check_password("another long sentence")
    assert mail.outbox[-1].subject == "Your password was changed"


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(alice: User) -> None:
    here, elsewhere = signed_in(alice), signed_in(alice)
    new = {"oldpassword": "wrong", "password1": "another long sentence"}

    page = here.post(reverse("account_change_password"), new).content.decode()
    assert "This is not your password." in page
    answer = here.post(reverse("account_change_password"), new | {"oldpassword": PASSWORD})

    assert answer.headers["Location"] == reverse("settings")
    assert here.get(reverse("settings")).status_code == 200
    assert elsewhere.get(reverse("settings")).status_code == 302


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "kite-92-kite"])
def test_a_weak_password_is_refused(client: Client, password: str) -> None:
    page = sign_up(client, password1=password)

    assert 'id="id_password1_error"' in page
    assert not User.objects.exists()


def test_passwords_are_hashed_with_argon2(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

    person = make_user("slow-thinker")

    assert person.password.startswith("argon2$argon2id$")
    assert person.check_password(PASSWORD)


def test_the_mail_address_changes_after_the_password_and_the_code(alice: User) -> None:
    client = signed_in(alice)
    wish = {"action_add": "1", "email": "new@example.org"}

    answer = client.post(reverse("account_email"), wish)
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert mail.outbox == []
    # The wish is remembered: after the password it goes on by itself.
    answer = client.post(answer.headers["Location"], {"password": PASSWORD})
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    answer = client.post(answer.headers["Location"], {"code": code_of_the_newest_mail()})

    assert answer.headers["Location"] == reverse("settings")
    alice.refresh_from_db()
    assert alice.email == "new@example.org"
    assert EmailAddress.objects.get(user=alice).email == "new@example.org"
    told = mail.outbox[-1]
    assert (told.to, told.subject) == (["alice@example.org"], "Your mail address was changed")


# --- closed accounts --------------------------------------------------------------------------
def test_a_banned_account_is_signed_out_at_once_and_told_why(alice: User, mona: User) -> None:
    client = signed_in(alice)
    assert client.get(reverse("settings")).status_code == 200

    ban(moderator=mona, person=alice, reason="Advertising in forty comments")

    assert client.get(reverse("settings")).status_code == 302
    answer = Client().post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Advertising in forty comments" in page
    wrong = Client().post(reverse("account_login"), {"login": "alice", "password": "wrong"})
    assert "Advertising" not in wrong.content.decode()


def test_a_banned_account_gets_no_code_but_the_reason(
    client: Client, alice: User, mona: User
) -> None:
    ban(moderator=mona, person=alice, reason="Advertising in forty comments")

    client.post(reverse("account_request_login_code"), {"email": alice.email})

    assert "Advertising in forty comments" in mail.outbox[-1].body
    assert not re.search(r"\d{4}-\d{4}", str(mail.outbox[-1].body))


def test_an_imported_writer_cannot_be_signed_in_as(client: Client) -> None:
    make_user("old-hand", origin="shortscience.org", is_active=False)

    client.post(reverse("account_login"), {"login": "old-hand", "password": PASSWORD})

    assert not is_signed_in(client)


# --- limits -----------------------------------------------------------------------------------
def test_too_many_sign_ups_from_one_address_wait(client: Client, settings: Any) -> None:
    limits = settings.ACCOUNT_RATE_LIMITS
    settings.ACCOUNT_RATE_LIMITS = limits | {"signup": "2/m/ip"}
    for _ in range(2):
        assert client.post(reverse("account_signup"), {}).status_code == 200

    answer = client.post(reverse("account_signup"), NEW)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "Slow down a little" in answer.content.decode()
    assert not User.objects.exists()


def test_guessing_a_password_ends_after_five_tries(client: Client, alice: User) -> None:
    for _ in range(5):
        client.post(reverse("account_login"), {"login": "alice", "password": "wrong"})

    answer = client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})

    assert "Too many wrong tries" in answer.content.decode()
    assert not is_signed_in(client)


# --- every page -------------------------------------------------------------------------------
OPEN_PAGES = [
    "account_login",
    "account_signup",
    "account_request_login_code",
    "account_reset_password",
]
MEMBERS_PAGES = ["account_change_password", "account_email", "account_logout"]


@pytest.mark.parametrize("name", OPEN_PAGES + MEMBERS_PAGES)
def test_each_page_is_in_our_frame(name: str, alice: User) -> None:
    client = Client() if name in OPEN_PAGES else signed_in(alice)

    answer = client.get(reverse(name))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("<h1>") == 1
    assert "· ShortScience</title>" in page
    assert 'class="narrow stack"' in page
    assert "style=" not in page
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["account_email", "account_change_password", "settings"])
def test_a_stranger_is_sent_to_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))

    assert answer.headers["Location"] == f"{reverse('account_login')}?next={reverse(name)}"


def test_no_other_page_of_allauth_can_be_reached() -> None:
    from shortscience.web.account_urls import urlpatterns

    assert {pattern.name for pattern in urlpatterns} == {
        *OPEN_PAGES,
        *MEMBERS_PAGES,
        "account_confirm_login_code",
        "account_confirm_password_reset_code",
        "account_complete_password_reset",
        "account_email_verification_sent",
        "account_reauthenticate",
        "account_set_password",
        "account_start_again",
    }


@pytest.mark.parametrize(
    ("name", "field", "hint"),
    [
        ("account_login", "login", "username"),
        ("account_login", "password", "current-password"),
        ("account_signup", "username", "username"),
        ("account_signup", "email", "email"),
        ("account_signup", "password1", "new-password"),
        ("account_request_login_code", "email", "email"),
    ],
)
def test_browsers_know_what_to_fill_in(client: Client, name: str, field: str, hint: str) -> None:
    page = client.get(reverse(name)).content.decode()

    control = re.search(rf'<input[^>]*name="{field}"[^>]*>', page)
    assert control is not None
    assert f'autocomplete="{hint}"' in control[0]
    assert "placeholder" not in control[0]


def test_phones_offer_digits_and_the_code_of_the_mail(client: Client) -> None:
    page = client.get(sign_up(client)).content.decode()

    control = re.search(r'<input[^>]*name="code"[^>]*>', page)
    assert control is not None
    assert 'autocomplete="one-time-code"' in control[0]
    assert 'inputmode="numeric"' in control[0]


def test_who_signed_in_before_the_backend_had_another_name_stays_signed_in(alice: User) -> None:
    browser = signed_in(alice)
    session = browser.session
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session.save()

    assert browser.get("/settings").status_code == 200


def test_a_session_of_somebody_who_may_not_sign_in_is_nobodys(alice: User) -> None:
    browser = signed_in(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert browser.get("/settings").status_code == 302


def test_a_session_by_a_backend_that_is_none_of_ours_is_nobodys(alice: User) -> None:
    browser = signed_in(alice)
    session = browser.session
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.RemoteUserBackend"
    session.save()

    assert browser.get("/settings").status_code == 302
