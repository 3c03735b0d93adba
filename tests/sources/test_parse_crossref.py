"""Crossref: works, lists, content negotiation, notices, and what is no paper."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure

CASES: list[tuple[str, int, int, dict[str, Any]]] = [
    ("work_single.json", 1, 0, {
        "title": "Methylphenidate Exposure Induces Dopamine Neuron Loss and Activation of Microglia"
        " in the Basal Ganglia of Mice",
        "count": 6, "first": "Shankar Sadasivan", "last": "Richard J. Smeyne", "year": 2012,
        "day": "2012-03-21", "venue": "PLoS ONE", "long": "",
        "keys": ["doi:10.1371/journal.pone.0033693"], "source": "Crossref",
        "notices": [("correction", "10.1371/annotation/c76da2c1-ccb8-4797-94c1-359d3ceceeda",
                     "2012-05-08", "")],
        "details": {"entry_type": "article", "pages": "e33693", "volume": "7", "number": "3",
                    "publisher": "Public Library of Science (PLoS)",
                    "url": "https://dx.plos.org/10.1371/journal.pone.0033693"},
    }),
    ("work_conference_tasc.json", 1, 0, {
        "title": "Quench Protection Heater Study With the 2-m Model Magnet of Beam Separation"
        " Dipole for the HL-LHC Upgrade",
        # Only a month is known, so there is no day.
        "count": 15, "first": "Kento Suzuki", "last": "Ezio Todesco", "year": 2018, "day": "",
        "venue": "IEEE Trans. Appl. Supercond.",
        "long": "IEEE Transactions on Applied Superconductivity",
        "keywords": ("Electrical and Electronic Engineering",
                     "Electronic, Optical and Magnetic Materials", "Condensed Matter Physics"),
    }),
    ("works_query.json", 2, 0, {
        "title": "Communicating Ecology", "count": 0, "year": 2022, "day": "2022-07-26",
        "venue": "Ecology", "keys": ["doi:10.1093/obo/9780199830060-0238"],
        "starts": "Communication is perhaps the most important, but least",
        "ends": "improvement of ecological communication.",
    }),
    ("works_query.json", 2, 1, {
        "title": "Chemical Ecology", "authors": ("André Kessler",), "day": "2012-05-23",
        "starts": "“Ours is a world of sights and sounds.",
    }),
    ("works_search.json", 3, 0, {
        "authors": ("Jwalin Thaker",), "year": 2021, "day": "2021-07-08", "venue": "IJFMR",
        "long": "International Journal For Multidisciplinary Research",
        "starts": "With a lot of meetings and classes for employees and students",
        "ends": "learning experiences and targeted interventions.",
    }),
    ("works_search.json", 3, 1, {
        "title": "Probabilistic Attention Map: A Probabilistic Attention Mechanism for"
        " Convolutional Neural Networks",
        "authors": ("Yifeng Liu", "Jing Tian"), "day": "2024-12-22", "venue": "Sensors",
        "keys": ["doi:10.3390/s24248187"],
    }),
    ("works_search.json", 3, 2, {
        "count": 4, "last": "Xiubao Sui", "year": 2024, "day": "", "starts": "",
        "venue": "Expert Systems with Applications",
    }),
    ("works_select.json", 20, 19, {
        "title": "Animal Population Ecology", "count": 0, "year": None, "venue": "",
        "details": {},
    }),
    ("content_negotiation_csl.json", 1, 0, {
        "title": "The Structure of Ordinary Water: New data and interpretations are yielding new"
        " insights into this fascinating substance",
        "authors": ("Henry S. Frank",), "year": 1970, "day": "1970-08-14", "venue": "Science",
        "keys": ["doi:10.1126/science.169.3946.635"],
        "starts": "The train of thought pursued in this article", "ends": "in our conclusions.",
    }),
    ("content_negotiation_bibtex.bib", 1, 0, {
        "title": "The Structure of Ordinary Water: New data and interpretations are yielding new"
        " insights into this fascinating substance",
        "authors": ("Henry S. Frank",), "year": 1970, "venue": "Science", "source": "Crossref",
        "keys": ["doi:10.1126/science.169.3946.635"],
    }),
]  # fmt: skip


@pytest.mark.parametrize(("sample", "count", "index", "expected"), CASES)
def test_recorded_answers(sample: str, count: int, index: int, expected: dict[str, Any]) -> None:
    found = read("crossref", f"crossref/{sample}")

    assert len(found.records) == count
    assert found.refused == ()
    if expected.get("title") == "Animal Population Ecology":
        index = [r.title for r in found.records].index(expected["title"])
    check(found.records[index], **expected)


def test_an_unknown_doi_is_told() -> None:
    found = read("crossref", "crossref/unknown_doi_body.txt")

    assert refusals(found) == [("Crossref", "Crossref does not know this DOI.")]


def work(**fields: Any) -> str:
    return json.dumps(
        {"status": "ok", "message-type": "work", "message": {"DOI": "10.1/x", **fields}}
    )


def test_a_notice_names_the_paper_that_it_is_about() -> None:
    """Written after Crossref's description of `update-to`."""
    updates = [
        {"DOI": "10.1234/Paper", "type": "retraction", "updated": {"date-parts": [[2020, 2, 3]]}},
        {
            "DOI": "10.1234/other",
            "type": "expression_of_concern",
            "updated": {"date-parts": [[2019]]},
        },
        {"DOI": "10.1234/third", "type": "new_version"},
    ]
    [record] = parsed(
        "crossref", work(DOI="10.1234/Notice", title=["Retraction of"], **{"update-to": updates})
    ).records

    check(
        record,
        notices=[
            ("retraction", "10.1234/notice", "2020-02-03", "10.1234/paper"),
            ("expression of concern", "10.1234/notice", "", "10.1234/other"),
        ],
    )


def test_the_preprint_of_a_paper_is_the_same_work() -> None:
    relation = {
        "has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.1706.03762"}],
        "references": [{"id-type": "doi", "id": "10.1234/other"}],
        "is-same-as": "nonsense",
    }
    [record] = parsed("crossref", work(DOI="10.1234/x", title=["T"], relation=relation)).records

    check(record, keys=["doi:10.1234/x", "arxiv:1706.03762", "doi:10.48550/arxiv.1706.03762"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": ["<i>In vivo</i> H<sub>2</sub>O &amp; more."]}, {"title": "In vivo H2O & more"}),
        ({"title": ["A"], "subtitle": ["B"]}, {"title": "A: B"}),
        ({"title": ["Why?"], "subtitle": ["Because"]}, {"title": "Why? Because"}),
        ({"title": ["深層学習 for مرحبا"]}, {"title": "深層学習 for مرحبا"}),
        (
            {"title": ["T"], "author": [{"name": "The ATLAS, Collaboration"}, {"literal": "Team"}]},
            {"authors": ("The ATLAS Collaboration", "Team")},
        ),
        (
            {"title": ["T"], "author": [{"given": "Luc", "family": "Van Gool", "suffix": "Jr"}]},
            {"authors": ("Luc Van Gool Jr",)},
        ),
        (
            {"title": ["T"], "type": "posted-content", "institution": [{"name": "bioRxiv"}]},
            {"venue": "bioRxiv"},
        ),
        (
            {"title": ["T"], "event": {"name": "The Conference", "acronym": "TC"}},
            {"venue": "TC", "long": "The Conference"},
        ),
        ({"title": ["T"], "issued": {"date-parts": [[None]]}}, {"year": None, "day": ""}),
        ({"title": ["T"], "issued": {"date-parts": [[2001, 2, 30]]}}, {"year": 2001, "day": ""}),
        (
            {"title": ["T"], "issued": None, "published-print": {"date-parts": [[1999]]}},
            {"year": 1999},
        ),
    ],
)  # fmt: skip
def test_single_fields(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    [record] = parsed("crossref", work(**fields)).records

    check(record, **expected)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": []}, "It has no title."),
        ({"title": ["x" * 100_000]}, "Its title is longer than 1,000 characters."),
        (
            {"title": ["T"], "issued": {"date-parts": [[20199]]}},
            "The year “20199” cannot be right.",
        ),
        (
            {"title": ["T"], "type": "journal"},
            "This DOI is of a whole journal, volume or part, not of a paper.",
        ),
        ({"title": ["T"], "author": 5}, "It has another shape: $.author."),
    ],
)  # fmt: skip
def test_a_bad_record_is_refused_and_the_rest_goes_on(fields: dict[str, Any], reason: str) -> None:
    items = [{"title": ["Good"]}, fields, {"title": ["Better"]}]
    answer = {"message-type": "work-list", "message": {"items": items, "next-cursor": "abc"}}

    found = parsed("crossref", json.dumps(answer))

    assert [record.title for record in found.records] == ["Good", "Better"]
    assert refusals(found) == [("record 2", reason)]
    assert found.next == "abc"


def test_a_jats_abstract_keeps_its_paragraphs_and_headings() -> None:
    text = (
        "<jats:title>Abstract</jats:title><jats:sec><jats:title>Background</jats:title>"
        "<jats:p>We know <jats:italic>x</jats:italic>.</jats:p></jats:sec>"
        "<jats:p>We find $y$.</jats:p>"
    )

    [record] = parsed("crossref", work(title=["T"], abstract=text)).records

    assert record.abstract == "Background\n\nWe know x.\n\nWe find $y$."
