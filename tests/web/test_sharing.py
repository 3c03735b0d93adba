"""Pages of secret links, groups and joint authors: what strangers get, and what forms say."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from shortscience.accounts.models import User
from shortscience.groups.actions import make_group
from shortscience.groups.models import Group
from shortscience.sharing.actions import make_link, take_link_back
from shortscience.summaries.actions import save_summary
from shortscience.summaries.models import Summary
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary

pytestmark = pytest.mark.django_db


def refused(client: Client, url: str) -> tuple[int, str]:
    answer = client.get(url)
    # The reader's own address comes back in the form of the theme.
    page = answer.content.decode().replace(url, "ADDRESS")
    return answer.status_code, re.sub(r"[0-9a-f]{32}", "ID", page)


def test_a_link_shows_the_text_and_nobody_else_gets_to_know_it(client: Client, alice: User) -> None:
    text = make_summary(writer=alice, private=True, text="For your eyes.")
    _link, token = make_link(summary=text, by=alice, lasts=None)

    answer = client.get(f"/shared/{token}")

    assert "For your eyes." in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store, private"
    assert "noindex" in answer["X-Robots-Tag"]
    assert client.get(text.get_absolute_url()).status_code == 404


def test_wrong_ended_and_taken_back_links_are_one_page(client: Client, alice: User) -> None:
    text = make_summary(writer=alice, private=True)
    _ended, ended = make_link(summary=text, by=alice, lasts=timedelta(seconds=-1))
    link, gone = make_link(summary=text, by=alice, lasts=None)
    take_link_back(summary=text, number=link.pk, by=alice)

    pages = {refused(client, f"/shared/{token}") for token in ("A" * 22, "short", ended, gone)}

    assert len(pages) == 1
    assert pages.pop()[0] == 404


def test_a_link_leads_to_the_summary_once_it_is_public(client: Client, alice: User) -> None:
    text = make_summary(writer=alice, private=True)
    _link, token = make_link(summary=text, by=alice, lasts=None)
    save_summary(writer=alice, paper=text.paper, text="Out.", base_version=text.version)

    assert client.get(f"/shared/{token}")["Location"] == text.get_absolute_url()


def test_an_anonymous_text_is_anonymous_behind_a_link(client: Client, alice: User) -> None:
    text = make_summary(writer=alice, private=True, anonymous=True)
    _link, token = make_link(summary=text, by=alice, lasts=None)

    assert "alice" not in client.get(f"/shared/{token}").content.decode()


def test_the_editor_offers_ones_groups_and_publishes_for_one(alice: User) -> None:
    group, paper = make_group(owner=alice, name="The lab"), make_paper()
    browser, address = signed_in(alice), f"{paper.get_absolute_url()}/write"

    page = browser.get(address).content.decode()
    browser.post(address, {"text": "For us.", "audience": f"group-{group.pk}"})

    assert "The group “The lab”" in page
    assert Summary.objects.get().group == group


@pytest.mark.parametrize(
    "audience", ["group-999", "group-", "group-x", "world", "group-" + "9" * 30]
)
def test_an_audience_that_there_is_not_publishes_nothing(alice: User, audience: str) -> None:
    paper = make_paper()

    answer = signed_in(alice).post(
        f"{paper.get_absolute_url()}/write", {"text": "Typed.", "audience": audience}
    )

    assert answer.status_code == 422
    assert "Typed.</textarea>" in answer.content.decode()
    assert 'value="private" id="id_audience_1" checked' in answer.content.decode()
    assert not Summary.objects.exists()


def test_what_an_older_editor_called_private_stays_private(alice: User) -> None:
    paper = make_paper()

    signed_in(alice).post(f"{paper.get_absolute_url()}/write", {"text": "Mine.", "private": "on"})

    assert Summary.objects.get().is_private


def test_a_group_is_not_there_for_others(alice: User, bob: User, mona: User) -> None:
    group: Group = make_group(owner=alice, name="The lab")

    for person in (bob, mona):
        for page in ("", "/edit", "/leave", "/close"):
            assert signed_in(person).get(f"/groups/{group.pk}{page}").status_code == 404


def test_a_licence_is_shown_and_sent_with_the_source(client: Client, alice: User) -> None:
    text = make_summary(writer=alice)

    page = client.get(text.get_absolute_url()).content.decode()
    raw = client.get(f"{text.get_absolute_url()}/source?raw=")

    address = "https://creativecommons.org/licenses/by/4.0/"
    assert f'<link rel="license" href="{address}">' in page
    assert raw["Link"] == f'<{address}>; rel="license"'


def test_a_withdrawn_version_is_a_line_for_others(client: Client, alice: User) -> None:
    text = make_summary(writer=alice, text="A slip.")
    save_summary(writer=alice, paper=text.paper, text="Better.", base_version=1, which=text.pk)
    browser = signed_in(alice)

    browser.post(f"/s/{text.pk}/r/1/withdraw", {"do": "withdraw"})

    history = client.get(f"/s/{text.pk}/history").content.decode()
    assert "withdrawn" in history
    assert f'href="/s/{text.pk}/r/1"' not in history
    assert client.get(f"/s/{text.pk}/r/1").status_code == 404
    assert browser.get(f"/s/{text.pk}/r/1").status_code == 200
