"""Whom a summary is for: said by its writer, asked for by the address of the paper's page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.summaries.models import Draft, Summary
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary

pytestmark = pytest.mark.django_db


def body(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


@pytest.fixture
def paper() -> Paper:
    paper = make_paper()
    make_summary(paper, text="For those who know.", level="expert", score=2)
    make_summary(paper, text="For the first day.", level="new")
    make_summary(paper, text="Says nothing of it.", score=1)
    return paper


def order_of(page: str) -> list[str]:
    return re.findall(r"For those who know|For the first day|Says nothing of it", page)


def test_each_summary_says_whom_it_is_for(client: Client, paper: Paper) -> None:
    page = body(client, paper.get_absolute_url())

    assert page.count("<span>for experts</span>") == 1
    assert page.count("<span>for those new to the field</span>") == 1
    assert "for neighbours of the field" not in page


def test_cards_of_lists_say_it_too(client: Client, paper: Paper) -> None:
    assert "<span>for experts</span>" in body(client, "/")


def test_by_level_begins_with_what_asks_least(client: Client, paper: Paper) -> None:
    page = body(client, f"{paper.get_absolute_url()}?order=level")

    assert order_of(page) == ["For the first day", "For those who know", "Says nothing of it"]
    assert 'aria-current="true">By level</a>' in page


def test_a_reader_sees_what_is_for_them(client: Client, paper: Paper) -> None:
    page = body(client, f"{paper.get_absolute_url()}?for=new")

    assert order_of(page) == ["For the first day"]
    assert 'aria-current="true" data-level="new"' in page
    assert f'href="{paper.get_absolute_url()}?for=expert#summaries"' in page
    # Each link keeps what the other one chose.
    assert f'href="{paper.get_absolute_url()}?order=new&amp;for=expert#summaries"' in body(
        client, f"{paper.get_absolute_url()}?for=new&order=new"
    )


def test_no_reader_is_sent_away(client: Client, paper: Paper) -> None:
    page = body(client, f"{paper.get_absolute_url()}?for=neighbour")

    assert "No summary of this paper says that it is for those readers." in page
    assert len(order_of(page)) == 3


@pytest.mark.parametrize("query", ["for=x", "order=x", "for=", "for=NEW", "order=level%00"])
def test_unknown_wishes_are_the_usual_page(client: Client, paper: Paper, query: str) -> None:
    assert len(order_of(body(client, f"{paper.get_absolute_url()}?{query}"))) == 3


def test_the_choice_is_there_where_it_helps(client: Client) -> None:
    unmarked = make_summary(make_paper()).paper
    make_summary(unmarked)

    assert "data-levels" not in body(client, unmarked.get_absolute_url())
    assert "By level" not in body(client, unmarked.get_absolute_url())


def test_a_private_summary_tells_nobody_its_level(client: Client, paper: Paper) -> None:
    make_summary(paper, text="Notes.", level="neighbour", private=True)

    assert "neighbour" not in body(client, paper.get_absolute_url())
    assert "Notes." not in body(client, f"{paper.get_absolute_url()}?for=neighbour")


def test_the_editor_asks_and_keeps_it(alice: User) -> None:
    paper = make_paper()
    browser = signed_in(alice)
    address = f"{paper.get_absolute_url()}/write"

    browser.post(address, {"text": "Draft.", "level": "expert", "draft": "1"})
    assert Draft.objects.get().fields["level"] == "expert"
    assert '<option value="expert" selected>' in body(browser, address)

    browser.post(address, {"text": "Text.", "level": "new", "draft_version": "1"})
    summary = Summary.objects.get()
    assert summary.level == "new"
    assert '<option value="new" selected>' in body(browser, f"/s/{summary.pk}/edit")


def test_a_level_that_is_none_changes_nothing(alice: User) -> None:
    summary = make_summary(writer=alice, level="expert")

    signed_in(alice).post(
        f"/s/{summary.pk}/edit", {"text": "New text.", "level": "<b>", "base_version": "1"}
    )

    summary.refresh_from_db()
    assert (summary.text, summary.level) == ("New text.", "expert")


def test_an_older_version_brought_back_keeps_the_level(alice: User) -> None:
    summary = make_summary(writer=alice, level="expert", text="First.")
    browser = signed_in(alice)
    browser.post(
        f"/s/{summary.pk}/edit", {"text": "Second.", "level": "expert", "base_version": "1"}
    )

    browser.post(f"/s/{summary.pk}/r/1/restore", {"base_version": "2"})

    summary.refresh_from_db()
    assert (summary.text, summary.level) == ("First.", "expert")


# --- two side by side -------------------------------------------------------------------------


def test_two_summaries_beside_each_other(client: Client, paper: Paper) -> None:
    a, b = Summary.objects.filter(level="").get(), Summary.objects.get(level="new")
    address = f"{paper.get_absolute_url()}/compare-summaries"

    assert order_of(body(client, address)) == ["For those who know", "Says nothing of it"]
    assert order_of(body(client, f"{address}?a={b.pk}&b={a.pk}")) == [
        "For the first day",
        "Says nothing of it",
    ]
    assert address in body(client, paper.get_absolute_url())


def test_nothing_is_compared_with_itself(client: Client, paper: Paper) -> None:
    one = Summary.objects.get(level="new")
    page = body(client, f"{paper.get_absolute_url()}/compare-summaries?a={one.pk}&b={one.pk}")

    assert order_of(page) == ["For the first day", "For those who know"]


def test_only_what_the_reader_sees_is_compared(client: Client, paper: Paper, alice: User) -> None:
    notes = make_summary(paper, writer=alice, text="Notes.", private=True)
    foreign = make_summary(text="Of another paper.")
    address = f"{paper.get_absolute_url()}/compare-summaries"

    for pk in (notes.pk, foreign.pk, 10**30, "x", "%00"):
        assert client.get(f"{address}?a={pk}").status_code == 404
    assert "Notes." in body(signed_in(alice), f"{address}?a={notes.pk}")


def test_one_summary_is_not_compared(client: Client) -> None:
    paper = make_summary().paper

    response = client.get(f"{paper.get_absolute_url()}/compare-summaries")

    assert response.status_code == 302
    assert response["Location"] == paper.get_absolute_url()
    assert "compare-summaries" not in body(client, paper.get_absolute_url())
