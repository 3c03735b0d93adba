"""Drafts in the editor and their list: saved by a button or a script, shown to nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.summaries.actions import save_summary
from shortscience.summaries.models import Draft, Summary
from shortscience.summaries.rules import NEW_SUMMARIES
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_user

pytestmark = pytest.mark.django_db

BY_SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def address() -> str:
    return f"{make_paper('Deep Residual Learning').get_absolute_url()}/write"


@pytest.fixture
def laptop(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def phone(alice: User) -> Client:
    return signed_in(alice)


def opened(browser: Client, address: str) -> dict[str, str]:
    """Return the hidden fields of the editor that this browser opens."""
    html = browser.get(address).content.decode()
    fields = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', html)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def save(browser: Client, address: str, text: str, fields: dict[str, str], **more: str) -> Any:
    """Send what the editor's script sends."""
    return browser.post(address, {**fields, "text": text, "draft": "1", **more}, headers=BY_SCRIPT)


def test_without_scripts_a_button_saves_and_the_editor_has_it_again(
    laptop: Client, address: str
) -> None:
    sent = {**opened(laptop, address), "text": "Half a thought", "anonymous": "on", "draft": "1"}

    html = laptop.post(address, sent, follow=True).content.decode()

    assert "Your draft is saved." in html
    assert "This is your draft of" in html
    assert "from another device" not in html
    assert "Half a thought</textarea>" in html
    assert 'id="id_anonymous" checked' in html
    assert not Summary.objects.exists()


def test_a_script_gets_no_page_back(laptop: Client, address: str) -> None:
    answer = save(laptop, address, "Half", opened(laptop, address))

    assert (answer.status_code, answer.content) == (204, b"")
    assert Draft.objects.get().text == "Half"


def test_another_device_says_where_the_draft_is_from(
    laptop: Client, phone: Client, address: str
) -> None:
    save(laptop, address, "On the laptop", opened(laptop, address))

    html = phone.get(address).content.decode()

    assert "On the laptop</textarea>" in html
    assert ", from another device or an earlier visit" in html


def test_nobody_else_gets_it(laptop: Client, address: str) -> None:
    save(laptop, address, "Alice’s thought", opened(laptop, address))
    draft = Draft.objects.get()
    stranger, other = Client(), signed_in(make_user(is_staff=True))

    assert "Alice’s thought" not in other.get(address).content.decode()
    assert "Deep Residual" not in other.get("/drafts").content.decode()
    assert other.get(f"/drafts/{draft.pk}/delete").status_code == 404
    assert other.post(f"/drafts/{draft.pk}/delete").status_code == 404
    assert stranger.get("/drafts").status_code == 302
    assert Draft.objects.exists()


def test_publishing_ends_it(laptop: Client, address: str) -> None:
    fields = opened(laptop, address)
    save(laptop, address, "Half", fields)

    laptop.post(address, {**fields, "text": "Whole"})

    assert Summary.objects.get().text == "Whole"
    assert not Draft.objects.exists()


# --- two devices --------------------------------------------------------------------------------


def test_two_devices_see_both_texts_and_lose_none(
    laptop: Client, phone: Client, address: str
) -> None:
    on_laptop, on_phone = opened(laptop, address), opened(phone, address)
    save(laptop, address, "words on the laptop", on_laptop)

    by_script = save(phone, address, "words on the phone", on_phone)
    by_button = phone.post(address, {**on_phone, "text": "words on the phone", "draft": "1"})

    html = by_button.content.decode()
    assert (by_script.status_code, by_button.status_code) == (409, 409)
    assert "both texts are below" in by_script.content.decode()
    assert "words on the phone</textarea>" in html
    assert "words on the laptop</textarea>" in html
    assert '<ins><span class="visually-hidden">Yours: </span>phone<' in html
    assert "The other draft" in html
    assert Draft.objects.get().text == "words on the laptop"


def test_publishing_past_a_newer_draft_asks_first(
    laptop: Client, phone: Client, address: str
) -> None:
    on_laptop, on_phone = opened(laptop, address), opened(phone, address)
    save(laptop, address, "on the laptop", on_laptop)

    first = phone.post(address, {**on_phone, "text": "on the phone"})
    version = re.search(r'name="draft_version" value="(\d+)"', first.content.decode())
    assert version is not None
    assert not Summary.objects.exists()
    second = phone.post(address, {**on_phone, "text": "both", "draft_version": version[1]})

    assert (first.status_code, second.status_code) == (409, 302)
    assert Summary.objects.get().text == "both"
    assert not Draft.objects.exists()


def test_a_draft_of_an_older_version_meets_what_is_published(alice: User, laptop: Client) -> None:
    summary = make_summary(writer=alice, text="first words")
    address = f"/s/{summary.pk}/edit"
    save(laptop, address, "draft words", opened(laptop, address))
    save_summary(writer=alice, paper=summary.paper, text="newer words", base_version=1)

    html = laptop.get(address).content.decode()

    assert "Your draft is about an older version" in html
    assert "draft words</textarea>" in html
    assert "newer words</textarea>" in html
    assert 'name="base_version" value="2"' in html
    assert Draft.objects.get().text == "draft words"


def test_what_differs_from_the_published_text_can_be_seen(alice: User, laptop: Client) -> None:
    summary = make_summary(writer=alice, text="nine words")
    address = f"/s/{summary.pk}/edit"

    answer = laptop.post(address, {**opened(laptop, address), "text": "ten words", "compare": "1"})

    html = answer.content.decode()
    assert answer.status_code == 200
    assert '<del><span class="visually-hidden">Stored: </span>nine<' in html
    summary.refresh_from_db()
    assert summary.text == "nine words"


# --- no way to lose one -------------------------------------------------------------------------


def test_who_was_signed_out_is_told_and_nothing_is_kept_for_strangers(
    client: Client, address: str
) -> None:
    answer = save(client, address, "Half", {})

    assert (answer.status_code, answer.content) == (403, b"You are signed out.")
    assert "kept_texts" not in client.session


def test_a_text_sent_signed_out_meets_a_newer_draft(
    alice: User, laptop: Client, address: str
) -> None:
    fields = opened(laptop, address)
    client = Client()
    client.post(address, {**fields, "text": "sent signed out"})
    save(laptop, address, "drafted since", opened(laptop, address))

    client.force_login(alice)
    html = client.get(address).content.decode()

    assert "This is the text you sent before signing in." in html
    assert "sent signed out</textarea>" in html
    assert "drafted since</textarea>" in html


def test_too_many_in_a_minute_wait_and_the_draft_stays(
    laptop: Client, address: str, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "save_draft": "1/m/user"}
    fields = opened(laptop, address)
    save(laptop, address, "First", fields)

    answer = save(laptop, address, "Second", fields)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert Draft.objects.get().text == "First"


def test_a_refused_publication_comes_back_with_its_draft_still_there(
    alice: User, laptop: Client, address: str
) -> None:
    fields = opened(laptop, address)
    save(laptop, address, "Whole", fields)
    others: list[Paper] = [make_paper() for _ in range(NEW_SUMMARIES.count)]
    Summary.objects.bulk_create(Summary(author=alice, paper=paper, text="x") for paper in others)

    answer = laptop.post(address, {**fields, "text": "Whole"})

    assert answer.status_code == 429
    assert "Whole</textarea>" in answer.content.decode()
    assert Draft.objects.get().text == "Whole"


# --- their list ---------------------------------------------------------------------------------


def test_the_list_opens_and_throws_away(alice: User, laptop: Client, address: str) -> None:
    summary = make_summary(make_paper("Attention"), writer=alice)
    save(laptop, address, "Half a thought", opened(laptop, address))
    edit = f"/s/{summary.pk}/edit"
    save(laptop, edit, "Changed", opened(laptop, edit))
    begun = Draft.objects.get(summary=None)

    html = laptop.get("/drafts").content.decode()
    asked = laptop.get(f"/drafts/{begun.pk}/delete").content.decode()
    laptop.post(f"/drafts/{begun.pk}/delete")

    assert f'href="{address}"' in html
    assert f'href="{edit}"' in html
    assert "Half a thought</textarea>" in asked
    assert list(Draft.objects.values_list("text", flat=True)) == ["Changed"]


def test_the_list_costs_the_same_for_many(
    alice: User, laptop: Client, address: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        paper = make_paper()
        save(laptop, f"{paper.get_absolute_url()}/write", f"Draft {number}", {})

    with django_assert_max_num_queries(4):
        laptop.get("/drafts")
