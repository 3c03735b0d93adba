"""The original's feeds: every item that can be read, and why the others cannot."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shortscience.sources.rss import NotAFeed, parse
from tests.shared import shared

ITEM = """
<item>
  <s:arxivid>1312.6199v2</s:arxivid>
  <s:bibtexkey>journals/corr/1312.6199</s:bibtexkey>
  <s:votes>4</s:votes>
  <title>Growing  trees &amp; birds</title>
  <author>Ann Lee</author>
  <description>It grows. ## Tasks * one &lt; two * three</description>
  <link>http://www.shortscience.org/paper?bibtexKey=journals%2Fcorr%2F1312.6199#ann</link>
  <guid>http://www.shortscience.org/paper?bibtexKey=journals%2Fcorr%2F1312.6199#ann</guid>
  <pubDate>Mon, 04 Mar 2019 12:11:12 +0200</pubDate>
</item>
"""


def feed_of(*items: str, base: str = "http://www.shortscience.org/") -> bytes:
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0" xmlns:s="{base}"><channel>'
        f"<title>Latest</title><ttl>60</ttl>{''.join(items)}</channel></rss>"
    ).encode()


def test_item_gives_all_its_fields():
    (item,) = parse(feed_of(ITEM)).items

    assert item.arxiv_id == "1312.6199"
    assert item.bibtex_key == "journals/corr/1312.6199"
    assert item.votes == 4
    assert item.title == "Growing trees & birds"
    assert (item.author_name, item.author_handle, item.is_anonymous) == ("Ann Lee", "ann", False)
    assert item.text == "It grows.\n\n## Tasks\n\n* one < two\n* three"
    assert item.published_at == datetime(2019, 3, 4, 10, 11, 12, tzinfo=UTC)
    assert item.index == 1


@pytest.mark.parametrize("base", ["https://summaries.example.org/", "http://localhost:8000/x"])
def test_prefix_may_be_bound_to_any_base_address(base):
    (item,) = parse(feed_of(ITEM, base=base)).items

    assert (item.votes, item.bibtex_key) == (4, "journals/corr/1312.6199")


@pytest.mark.parametrize(
    ("name", "fragment"),
    [("Anonymous", "anon"), ("Ann Lee", "anon"), ("Anonymous", "ann"), ("", "")],
)
def test_one_sign_of_anonymity_hides_the_name(name, fragment):
    text = ITEM.replace("Ann Lee", name).replace("#ann", f"#{fragment}" if fragment else "")

    (item,) = parse(feed_of(text)).items

    assert (item.author_name, item.author_handle, item.is_anonymous) == ("", "", True)


def test_missing_key_is_read_from_the_link_and_missing_votes_are_none():
    text = ITEM.replace("s:bibtexkey", "s:other").replace("s:votes", "s:nothing")

    (item,) = parse(feed_of(text)).items

    assert (item.bibtex_key, item.votes) == ("journals/corr/1312.6199", 0)


def test_item_without_a_date_is_kept():
    (item,) = parse(feed_of(ITEM.replace("pubDate", "oldDate"))).items

    assert item.published_at is None


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (ITEM.replace(">4<", ">many<"), "The number of votes “many” is no whole number."),
        (ITEM.replace("title>", "heading>"), "The item has no title."),
        (ITEM.replace("description", "content"), "The item has no text."),
        (
            ITEM.replace("bibtexkey", "x").replace("bibtexKey", "y"),
            "The item names no paper: it has neither a key nor a link to one.",
        ),
        (
            ITEM.replace("Mon, 04 Mar 2019", "Xyz, 99 Mar 2019"),
            "The date “Xyz, 99 Mar 2019 12:11:12 +0200” cannot be read.",
        ),
    ],
)
def test_broken_item_is_reported_and_the_others_are_read(broken, reason):
    feed = parse(feed_of(ITEM, broken, ITEM))

    assert [item.index for item in feed.items] == [1, 3]
    assert feed.refused == ((2, reason),)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "empty"),
        (b"\x89PNG\x00\x01", "well-formed"),
        (b"<rss><channel>", "well-formed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "not an RSS"),
        (b"<rss version='2.0'/>", "no channel"),
        (
            b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
            b"<rss><channel><title>&b;</title></channel></rss>",
            "entities",
        ),
        (
            b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
            b"<rss><channel><title>&x;</title></channel></rss>",
            "entities",
        ),
    ],
)
def test_other_payloads_are_refused_with_a_sentence(payload, words):
    with pytest.raises(NotAFeed, match=words):
        parse(payload)


def test_saved_feed_is_read_whole():
    feed = parse(shared("data/samples/shortscience/rss-full.constructed.xml").read_bytes())

    assert feed.refused == ()
    assert [(item.bibtex_key, item.votes, item.author_handle) for item in feed.items] == [
        ("journals/corr/1312.6199", 4, "readerone"),
        ("conf/iccv/Girshick15", 7, "readertwo"),
        ("journals/corr/1503.03832", 3, "readerthree"),
        ("duesterwald2019exploring", 1, ""),
        ("ren2020not", -1, "readerfour"),
    ]
    assert [item.arxiv_id for item in feed.items] == ["1312.6199", "", "1503.03832", "", ""]
    assert feed.items[3].is_anonymous
    assert "\n\n## LMNN\n\nLarge Margin" in feed.items[2].text
    assert "\n1. Where R-CNN would" in feed.items[1].text
