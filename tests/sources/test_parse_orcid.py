"""ORCID: a person's works in groups, single works, bulk answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure


def test_a_single_work() -> None:
    [record] = read("orcid", "orcid/work_details.json").records

    check(
        record,
        title="Attribute Selection Using Contranominal Scales",
        authors=("Dominik Dürrschnabel", "Maren Koyda", "Gerd Stumme"),
        year=2021,
        day="",
        keys=["doi:10.1007/978-3-030-86982-3_10"],
        source="ORCID",
        id="0000-0002-0570-7908/work/100126388",
    )


def test_a_work_with_its_own_bibtex() -> None:
    [record] = read("orcid", "orcid/work_with_bibtex.json").records

    check(
        record,
        title="Clones in graphs",
        authors=("S. Doerfel", "T. Hanika", "G. Stumme"),
        year=2018,
        keys=["doi:10.1007/978-3-030-01851-1_6"],
    )
    assert record.details["pages"] == "56-66"
    assert record.details["volume"] == "11177 LNAI"


def test_a_persons_works() -> None:
    found = read("orcid", "orcid/works_first12.json")

    assert (len(found.records), found.refused) == (12, ())
    # Three forms of one work: only the third knows the day, the second writes a dagger.
    check(
        found.records[4],
        title="Null Models for Formal Contexts",
        year=2020,
        day="2020-02-28",
        venue="Information",
        keys=["doi:10.3390/info11030135"],
    )
    check(found.records[9], title="Explaining Data with Formal Concept Analysis", year=2019)
    check(found.records[6], keys=[], venue="CEUR Workshop Proceedings")


def work(**fields: Any) -> dict[str, Any]:
    return {"put-code": 1, "title": {"title": {"value": "T"}}, **fields}


def known_as(kind: str, value: str, how: str | None) -> dict[str, str | None]:
    return {
        "external-id-type": kind,
        "external-id-value": value,
        "external-id-relationship": how,
    }


def test_one_failure_among_many_is_told() -> None:
    bulk = {
        "bulk": [
            {"work": work()},
            {
                "error": {
                    "response-code": 404,
                    "developer-message": "Not found.",
                    "error-code": 9016,
                }
            },
        ]
    }

    found = parsed("orcid", json.dumps(bulk))

    assert len(found.records) == 1
    assert refusals(found) == [("record 2", "Not found.")]


def test_the_identifier_of_the_book_is_not_the_chapters() -> None:
    ids = [
        known_as("doi", "10.1234/book", "part-of"),
        known_as("DOI", "10.1234/chapter", "self"),
        known_as("arxiv", "arXiv:1706.03762", None),
    ]

    [record] = parsed("orcid", json.dumps(work(**{"external-ids": {"external-id": ids}}))).records

    check(record, keys=["doi:10.1234/chapter", "arxiv:1706.03762"])


def test_editors_are_no_authors() -> None:
    listed = [
        {"credit-name": {"value": name}, "contributor-attributes": {"contributor-role": role}}
        for name, role in (("Lee, Ann", "author"), ("Bo Wang", "editor"))
    ]

    [record] = parsed("orcid", json.dumps(work(contributors={"contributor": listed}))).records

    check(record, authors=("Ann Lee",))
