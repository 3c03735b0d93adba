"""Importing pages of the original site: what a careful reader lists is what the database has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shortscience.papers.models import Paper
from shortscience.sources.importing import NotReadable
from shortscience.sources.pages.load import import_files
from shortscience.sources.rss.load import import_file as import_feed
from shortscience.summaries import counts
from shortscience.summaries.models import Citation, Summary
from shortscience.venues.curated import load_curated
from tests.shared import shared

pytestmark = pytest.mark.django_db

EXPECTED = json.loads((Path(__file__).parent / "expected_pages.json").read_text("utf-8"))

CARD = """Welcome to ShortScience.org! |

{title}

{authors}

arXiv e-Print archive - 2015 via Local arXiv

Keywords: cs.CV

[link]
{text}

{more}"""
BEES = {
    "title": "A Study of Bees and Other Insects",
    "authors": "Ada Lovelace and Charles Babbage",
    "text": "The bees of the meadow behind the house are counted every morning for a year, and the"
    " numbers are compared with the weather of the day before. They follow the rain.",
    "more": "",
}


@pytest.fixture(autouse=True)
def _curated(db: None) -> None:
    load_curated()


@pytest.fixture
def seeds() -> list[Path]:
    folder = shared("data/seeds")
    return [folder / name for name in EXPECTED["pages"]]


def page(folder: Path, name: str, **fields: str) -> Path:
    path = folder / name
    path.write_text(CARD.format(**{**BEES, **fields}), "utf-8")
    return path


def test_the_saved_pages_give_what_a_careful_reader_lists(seeds: list[Path]) -> None:
    report = import_files(seeds)

    wanted = EXPECTED["counts"]
    assert report.papers.added == len(EXPECTED["papers"]) == Paper.objects.count()
    assert report.summaries.added == wanted["placed"] == Summary.objects.count()
    assert len(report.unplaced) == wanted["unplaced"]
    assert report.refused == []
    for expected in EXPECTED["papers"]:
        check_paper(expected)


def check_paper(expected: dict[str, Any]) -> None:
    paper = Paper.objects.get(title=expected["title"])
    assert paper.authors == expected["authors"]
    assert paper.year == expected["year"]
    assert paper.keywords == expected["keywords"]
    assert (paper.published_on.isoformat() if paper.published_on else None) == expected[
        "published_on"
    ]
    assert paper.summary_count == len(expected["summaries"])
    for text in expected["summaries"]:
        summary = next(
            row
            for row in Summary.objects.of(paper)
            if "".join(row.text.split()).startswith("".join(text["first_words"].split()))
        )
        assert summary.origin_comments == text["comments"]
        assert summary.published_at is None
        cited = {row.key for row in Citation.objects.filter(summary=summary)}
        assert cited >= {key for key in text["cites"] if f"\\cite{{{key}}}" in summary.text}


def test_the_second_run_and_other_orders_add_nothing(seeds: list[Path]) -> None:
    first = import_files(seeds)
    before = set(Summary.objects.values_list("pk", "text"))

    for again in (seeds, list(reversed(seeds)), seeds[:1], seeds[1:]):
        report = import_files(again)
        assert (report.papers.added, report.summaries.added) == (0, 0)

    assert first.summaries.added == len(before)
    assert set(Summary.objects.values_list("pk", "text")) == before
    assert set(counts.recount().values()) == {0}


def test_pages_one_by_one_give_the_same_as_together(seeds: list[Path]) -> None:
    for seed in seeds:
        import_files([seed])

    assert Paper.objects.count() == len(EXPECTED["papers"])
    assert Summary.objects.count() == EXPECTED["counts"]["placed"]


def test_every_summary_of_the_feed_meets_the_page_that_shows_it(seeds: list[Path]) -> None:
    feed = shared("data/samples/shortscience/rss-full.constructed.xml")
    import_files(seeds)
    papers = Paper.objects.count()

    report = import_feed(feed)

    named = Summary.objects.exclude(author=None)
    assert report.summaries.updated >= 3
    assert named.filter(published_at__isnull=False).count() == named.count() > 0
    # Only what no page had a card for is new.
    assert Paper.objects.count() == papers + report.papers.added
    assert report.papers.added == report.summaries.added


def test_pages_after_the_feed_add_no_second_copy(seeds: list[Path]) -> None:
    import_feed(shared("data/samples/shortscience/rss-full.constructed.xml"))
    import_files(seeds)
    together = (Paper.objects.count(), Summary.objects.count())

    Summary.objects.all().delete()
    Paper.objects.all().delete()
    import_files(seeds)
    import_feed(shared("data/samples/shortscience/rss-full.constructed.xml"))

    assert (Paper.objects.count(), Summary.objects.count()) == together


def test_the_same_text_on_two_pages_is_one_summary_and_two_texts_stay_two(tmp_path: Path) -> None:
    damaged = BEES["text"].replace(",", "").replace("every ", "every  ")
    other = "A completely different reading of the same work, which doubts the role of the rain."
    import_files([page(tmp_path, "1.txt")])

    report = import_files(
        [page(tmp_path, "2.txt", text=damaged), page(tmp_path, "3.txt", text=other)]
    )

    assert (report.summaries.added, Paper.objects.count()) == (1, 1)
    assert Summary.objects.count() == 2


def test_a_loose_text_finds_the_paper_of_an_earlier_import(tmp_path: Path) -> None:
    import_files([page(tmp_path, "1.txt")])
    loose = tmp_path / "2.txt"
    loose.write_text(
        "Welcome to ShortScience.org!\n[link]\n# A Study of Bees and Other Insects\n\nThis paper"
        " counts. I liked how patiently the authors did it, and wonder who paid for the rain.\n",
        "utf-8",
    )

    report = import_files([loose])

    assert report.unplaced == []
    assert Paper.objects.get().summary_count == 2


@pytest.mark.parametrize(
    "text",
    [
        "Rakun et al. search the woods progressively for the wind that crushes old trees.",
        "The paper introduces the LeafDrop Attack, which crushes trees with little wind.",
    ],
    ids=["first author and a word", "beginning of the title"],
)
def test_a_loose_text_finds_a_paper_that_has_no_summary_yet(tmp_path: Path, text: str) -> None:
    title = "LeafDrop Attack: Crushing Old Trees with Progressive Wind Search"
    cards = tmp_path / "1.txt"
    cards.write_text(f"{title}\n\nAda Rakun and Bo Chen\n\n- 2019 via Local arXiv\n", "utf-8")
    import_files([cards])
    loose = tmp_path / "2.txt"
    loose.write_text(f"[link]\n{text}\n", "utf-8")

    report = import_files([loose])

    assert report.unplaced == []
    assert Summary.objects.get().paper.title == title


def test_refused_places_are_counted_as_what_they_would_have_been(tmp_path: Path) -> None:
    report = import_files([page(tmp_path, "1.txt", text="|", more="4 Comments\n\nstray words")])

    counted = (report.papers.refused, report.summaries.refused, report.comments.refused)
    assert counted == (0, 1, 0)
    assert [refusal.reason for refusal in report.refused] == [
        "A summary without text.",
        "Not understood: “stray words”.",
    ]


def test_comment_counts_are_kept(tmp_path: Path) -> None:
    report = import_files([page(tmp_path, "1.txt", more="3 Comments |")])

    assert Summary.objects.get().origin_comments == report.comments_counted == 3


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"<html><body>x</body></html>", b"Just a letter."],
    ids=["empty", "png", "html", "letter"],
)
def test_a_file_that_is_no_page_is_refused_and_stops_no_other(
    tmp_path: Path, payload: bytes
) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_bytes(payload)

    with pytest.raises(NotReadable, match=r"wrong\.txt"):
        import_files([wrong])
    report = import_files([wrong, page(tmp_path, "right.txt")])

    assert len(report.unreadable) == 1
    assert report.summaries.added == 1


def test_invalid_utf8_in_a_text_stops_nothing(tmp_path: Path) -> None:
    good = page(tmp_path, "1.txt")
    good.write_bytes(good.read_bytes().replace(b"meadow", b"mead\xffow"))

    assert import_files([good]).summaries.added == 1
