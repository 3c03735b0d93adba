"""Semantic Scholar: single papers, searches, batches, references."""

from __future__ import annotations

from typing import Any

import pytest

from shortscience.sources.errors import SourceUnreadable
from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure

CASES: list[tuple[str, int, int, dict[str, Any]]] = [
    ("search.json", 3, 0, {
        "title": "A review on the attention mechanism of deep learning", "year": 2021, "day": "",
        "authors": ("Zhaoyang Niu", "G. Zhong", "Hui Yu"), "venue": "Neurocomputing",
        "keys": ["doi:10.1016/j.neucom.2021.03.091", "dblp:journals/ijon/NiuZY21",
                 "s2:a56bf7ee9a56d8f84079684339a953c2df9ce76b"],
        "section": "cs", "keywords": ("Computer Science",), "starts": "",
        "source": "Semantic Scholar", "id": "a56bf7ee9a56d8f84079684339a953c2df9ce76b",
    }),
    ("search.json", 3, 1, {
        "keys": ["doi:10.1016/j.inffus.2023.102147", "arxiv:2406.10581",
                 "dblp:journals/inffus/LiW24", "s2:0e17997cdc00e7011743c8e376f06701a9d91755"],
        "starts": "Multimodal visual information fusion aims to integrate the multi-sensor data",
    }),
    ("references.json", 3, 0, {
        "title": "Timekeeping with electron spin states in diamond", "year": 2013,
        "day": "2013-03-28", "authors": ("J. Hodges", "D. Englund"), "section": "ph",
        "keys": ["doi:10.1103/physreva.87.032118", "s2:3353c30596771f83cc0beb0ef3a6fba5380aacda"],
    }),
    ("references.json", 3, 2, {
        "day": "2012-12-19", "count": 4, "last": "A. Aulehla", "venue": "Nature", "section": "bio",
    }),
    ("paper.json", 1, 0, {
        "title": "Computing Machinery and Intelligence", "count": 0, "year": None,
        "keys": ["s2:2d5673caa9e6af3a7b82a43f19ee920992db07ad"],
    }),
    ("search_match.json", 1, 0, {
        "title": "Mining association rules between sets of items in large databases",
    }),
    ("search_paper.json", 100, 3, {
        # Written there with "[PDF] " before it.
        "title": "Neural Networks And Analog Computation Beyond The Turing Limit",
    }),
    ("paper_references.json", 17, 1, {"title": "On the Macroeconomics of Microfinance"}),
]  # fmt: skip


@pytest.mark.parametrize(("sample", "count", "index", "expected"), CASES)
def test_recorded_answers(sample: str, count: int, index: int, expected: dict[str, Any]) -> None:
    found = read("semanticscholar", f"semanticscholar/{sample}")

    assert (len(found.records), found.refused) == (count, ())
    check(found.records[index], **expected)


def test_pages_follow_each_other() -> None:
    assert read("semanticscholar", "semanticscholar/search.json").next == "3"
    assert read("semanticscholar", "semanticscholar/search_match.json").next is None


def test_what_is_not_known_is_told() -> None:
    found = read("semanticscholar", "semanticscholar/not_found.json")

    assert refusals(found) == [("Semantic Scholar", "Author with id 0 not found")]


def test_records_without_title_are_refused() -> None:
    found = read("semanticscholar", "semanticscholar/paper_authors.json")

    assert found.records == ()
    assert {reason for _where, reason in refusals(found)} == {"It has no title."}


def test_a_person_is_no_paper() -> None:
    with pytest.raises(SourceUnreadable):
        read("semanticscholar", "semanticscholar/author.json")


def test_a_batch_has_null_for_what_is_not_known() -> None:
    found = parsed("semanticscholar", '[null, {"paperId": "x", "title": "T", "year": "2001"}]')

    assert [record.title for record in found.records] == ["T"]
    assert found.refused == ()


def test_journal_and_venue() -> None:
    json = """{"paperId": "x", "title": "T", "venue": "NIPS", "publicationTypes": ["Conference"],
      "publicationVenue": {"name": "Neural Information Processing Systems"},
      "journal": {"name": "ArXiv", "volume": "abs/1", "pages": " 1 - 2 "}}"""

    [record] = parsed("semanticscholar", json).records

    check(record, venue="NIPS", long="Neural Information Processing Systems")
    assert record.details["pages"] == "1-2"
    assert record.details["entry_type"] == "inproceedings"
