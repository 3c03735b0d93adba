"""CSL-JSON, and what Mendeley's catalogue gives in its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shortscience.sources.errors import SourceUnreadable
from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure


def test_a_file_of_zotero() -> None:
    [record] = read("csljson", "csl-json/zotero_00.json").records

    check(
        record,
        title="Stochastic biomathematical models: With applications to neuronal modeling",
        authors=("Mostafa Bachar",),
        year=2013,
        day="2013-01-01",
        venue="",
        source="CSL-JSON",
        details={"entry_type": "book", "volume": "2058", "publisher": "Springer"},
    )


def test_a_page_of_mendeley() -> None:
    [record] = read("csljson", "csl-json/csl_1.json").records

    check(
        record,
        title="Social Bookmarking am Beispiel BibSonomy",
        count=7,
        first="Christoph Schmitz",
        last="Beate Krause",
        year=2009,
        venue="Social Semantic Web",
        # The field has the DOI of the book, the address that of the chapter.
        keys=["doi:10.1007/978-3-540-72216-8_18"],
    )


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"author": [{"family": "Beethoven", "given": "L.", "non-dropping-particle": "van"}]},
            {"authors": ("L. van Beethoven",)},
        ),
        ({"author": [{"literal": "World Health Organization"}, "Ann Lee"]},
         {"authors": ("World Health Organization", "Ann Lee")}),
        ({"issued": {"raw": "2013-05-06"}}, {"year": 2013, "day": "2013-05-06"}),
        ({"issued": {"date-parts": [["2013", "5"]]}}, {"year": 2013, "day": ""}),
        ({"issued": {"literal": "in press"}}, {"year": None}),
        ({"DOI": "10.1234/X"}, {"keys": ["doi:10.1234/x"]}),
        ({"container-title": ["J. X"]}, {"venue": "J. X"}),
        ({"URL": "https://arxiv.org/abs/1706.03762"}, {"keys": ["arxiv:1706.03762"]}),
        ({"keyword": "a, b; c"}, {"keywords": ("a", "b", "c")}),
    ],
)  # fmt: skip
def test_single_fields(item: dict[str, Any], expected: dict[str, Any]) -> None:
    for payload in ([{"title": "T", **item}], {"items": [{"title": "T", **item}]}):
        [record] = parsed("csljson", json.dumps(payload)).records
        check(record, **expected)


def test_a_bad_item_is_refused_and_the_rest_goes_on() -> None:
    items = [{"title": "Good"}, {"title": "Bad", "issued": {"date-parts": [[20199]]}}, 5, {}]

    found = parsed("csljson", json.dumps(items))

    assert [record.title for record in found.records] == ["Good"]
    assert refusals(found) == [
        ("record 2", "The year “20199” cannot be right."),
        ("record 3", "It has another shape: $."),
        ("record 4", "It has no title."),
    ]


@pytest.mark.parametrize("payload", ["5", "[", "title: T"])
def test_something_else_is_unreadable(payload: str) -> None:
    with pytest.raises(SourceUnreadable):
        parsed("csljson", payload)
