"""The three feeds, as feedparser and as our own reader see them."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import feedparser
import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.feeds import rss
from shortscience.papers.models import Paper
from shortscience.sources.rss import parse
from shortscience.summaries.models import LONG_AGO, Summary
from tests.factories import make_paper, make_summary
from tests.queries import content_of, queries_of

pytestmark = pytest.mark.django_db

FEEDS = ("/rss.xml", "/rss-all.xml", "/rss-full.xml")


def read(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/rss+xml; charset=utf-8"
    return content_of(answer)


def titles(client: Client, address: str) -> list[str]:
    return [entry.title for entry in feedparser.parse(read(client, address)).entries]


@pytest.fixture
def resnet(alice: User) -> Summary:
    alice.display_name = "Alice & Co"
    alice.save()
    paper = make_paper("Deep <Residual> Learning", keys=("journals/corr/1512.03385",))
    return make_summary(
        paper,
        writer=alice,
        text="## Idea\n\nSee https://example.org/x(1) and [code](https://example.org/y): $a < b$.",
        score=2,
        published_at=datetime(2019, 3, 4, 10, 11, 12, tzinfo=UTC),
    )


def test_feedparser_reads_every_field_of_the_original(client: Client, resnet: Summary) -> None:
    feed = feedparser.parse(read(client, "/rss.xml"))

    (entry,) = feed.entries
    link = "http://testserver/paper?bibtexKey=journals%2Fcorr%2F1512.03385#alice"
    assert not feed.bozo
    assert feed.feed.ttl == "60"
    assert feed.feed.link == "http://testserver/"
    assert entry.shortscience_arxivid == "1512.03385"
    assert entry.shortscience_bibtexkey == "journals/corr/1512.03385"
    assert entry.shortscience_votes == "2"
    assert entry.title == "Deep <Residual> Learning"
    assert entry.author == "Alice & Co"
    assert entry.summary == "## Idea See and [code](): $a < b$."
    assert (entry.link, entry.id) == (link, link)
    assert calendar.timegm(entry.published_parsed) == 1551694272
    assert feed.namespaces["shortscience"] == "http://testserver/"


def test_fields_come_in_the_order_of_the_original(client: Client, resnet: Summary) -> None:
    item = fromstring(read(client, "/rss.xml")).find("channel/item")

    assert item is not None
    assert [child.tag.rpartition("}")[2] for child in item] == [
        "arxivid", "bibtexkey", "votes", "title", "author", "description", "link", "guid",
        "pubDate", "rights",
    ]  # fmt: skip
    assert item.findtext("pubDate") == "Mon, 04 Mar 2019 10:11:12 +0000"


def test_every_link_of_the_feed_leads_to_the_summary(client: Client, resnet: Summary) -> None:
    (entry,) = feedparser.parse(read(client, "/rss.xml")).entries

    answer = client.get(entry.link)

    assert answer.status_code == 200
    assert 'id="alice"' in answer.content.decode()


def test_an_anonymous_text_names_nobody(client: Client, alice: User) -> None:
    make_summary(make_paper(keys=("conf/x/Y1",)), writer=alice, anonymous=True, score=2)

    for address in FEEDS:
        body = read(client, address)
        (entry,) = feedparser.parse(body).entries
        assert entry.author == "Anonymous"
        assert entry.link.endswith("?bibtexKey=conf%2Fx%2FY1#anon")
        assert b"alice" not in body


def test_an_undated_text_has_no_date(client: Client) -> None:
    summary = make_summary()
    Summary.objects.filter(pk=summary.pk).update(published_at=None, recent_at=LONG_AGO)

    for address in FEEDS:
        assert b"pubDate" not in read(client, address)
        assert b"1970" not in read(client, address)


def test_the_short_feeds_cut_and_the_full_one_keeps_lines(client: Client) -> None:
    text = "# Title\n\n- one\n- two\n\n" + "word " * 300
    make_summary(text=text, score=2)

    def told(address: str) -> str:
        return str(fromstring(read(client, address)).findtext("channel/item/description"))

    assert len(told("/rss.xml")) <= 500
    assert told("/rss.xml") == told("/rss-all.xml")
    assert told("/rss.xml").endswith("…")
    assert told("/rss-full.xml") == text.strip()


def test_the_latest_are_those_that_readers_found_good(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rss, "LATEST", 2)
    make_summary(make_paper("Good old"), score=2)
    make_summary(make_paper("Good new"), score=2)
    make_summary(make_paper("Newest"), score=1)

    assert titles(client, "/rss.xml") == ["Good new", "Good old"]
    assert titles(client, "/rss-all.xml") == ["Newest", "Good new", "Good old"]


def test_a_young_site_fills_up_with_what_nobody_voted_on_yet(client: Client) -> None:
    make_summary(make_paper("Good"), score=2)
    make_summary(make_paper("New"))
    make_summary(make_paper("Voted down"), score=-1)

    assert titles(client, "/rss.xml") == ["New", "Good"]
    assert titles(client, "/rss-full.xml") == ["Voted down", "New", "Good"]


def test_nothing_that_is_not_public(client: Client) -> None:
    make_summary(private=True)
    hidden = make_summary()
    Paper.objects.filter(pk=hidden.paper_id).update(hidden_at=timezone.now())
    moderated = make_summary()
    Summary.objects.filter(pk=moderated.pk).update(hidden_at=timezone.now())

    for address in FEEDS:
        assert titles(client, address) == []


def test_any_text_makes_well_formed_xml(client: Client) -> None:
    text = "]]> <b>&amp; \u2028 \ufffe \x0b \U0001f600 end"
    summary = make_summary(text="x")
    Summary.objects.filter(pk=summary.pk).update(text=text)
    Paper.objects.filter(pk=summary.paper_id).update(title="A \x1b title ]]>")

    for address in FEEDS:
        item = fromstring(read(client, address)).find("channel/item")
        assert item is not None
        assert item.findtext("title") == "A  title ]]>"
        assert "😀 end" in str(item.findtext("description"))


def test_our_own_reader_gives_back_what_was_written(client: Client, alice: User) -> None:
    text = "The idea: $x < y$.\n\n## Why\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    dated = datetime(2019, 3, 4, 10, 11, 12, tzinfo=UTC)
    make_summary(
        make_paper("First", keys=("1312.6199",)),
        writer=alice,
        text=text,
        score=3,
        published_at=dated,
    )
    make_summary(make_paper("Second"), text="Short & sweet.", anonymous=True)

    feed = parse(read(client, "/rss-full.xml"))

    assert feed.refused == ()
    second, first = feed.items
    assert (first.title, first.arxiv_id, first.votes) == ("First", "1312.6199", 3)
    assert (first.author_handle, first.published_at) == ("alice", dated)
    assert first.text.strip() == text
    assert second.is_anonymous
    assert second.author_handle == ""


def test_a_reader_that_knows_the_feed_gets_nothing_new(client: Client, resnet: Summary) -> None:
    first = client.get("/rss.xml")

    assert client.get("/rss.xml", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert first["Last-Modified"] == "Mon, 04 Mar 2019 10:11:12 GMT"
    make_summary()
    assert client.get("/rss.xml", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_chunks_join_without_loss_or_repetition(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rss, "ROWS", 3)
    now = timezone.now()
    for number in range(10):
        # Pairs share their moment, and two have no date.
        summary = make_summary(make_paper(f"N{number}"))
        moment = now - timedelta(days=number // 2) if number < 8 else None
        Summary.objects.filter(pk=summary.pk).update(
            published_at=moment, recent_at=moment or LONG_AGO
        )

    found = titles(client, "/rss-all.xml")

    expected = ["N1", "N0", "N3", "N2", "N5", "N4", "N7", "N6", "N9", "N8"]
    assert found == expected


@pytest.mark.parametrize("address", FEEDS)
def test_feeds_cost_the_same_at_any_length(client: Client, address: str) -> None:
    for _ in range(3):
        make_summary()
    few = queries_of(client, address)
    for _ in range(27):
        make_summary()

    assert queries_of(client, address) == few <= 8


@pytest.mark.parametrize("address", FEEDS)
def test_an_empty_site_has_empty_feeds(client: Client, address: str) -> None:
    feed: Any = feedparser.parse(read(client, address))

    assert not feed.bozo
    assert feed.entries == []


@pytest.mark.parametrize("address", FEEDS)
def test_a_summary_tells_whom_it_is_for(client: Client, address: str) -> None:
    make_summary(level="new")
    make_summary()

    feed: Any = feedparser.parse(read(client, address))

    assert sorted(len(entry.get("tags", ())) for entry in feed.entries) == [0, 1]
    assert [tag.term for entry in feed.entries for tag in entry.get("tags", ())] == ["new"]
