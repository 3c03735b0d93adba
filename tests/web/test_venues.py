"""Venues and their years, as strangers see them."""

from __future__ import annotations

import pytest
from django.test import Client

from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.summaries import of_venues
from shortscience.venues.models import Venue
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_user, make_venue, recount
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def icml() -> Venue:
    return make_venue("ICML", name="International Conference on Machine Learning")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_list_has_the_most_summarised_first(client: Client, icml: Venue) -> None:
    nips = make_venue("NIPS")
    make_paper(venue=nips)
    make_summary(make_paper(venue=icml))
    make_venue("Empty")

    html = page(client, "/venues")

    assert html.index("/v/icml") < html.index("/v/nips")
    assert "/v/empty" not in html


def test_the_list_by_name(client: Client, icml: Venue) -> None:
    make_summary(make_paper(venue=icml))
    make_paper(venue=make_venue("ACL"))

    html = page(client, "/venues?order=name")

    assert html.index("/v/acl") < html.index("/v/icml")
    assert "noindex" in html


def test_without_venues_the_list_says_what_to_do(client: Client) -> None:
    assert "/papers/add" in page(client, "/venues")


def test_a_year_shows_its_summaries_and_what_waits(client: Client, icml: Venue) -> None:
    done = make_paper("Batch Normalization", venue=icml, year=2015)
    make_summary(done, text="Normalise each feature.")
    make_paper("Weight Uncertainty", venue=icml, year=2015)
    make_summary(make_paper("Of another year", venue=icml, year=2016))

    html = page(client, "/v/icml/2015")

    assert "<h1>International Conference on Machine Learning 2015</h1>" in html
    assert "Normalise each feature." in html
    assert "Weight Uncertainty" in html
    assert "Of another year" not in html
    assert 'href="/v/icml/2015" aria-current="page"' in html


def test_all_years_show_the_best_of_the_venue(client: Client, icml: Venue) -> None:
    make_summary(make_paper("Good", venue=icml, year=2015), score=1)
    make_summary(make_paper("Better", venue=icml, year=2016), score=3)
    make_summary(make_paper("Elsewhere", venue=make_venue("ACL")))

    html = page(client, "/v/icml")

    assert html.index(">Better<") < html.index(">Good<")
    assert "Elsewhere" not in html


def test_a_paper_with_two_summaries_stands_once_with_its_best(client: Client, icml: Venue) -> None:
    paper = make_paper("Twice", venue=icml, year=2015)
    make_summary(paper, text="The weaker one.")
    make_summary(paper, text="The stronger one.", score=2)

    html = page(client, "/v/icml/2015")

    assert "The stronger one." in html
    assert "The weaker one." not in html


def test_large_venues_are_walked_and_give_the_same_order(
    client: Client, icml: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for score in (1, 3, 2):
        make_summary(make_paper(f"With {score}", venue=icml, year=2015), score=score)
    sorted_page = page(client, "/v/icml/2015")

    monkeypatch.setattr(of_venues, "SORTED_AT_MOST", 0)

    assert page(client, "/v/icml/2015") == sorted_page
    assert sorted_page.index("With 3") < sorted_page.index("With 2") < sorted_page.index("With 1")


def test_what_readers_voted_down_or_nobody_may_see_is_not_listed(
    client: Client, icml: Venue
) -> None:
    make_summary(make_paper(venue=icml, year=2015), text="Voted down.", score=-1)
    make_summary(make_paper(venue=icml, year=2015), text="Private.", private=True)
    hidden = make_paper("Hidden paper", venue=icml, year=2015)
    make_summary(hidden, text="On a hidden paper.")
    Paper.objects.filter(pk=hidden.pk).update(hidden_at="2026-01-01T00:00:00Z")

    for address in ("/v/icml", "/v/icml/2015", "/v/icml/2015?list=papers"):
        html = page(client, address)
        assert "Voted down." not in html
        assert "Private." not in html
        assert "On a hidden paper." not in html
        assert "Hidden paper" not in html


def test_the_papers_without_a_summary_have_pages(client: Client, icml: Venue) -> None:
    for number in range(32):
        make_paper(f"Waiting {number:02}", venue=icml, year=2015)

    first = page(client, "/v/icml/2015?list=papers")
    second = page(client, "/v/icml/2015?list=papers&page=2")

    assert "32 papers without a summary" in first
    assert "Waiting 29" in first
    assert "Waiting 30" not in first
    assert "Waiting 31" in second
    assert "All 32" in page(client, "/v/icml/2015")


def test_papers_without_a_year_have_a_list(client: Client, icml: Venue) -> None:
    paper = make_paper("Undated", venue=icml, year=None)
    make_summary(paper, text="When was this?")
    recount()

    assert "When was this?" in page(client, "/v/icml/0")
    assert "without a year" in page(client, "/v/icml")


def test_many_years_keep_the_current_one_in_sight(client: Client, icml: Venue) -> None:
    for year in range(1980, 2020):
        make_paper(venue=icml, year=year)

    html = page(client, "/v/icml/1990")

    assert 'href="/v/icml/1990" aria-current="page"' in html
    assert ">newer<" in html
    assert ">older<" in html
    assert html.count("/v/icml/19") < 20


@pytest.mark.parametrize(
    "address",
    ["/v/nope", "/v/icml/1999", "/v/icml/2015?page=9", "/v/icml/0", "/v/icml/99999999999999999999"],
)
def test_what_is_not_there_is_not_found(client: Client, icml: Venue, address: str) -> None:
    make_paper(venue=icml, year=2015)

    assert client.get(address).status_code == 404


def test_an_empty_year_says_so(client: Client, icml: Venue) -> None:
    make_paper(venue=icml, year=2015)

    assert "Nobody has summarised a paper of this year yet." in page(client, "/v/icml/2015")


def test_an_anonymous_summary_names_nobody(client: Client, icml: Venue, alice: User) -> None:
    make_summary(make_paper(venue=icml, year=2015), writer=alice, anonymous=True)

    assert "alice" not in page(client, "/v/icml/2015")


@pytest.mark.parametrize(
    "address", ["/venues", "/v/icml", "/v/icml/2015", "/v/icml/2015?list=papers"]
)
def test_pages_cost_the_same_at_any_length(client: Client, icml: Venue, address: str) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            make_summary(make_paper(venue=icml, year=2015))
            make_paper(venue=icml, year=2015)
            make_paper(venue=make_venue(f"V{make_user().pk}"), year=2014)

    more(3)
    few = queries_of(client, address)
    more(27)
    many = queries_of(client, address)

    assert few == many <= 8


def test_a_member_sees_what_they_voted_in_one_more_query(
    client: Client, icml: Venue, alice: User
) -> None:
    make_summary(make_paper(venue=icml, year=2015), score=1)

    # Two for the session and the person, one for the votes.
    assert queries_of(signed_in(alice), "/v/icml/2015") <= queries_of(client, "/v/icml/2015") + 3
