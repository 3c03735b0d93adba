"""The three saved pages come out exactly as a careful reader wrote them down."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shortscience.sources.pages import (
    KnownPaper,
    Library,
    LibraryPaper,
    LibrarySummary,
    Page,
    combine,
    parse_page,
)
from tests.shared import shared

EXPECTED = json.loads((Path(__file__).parent / "expected_pages.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    folder = shared("data/seeds")
    return [parse_page((folder / name).read_text("utf-8")) for name in EXPECTED["pages"]]


@pytest.fixture(scope="module")
def library(pages: list[Page]) -> Library:
    return combine(pages)


def as_expected(summary: LibrarySummary, first_words: str) -> dict[str, Any]:
    """Describe a summary as the list does; copies are listed by the line below `[link]`."""
    words = " ".join(summary.raw.split()[: len(first_words.split())])
    return {
        "first_words": words,
        "comments": summary.comment_count,
        "cites": list(summary.cites),
        "images": list(summary.images),
        "copies": [[copy.page, copy.line + 1] for copy in summary.copies],
    }


def check_paper(found: LibraryPaper, expected: dict[str, Any]) -> None:
    printed = found.paper
    for name in ("title", "venue", "year", "source"):
        assert getattr(printed, name) == expected[name]
    assert list(printed.authors) == expected["authors"]
    assert list(printed.keywords) == expected["keywords"]
    assert list(found.identifiers) == expected["identifiers"]
    day = expected["published_on"]
    assert printed.published_on == (date.fromisoformat(day) if day else None)
    paragraphs = printed.abstract.split("\n\n") if printed.abstract else []
    assert len(paragraphs) == len(expected["abstract"])
    for paragraph, beginning in zip(paragraphs, expected["abstract"], strict=True):
        assert paragraph.startswith(beginning)


def test_counts_agree(pages, library):
    counts = EXPECTED["counts"]
    placed = [summary for paper in library.papers for summary in paper.summaries]
    unplaced = [one.summary for one in library.unplaced]

    assert [page.public_summaries for page in pages] == counts["public_summaries"]
    assert [len(page.papers) for page in pages] == counts["papers"]
    assert [len(page.loose) for page in pages] == counts["loose"]
    assert [page.refused for page in pages] == [(), (), ()]
    assert len(placed) + len(unplaced) == counts["summaries_once"]
    assert (len(placed), len(unplaced)) == (counts["placed"], counts["unplaced"])
    assert sum(summary.comment_count for summary in placed + unplaced) == counts["comments"]


@pytest.mark.parametrize("index", range(len(EXPECTED["papers"])))
def test_paper_and_its_summaries_agree(library, index):
    found, expected = library.papers[index], EXPECTED["papers"][index]

    check_paper(found, expected)
    described = [
        as_expected(summary, one["first_words"])
        for summary, one in zip(found.summaries, expected["summaries"], strict=True)
    ]
    assert described == expected["summaries"]


def test_papers_are_these_and_no_others(library):
    assert [one.paper.title for one in library.papers] == [p["title"] for p in EXPECTED["papers"]]
    assert library.known == ()


def test_loose_copies_say_why_they_belong(library):
    loose = [
        copy
        for paper in library.papers
        for summary in paper.summaries
        for copy in summary.copies
        if copy.page > 0
    ]

    assert {copy.reason for copy in loose} == {"same text stands under its title on another page"}
    assert len(loose) == 3


def test_unplaced_summaries_agree(library):
    described = [
        {
            **as_expected(one.summary, expected["first_words"]),
            "reader": expected["reader"],
            "arxiv_id": one.arxiv_id,
        }
        for one, expected in zip(library.unplaced, EXPECTED["unplaced"], strict=True)
    ]

    assert described == EXPECTED["unplaced"]


def test_order_of_the_pages_does_not_matter(pages, library):
    backwards = combine(pages[::-1])

    assert {one.first_words for one in backwards.unplaced} == {
        one.first_words for one in library.unplaced
    }
    assert [[s.text for s in paper.summaries] for paper in backwards.papers] == [
        [s.text for s in paper.summaries] for paper in library.papers
    ]


def test_loose_summaries_find_papers_of_the_database(pages):
    known = [
        KnownPaper(title, authors, year, keys, ref=name)
        for name, title, authors, year, keys in [
            (
                "bn",
                "Batch Normalization: Accelerating Deep Network Training "
                "by Reducing Internal Covariate Shift",
                ("Sergey Ioffe", "Christian Szegedy"),
                2015,
                (),
            ),
            (
                "fasttext",
                "Bag of Tricks for Efficient Text Classification",
                ("Armand Joulin",),
                2016,
                ("journals/corr/1607.01759",),
            ),
            (
                "bitflip",
                "Bit-Flip Attack: Crushing Neural Network with Progressive Bit Search",
                ("Adnan Siraj Rakin", "Zhezhi He", "Deliang Fan"),
                2019,
                (),
            ),
            ("tcc", "Temporal Cycle-Consistency Learning", ("Debidatta Dwibedi",), 2019, ()),
            ("mask", "Mask R-CNN", ("Kaiming He",), 2017, ()),
            ("mobile", "MobileNets: Efficient Networks for Vision", ("A. Howard",), 2017, ()),
            (
                "mobile2",
                "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
                ("M. Sandler",),
                2018,
                (),
            ),
            ("other", "Character-level Convolution", ("X. Zhang",), 2015, ("1502.01710",)),
        ]
    ]

    placed = combine(pages[1:], known).known

    assert {one.known.ref: one.summaries[0].reason for one in placed} == {
        "bn": "same method name",
        "fasttext": "links to the paper itself",
        "bitflip": "same method name",
        "tcc": "same method name",
        "mobile2": "names the paper in the text",
        "mask": "same method name",
    }
