"""What search engines are told."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.feeds import sitemaps
from shortscience.papers.models import Paper
from tests.factories import make_paper, make_summary, make_venue
from tests.queries import content_of, queries_of

pytestmark = pytest.mark.django_db


def addresses(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    root = fromstring(content_of(answer))
    return [each.text or "" for each in root.iter(f"{{{sitemaps.NAMESPACE}}}loc")]


def everything(client: Client) -> list[str]:
    parts = addresses(client, "/sitemap.xml")
    return [
        each for part in parts for each in addresses(client, part.removeprefix("http://testserver"))
    ]


def test_the_index_leads_to_everything_worth_finding(client: Client, alice: User) -> None:
    venue = make_venue("ICML")
    paper = make_paper(venue=venue, year=2015)
    make_summary(paper, writer=alice)
    make_summary(paper, anonymous=True)

    found = everything(client)

    base = "http://testserver"
    assert found.count(base + paper.get_absolute_url()) == 1
    for path in ("/", "/about", "/guide", "/v/icml", "/v/icml/2015", "/@alice"):
        assert base + path in found


def test_nothing_else_is_listed(client: Client, alice: User, bob: User) -> None:
    make_summary(make_paper("Private"), writer=alice, private=True)
    make_summary(make_paper("Anonymous"), writer=bob, anonymous=True)
    make_paper("Nobody wrote", venue=make_venue("ICML"))
    hidden = make_summary(make_paper("Hidden"))
    Paper.objects.filter(pk=hidden.paper_id).update(hidden_at=timezone.now())

    found = " ".join(everything(client))

    for word in ("private", "hidden", "nobody-wrote", "icml", "@alice", "@bob"):
        assert word not in found
    assert "/anonymous" in found


def test_parts_have_a_bounded_size(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "ROWS_PER_PART", 4)
    papers = [make_summary(make_paper(f"N{number}")).paper for number in range(10)]

    parts = [each for each in addresses(client, "/sitemap.xml") if "papers" in each]
    found = [addresses(client, part.removeprefix("http://testserver")) for part in parts]

    assert all(len(each) <= 4 for each in found)
    assert [place for part in found for place in part] == [
        "http://testserver" + paper.get_absolute_url() for paper in papers
    ]


@pytest.mark.parametrize(
    "part",
    [
        "papers-0",
        "papers-99",
        "papers",
        "site-2",
        "x-1",
        "papers-1-1",
        "papers-" + "9" * 99,
        "%00-1",
    ],
)
def test_other_parts_are_not_there(client: Client, part: str) -> None:
    make_summary()

    assert client.get(f"/sitemap-{part}.xml").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/sitemap.xml", "/sitemap-papers-1.xml", "/sitemap-people-1.xml", "/sitemap-years-1.xml"],
)
def test_parts_cost_the_same_at_any_length(client: Client, address: str) -> None:
    venue = make_venue()
    for year in range(2000, 2003):
        make_summary(make_paper(venue=venue, year=year))
    few = queries_of(client, address)
    for year in range(2003, 2030):
        make_summary(make_paper(venue=venue, year=year))

    assert queries_of(client, address) == few <= 5


def test_robots_find_the_map_and_stay_out_of_the_rest(client: Client) -> None:
    rules = client.get("/robots.txt").content.decode()

    assert "Sitemap: http://testserver/sitemap.xml" in rules
    for path in ("/search", "/account/", "/settings", "/staff"):
        assert f"Disallow: {path}\n" in rules


def test_a_browser_can_add_the_search(client: Client) -> None:
    answer = client.get("/opensearch.xml")

    root = fromstring(answer.content)
    url = root.find("{http://a9.com/-/spec/opensearch/1.1/}Url")
    assert url is not None
    assert url.get("template") == "http://testserver/search?q={searchTerms}"
    assert 'rel="search"' in client.get("/about").content.decode()
