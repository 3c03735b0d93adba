"""DataCite. All of it is written after its description: no recorded answer was at hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shortscience.sources.errors import SourceUnreadable
from tests.sources.expected import check, parsed, refusals

pytestmark = pytest.mark.pure


def related(how: str, doi: str) -> dict[str, str]:
    return {"relationType": how, "relatedIdentifier": doi, "relatedIdentifierType": "DOI"}


ARXIV: dict[str, Any] = {
    "doi": "10.48550/arxiv.1706.03762",
    "titles": [
        {"title": "Attention Is All You Need"},
        {"title": "Aufmerksamkeit", "titleType": "TranslatedTitle"},
    ],
    "creators": [
        {"name": "Vaswani, Ashish", "givenName": "Ashish", "familyName": "Vaswani"},
        {"name": "Shazeer, Noam", "nameType": "Personal"},
        {"name": "Google, Inc", "nameType": "Organizational"},
    ],
    "publisher": {"name": "arXiv"},
    "publicationYear": 2017,
    "dates": [
        {"date": "2017-06-12T17:57:34Z", "dateType": "Submitted"},
        {"date": "2023-08-02T00:41:18Z", "dateType": "Updated"},
        {"date": "2017-06", "dateType": "Available"},
    ],
    "subjects": [{"subject": "Computation and Language (cs.CL)"}],
    "descriptions": [
        {"description": "15 pages", "descriptionType": "Other"},
        {"description": "The dominant <i>models</i>.", "descriptionType": "Abstract"},
    ],
    "relatedIdentifiers": [
        related("IsVersionOf", "10.1234/Published"),
        related("References", "10.1234/other"),
    ],
    "types": {"resourceTypeGeneral": "Preprint", "bibtex": "article"},
    "url": "https://arxiv.org/abs/1706.03762",
}  # fmt: skip


def test_a_preprint_of_arxiv() -> None:
    [record] = parsed("datacite", json.dumps({"data": {"id": "x", "attributes": ARXIV}})).records

    check(
        record,
        title="Attention Is All You Need",
        authors=("Ashish Vaswani", "Noam Shazeer", "Google Inc"),
        year=2017,
        day="2017-06-12",
        venue="arXiv",
        keys=["arxiv:1706.03762", "doi:10.48550/arxiv.1706.03762", "doi:10.1234/published"],
        keywords=("Computation and Language (cs.CL)",),
        source="DataCite",
        id="10.48550/arxiv.1706.03762",
        starts="The dominant models.",
    )


def test_a_list_with_its_next_page() -> None:
    items = [
        {"id": "10.5281/z.1", "attributes": {"titles": [{"title": "T"}], "publisher": "Zenodo"}},
        {},
    ]
    answer = {"data": items, "links": {"next": "https://api.datacite.org/dois?page=2"}}

    found = parsed("datacite", json.dumps(answer))

    check(found.records[0], title="T", venue="Zenodo", keys=["doi:10.5281/z.1"])
    assert refusals(found) == [("record 2", "It has no attributes.")]
    assert found.next == "https://api.datacite.org/dois?page=2"


def test_an_unknown_doi_is_told() -> None:
    found = parsed("datacite", '{"errors": [{"status": "404", "title": "…"}]}')

    assert refusals(found) == [("DataCite", "DataCite does not know this DOI.")]


def test_something_else_is_unreadable() -> None:
    with pytest.raises(SourceUnreadable):
        parsed("datacite", "{}")
