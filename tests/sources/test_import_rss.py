"""Importing a feed: writers, dates and votes come with the texts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.sources.importing import NotReadable
from shortscience.sources.rss.load import import_file, usable_handle
from shortscience.summaries.models import Summary
from tests.factories import make_user
from tests.shared import shared

pytestmark = pytest.mark.django_db

TEXT = (
    "The bees of the meadow behind the house are counted every morning for a year, and the"
    " numbers are compared with the weather of the day before."
)


def item(**fields: str) -> str:
    told = {
        "key": "conf/icml/Lovelace15", "title": "A Study of Bees", "author": "Reader One",
        "text": TEXT, "anchor": "readerone", "votes": "4",
        "date": "Mon, 04 Mar 2019 10:11:12 +0000", **fields,
    }  # fmt: skip
    told = {name: escape(value) for name, value in told.items()}
    return (
        "<item><ss:bibtexkey>{key}</ss:bibtexkey><ss:votes>{votes}</ss:votes>"
        "<title>{title}</title><author>{author}</author><description>{text}</description>"
        "<link>http://www.shortscience.org/paper?bibtexKey={key}#{anchor}</link>"
        "<pubDate>{date}</pubDate></item>"
    ).format(**told)


def feed(folder: Path, *items: str) -> Path:
    path = folder / "rss.xml"
    path.write_text(
        '<rss version="2.0" xmlns:ss="http://www.shortscience.org/"><channel><title>t</title>'
        f"{''.join(items)}</channel></rss>",
        "utf-8",
    )
    return path


def test_an_item_becomes_a_summary_with_writer_date_and_votes(tmp_path: Path) -> None:
    report = import_file(feed(tmp_path, item()))

    summary = Summary.objects.get()
    assert (report.papers.added, report.summaries.added) == (1, 1)
    assert summary.author is not None
    assert (summary.author.username, summary.author.display_name) == ("readerone", "Reader One")
    assert summary.published_at == datetime(2019, 3, 4, 10, 11, 12, tzinfo=UTC)
    assert (summary.origin_votes, summary.score) == (4, 4)
    assert not summary.author.has_usable_password()
    assert summary.author.public_summaries == 1 or User.objects.get().public_summaries == 1


def test_the_second_run_changes_nothing_but_new_votes(tmp_path: Path) -> None:
    import_file(feed(tmp_path, item()))

    assert import_file(feed(tmp_path, item())).summaries.unchanged == 1
    assert import_file(feed(tmp_path, item(votes="7"))).summaries.updated == 1
    assert Summary.objects.get().score == 7


def test_an_anonymous_item_names_nobody(tmp_path: Path) -> None:
    import_file(feed(tmp_path, item(author="Anonymous", anchor="anon")))

    assert Summary.objects.get().author is None
    assert Summary.objects.get().is_anonymous
    assert not User.objects.exists()


def test_a_text_once_anonymous_stays_so(tmp_path: Path) -> None:
    import_file(feed(tmp_path, item(author="Anonymous", anchor="anon")))

    import_file(feed(tmp_path, item()))

    assert Summary.objects.get().author is None


def test_a_member_who_has_the_handle_is_somebody_else(tmp_path: Path) -> None:
    member = make_user("readerone")

    import_file(feed(tmp_path, item()))

    assert Summary.objects.get().author != member


def test_what_a_member_edited_here_is_not_overwritten(tmp_path: Path) -> None:
    import_file(feed(tmp_path, item()))
    Summary.objects.update(edited_at=datetime.now(UTC))

    report = import_file(feed(tmp_path, item(votes="9", text=TEXT + " And more.")))

    assert report.summaries.unchanged == 1
    assert Summary.objects.get().origin_votes == 4


def test_broken_items_are_refused_with_their_place_and_the_rest_goes_on(tmp_path: Path) -> None:
    broken = [item(title=""), item(date="yesterday"), item(votes="many")]

    report = import_file(feed(tmp_path, *broken, item()))

    assert (report.summaries.added, report.summaries.refused) == (1, 3)
    assert [refusal.line for refusal in report.refused] == [1, 2, 3]


def test_the_constructed_feed_is_taken_whole() -> None:
    report = import_file(shared("data/samples/shortscience/rss-full.constructed.xml"))

    assert report.refused == []
    assert report.summaries.added == Summary.objects.count() == Paper.objects.count() == 5


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"<!doctype html><html><body>not a feed</body></html>",
        b"\x89PNG\r\n\x1a\n\0",
        b"<rss><chan",
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><rss><channel>&a;</channel></rss>',
    ],
    ids=["empty", "html", "png", "cut", "entities"],
)
def test_a_file_that_is_no_feed_is_refused(tmp_path: Path, payload: bytes) -> None:
    file = tmp_path / "rss.xml"
    file.write_bytes(payload)

    with pytest.raises(NotReadable, match=r"rss\.xml"):
        import_file(file)


@pytest.mark.parametrize(
    ("printed", "handle"),
    [
        ("readerone", "readerone"),
        ("Reader & Three", "Reader-Three"),
        ("admin", "admin-ss"),
        ("x" * 60, "x" * 40),
        ("日本", "writer-ss"),
    ],
)
def test_handles_of_the_original_fit_ours(printed: str, handle: str) -> None:
    assert usable_handle(printed) == handle
