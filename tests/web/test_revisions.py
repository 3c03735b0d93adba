"""The pages of a summary's versions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.summaries.actions import save_summary
from shortscience.summaries.models import Summary, SummaryRevision
from tests.conftest import signed_in
from tests.factories import make_summary
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def changed(alice: User) -> Summary:
    """Alice's summary, changed once."""
    summary = make_summary(writer=alice, text="We train for 90 epochs.\n\n$x^2$")
    return save_summary(
        writer=alice,
        paper=summary.paper,
        text="We train for 100 epochs.\n\n$x^2$",
        base_version=1,
        note="Counted again <b>",
    )


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_history_lists_versions_with_date_writer_and_note(
    client: Client, changed: Summary
) -> None:
    html = page(client, f"/s/{changed.pk}/history")

    assert f'href="/s/{changed.pk}/r/2"' in html
    assert f'href="/s/{changed.pk}/r/1"' in html
    assert "<q>Counted again &lt;b&gt;</q>" in html
    assert 'href="/@alice"' in html
    assert 'content="noindex"' in html
    assert f'<link rel="canonical" href="http://testserver/s/{changed.pk}">' in html


def test_an_old_version_says_so_and_points_to_the_summary(client: Client, changed: Summary) -> None:
    html = page(client, f"/s/{changed.pk}/r/1")

    assert "90 epochs" in html
    assert "<math" in html
    assert "Old version of" in html
    assert 'content="noindex"' in html
    assert f'<link rel="canonical" href="http://testserver/s/{changed.pk}">' in html
    assert "Publish this version again" not in html


def test_the_newest_version_is_not_called_old(client: Client, changed: Summary) -> None:
    assert "This is the newest version." in page(client, f"/s/{changed.pk}/r/2")


@pytest.mark.parametrize("query", ["a=1&b=2", "a=2&b=1"])
def test_the_difference_is_told_in_words_also_aloud(
    client: Client, changed: Summary, query: str
) -> None:
    html = page(client, f"/s/{changed.pk}/compare?{query}")

    assert '<del><span class="visually-hidden">Removed: </span>90<' in html
    assert '<ins><span class="visually-hidden">Added: </span>100<' in html
    assert "We train for " in html


@pytest.mark.parametrize("query", ["", "a=1", "a=x&b=2", "a=1&b=99999999999999999999"])
def test_a_comparison_of_nothing_leads_to_the_history(
    client: Client, changed: Summary, query: str
) -> None:
    answer = client.get(f"/s/{changed.pk}/compare?{query}")

    assert (answer.status_code, answer["Location"]) == (302, f"/s/{changed.pk}/history")


@pytest.mark.parametrize("path", ["r/0", "r/3", "r/99999999999999999999", "compare?a=1&b=3"])
def test_there_are_no_other_versions(client: Client, changed: Summary, path: str) -> None:
    assert client.get(f"/s/{changed.pk}/{path}").status_code == 404


def test_the_writer_restores_by_a_button(alice: User, changed: Summary) -> None:
    browser = signed_in(alice)
    assert "Publish this version again" in page(browser, f"/s/{changed.pk}/r/1")

    answer = browser.post(f"/s/{changed.pk}/r/1/restore", {"base_version": "2"}, follow=True)

    html = answer.content.decode()
    changed.refresh_from_db()
    assert "90 epochs" in changed.text
    assert "Version 1 is back, as version 3." in html
    assert "version 1 again" in html


def test_restoring_what_moved_on_is_refused(alice: User, bob: User, changed: Summary) -> None:
    url = f"/s/{changed.pk}/r/1/restore"

    statuses = [
        signed_in(alice).post(url, {"base_version": "1"}).status_code,
        signed_in(alice).post(url).status_code,
        signed_in(bob).post(url, {"base_version": "2"}).status_code,
        Client().post(url, {"base_version": "2"}).status_code,
    ]

    assert statuses == [409, 409, 403, 302]
    changed.refresh_from_db()
    assert changed.version == 2


@pytest.mark.parametrize("hidden", ["private", "moderated"])
def test_what_others_may_not_read_has_no_history_for_them(
    client: Client, alice: User, bob: User, changed: Summary, hidden: str
) -> None:
    if hidden == "private":
        Summary.objects.filter(pk=changed.pk).update(visibility="private")
    else:
        Summary.objects.filter(pk=changed.pk).update(hidden_at=timezone.now())

    for path in ("history", "r/1", "r/2", "compare?a=1&b=2"):
        for reader in (client, signed_in(bob)):
            assert reader.get(f"/s/{changed.pk}/{path}").status_code == 404, path
        assert signed_in(alice).get(f"/s/{changed.pk}/{path}").status_code == 200, path


def test_a_version_from_before_the_name_was_taken_off_is_gone(
    client: Client, alice: User, changed: Summary
) -> None:
    save_summary(
        writer=alice, paper=changed.paper, text="Someone.", is_anonymous=True, base_version=2
    )

    html = page(client, f"/s/{changed.pk}/history")

    assert client.get(f"/s/{changed.pk}/r/1").status_code == 404
    assert client.get(f"/s/{changed.pk}/compare?a=1&b=3").status_code == 404
    assert f"/s/{changed.pk}/r/2" not in html
    assert "alice" not in html.lower()


def test_a_thousand_versions_cost_as_many_queries_as_two(client: Client, changed: Summary) -> None:
    url = f"/s/{changed.pk}/history"
    with_two = queries_of(client, url)
    SummaryRevision.objects.bulk_create(
        SummaryRevision(
            summary=changed,
            number=number,
            text="x" * 1000,
            editor=changed.author,
            was_public=True,
            was_anonymous=False,
        )
        for number in range(3, 1001)
    )
    Summary.objects.filter(pk=changed.pk).update(version=1000)

    assert queries_of(client, url) == with_two <= 3
    html = page(client, url)
    assert html.count('<li class="versions__one">') == 50
    assert 'href="?before=951"' in html


def test_a_changed_summary_links_its_history(client: Client, changed: Summary) -> None:
    fresh = make_summary()

    assert f"/s/{changed.pk}/history" in page(client, f"/s/{changed.pk}")
    assert f"/s/{fresh.pk}/history" not in page(client, f"/s/{fresh.pk}")


def test_the_note_of_the_editor_is_kept(alice: User, changed: Summary) -> None:
    sent: dict[str, Any] = {"text": "Third.", "note": "Shorter", "base_version": "2"}

    signed_in(alice).post(f"/s/{changed.pk}/edit", sent)

    assert SummaryRevision.objects.get(number=3).note == "Shorter"
