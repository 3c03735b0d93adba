"""The front page: what it lists, for whom, at what cost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.lib.sections import Section
from shortscience.papers.models import Paper
from shortscience.summaries.models import SectionCount, Summary
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_user
from tests.web.pages import MAX_HTML_BYTES, body, bytes_without, element_ids, filled_front, titles

pytestmark = pytest.mark.django_db


def test_a_fresh_site_says_what_to_do_next(client: Client) -> None:
    page = body(client, "/")

    assert "Nobody has written here yet." in page
    assert "Everything here is public." in page
    assert "No venue has a summarised paper yet." in page


def test_welcome_counts_what_is_public(client: Client) -> None:
    paper = make_paper()
    make_summary(paper)
    make_summary(paper)
    make_summary(private=True)

    page = body(client, "/")

    assert "2 public summaries of 1 paper, by venue and year." in page


def test_large_counts_are_grouped(client: Client) -> None:
    SectionCount.objects.create(section="all", summaries=1548, papers=1102)

    assert "1,548 public summaries of 1,102 papers" in body(client, "/")


@pytest.mark.parametrize("url", ["/?page=2", "/?tab=best", "/?s=cs"])
def test_welcome_is_on_the_first_page_only(client: Client, url: str) -> None:
    filled_front(12)

    assert "welcome" in body(client, "/")
    assert "welcome" not in body(client, url)


def test_members_need_no_welcome(alice: User) -> None:
    page = body(signed_in(alice), "/")

    assert "welcome" not in page
    assert '<h1 class="visually-hidden">Popular today</h1>' in page


def test_strangers_see_no_private_or_hidden_text(client: Client) -> None:
    make_summary(make_paper("Private one"), private=True)
    hidden = make_summary(make_paper("Hidden one"))
    Summary.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now())
    make_summary(make_paper("Hidden paper", hidden_at=timezone.now()))

    page = body(client, "/")

    assert titles(page) == []
    assert "Hidden" not in page
    assert "Private" not in page


def test_recent_is_by_first_publication_and_undated_comes_last(client: Client) -> None:
    make_summary(make_paper("Old"), published_at=datetime(2019, 1, 1, tzinfo=UTC))
    make_summary(make_paper("New"), published_at=datetime(2024, 1, 1, tzinfo=UTC))
    undated = make_summary(make_paper("Undated"))
    Summary.objects.filter(pk=undated.pk).update(
        published_at=None, recent_at=datetime(1970, 1, 1, tzinfo=UTC)
    )

    page = body(client, "/?tab=recent")

    assert titles(page) == ["New", "Old", "Undated"]


def test_best_is_by_votes_and_what_was_voted_down_is_left_out(client: Client) -> None:
    make_summary(make_paper("Liked"), score=2)
    make_summary(make_paper("Loved"), score=5)
    make_summary(make_paper("Disliked"), score=-1)

    assert titles(body(client, "/?tab=best")) == ["Loved", "Liked"]


def test_sections_combine_and_unknown_ones_are_dropped(client: Client) -> None:
    for title, section in (("C", Section.CS), ("B", Section.BIO), ("P", Section.PH)):
        make_summary(make_paper(title, section=section))

    assert set(titles(body(client, "/?s=bio,ph,zz"))) == {"B", "P"}
    assert set(titles(body(client, "/?s=zz"))) == {"C", "B", "P"}


def test_tabs_and_sections_keep_each_other(client: Client) -> None:
    page = body(client, "/?tab=recent&s=cs,bio&page=1")

    assert '<a href="/?s=cs,bio">Popular today</a>' in page
    assert '<a href="/?tab=recent&amp;s=cs,bio" aria-current="page">Most recent</a>' in page
    assert '<a href="/?tab=recent&amp;s=ph">Physics</a>' in page
    assert '<a href="/?tab=recent">All</a>' in page


def test_an_unknown_tab_is_the_first(client: Client) -> None:
    assert 'href="/" aria-current="page">Popular today' in body(client, "/?tab=zzz")


def test_pages_of_ten_know_the_last(client: Client) -> None:
    filled_front(12)

    first, second = body(client, "/?tab=recent"), body(client, "/?tab=recent&page=2")

    assert len(titles(first)) == 10
    assert len(titles(second)) == 2
    assert not set(titles(first)) & set(titles(second))
    assert "1 of 2" in first
    assert "2 of 2" in second


@pytest.mark.parametrize("number", ["0", "-1", "x", "9999999", ""])
def test_any_page_number_is_answered(client: Client, number: str) -> None:
    filled_front(2)

    assert client.get("/", {"page": number}).status_code == 200


def test_a_paper_twice_in_a_row_shows_its_card_twice(client: Client) -> None:
    paper = make_paper("Twice")
    make_summary(paper, text="One.")
    make_summary(paper, text="Two.")

    assert titles(body(client, "/?tab=recent")) == ["Twice", "Twice"]


def test_a_long_text_is_shown_once(client: Client) -> None:
    make_summary(text="A sentence without end, " * 60)

    page = body(client, "/")

    assert '<details class="fold fold--text fold--whole">' in page


def test_papers_that_others_cite_want_a_summary(client: Client) -> None:
    wanted = make_paper("Wanted paper", keys=("1512.03385",))
    make_summary(text="see \\cite{1512.03385}")
    make_summary(text="also \\cite{1512.03385}")
    make_summary(make_paper("Has one", keys=("1502.03167",)), text="see \\cite{1512.03385}")
    make_summary(text="private \\cite{1512.03385}", private=True)

    page = body(client, "/")

    assert wanted.get_absolute_url() in page
    assert "3 summaries cite it" in page


def test_who_cites_in_private_asks_for_nothing(client: Client) -> None:
    make_paper("Secret interest", keys=("1512.03385",))
    make_summary(text="see \\cite{1512.03385}", private=True)

    assert "Secret interest" not in body(client, "/")


def test_strangers_get_no_cookie(client: Client) -> None:
    filled_front(2)

    response = client.get("/")

    assert not response.cookies
    assert b"csrfmiddlewaretoken" not in response.content


def test_a_filled_page_costs_few_queries(
    client: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    filled_front(12)
    member = signed_in(alice)

    with django_assert_max_num_queries(5):
        client.get("/")
    with django_assert_max_num_queries(8):
        member.get("/")


def test_a_filled_page_is_small_without_its_texts(alice: User) -> None:
    summaries = filled_front(12)

    page = body(signed_in(alice), "/")

    assert bytes_without(page, [summary.html for summary in summaries[:10]]) <= MAX_HTML_BYTES


def test_no_two_elements_share_an_id(alice: User) -> None:
    writer = make_user()
    paper: Paper = make_paper()
    make_summary(paper, text="## One")
    make_summary(paper, text="## Two", writer=writer)

    page = body(signed_in(alice), "/")

    ids = element_ids(page)
    assert len(ids) == len(set(ids))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans of small tables tell nothing")
@pytest.mark.parametrize("sections", [(), (Section.CS,), (Section.CS, Section.BIO)])
@pytest.mark.parametrize("order", ["popular_first", "recent_first", "best_first"])
def test_lists_read_an_index_and_sort_nothing(order: str, sections: tuple[Section, ...]) -> None:
    listed = Summary.objects.listed().in_index_order().in_sections(sections).for_entries()

    plan = getattr(listed, order)().explain()

    assert "USING INDEX summaries_" in plan
    assert "TEMP B-TREE" not in plan


def test_a_very_long_text_is_read_on_its_papers_page(client: Client) -> None:
    paper = make_paper()
    summary = make_summary(paper, text="The start.\n\n" + "A sentence among many. \n\n" * 900)

    page = body(client, "/")

    assert "The start." in page
    assert "Read on:" in page
    assert f'href="{paper.get_absolute_url()}#{summary.anchor}">Read on' in page
    assert page.count("A sentence among many.") < 50
    assert body(client, paper.get_absolute_url()).count("A sentence among many.") == 900
