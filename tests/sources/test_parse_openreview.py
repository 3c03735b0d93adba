"""OpenReview: both generations of its interface, authors as names and as objects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shortscience.sources.errors import SourceUnreadable
from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure

CASES: list[tuple[str, int, int, dict[str, Any]]] = [
    ("iclr2026_00F7BfXLYJ.json", 1, 0, {
        "title": "CyberV: A Cybernetic Framework for Enhancing Logical Reasoning in Video"
        " Understanding",
        # Under review: its authors are not told.
        "count": 0, "year": 2026, "day": "2025-09-16", "venue": "ICLR 2026 Conference Submission",
        "keys": ["openreview:00F7BfXLYJ"], "source": "OpenReview", "notices": [],
        "keywords": ("Video Understanding", "Multimodal Large Language Models",
                     "Test-Time Scaling"),
        "details": {"url": "https://openreview.net/forum?id=00F7BfXLYJ"},
        "starts": "Current Multimodal Large Language Models (MLLMs) may struggle with tasks",
        "ends": "The code will be released to support further research.",
    }),
    ("iclr2026_02NbD16OnA.json", 1, 0, {"keys": ["openreview:02NbD16OnA"], "year": 2026}),
    ("iclr2026_0A4Uf88pog.json", 1, 0, {
        "title": "VERINA: Benchmarking Verifiable Code Generation", "day": "2025-09-18",
    }),
    ("v1_search_shape.json", 2, 0, {
        "title": "A Rate–Distortion View on Model Updates", "year": 2023, "day": "2023-03-01",
        "authors": ("Nicole Elyse Mitchell", "Jona Ballé", "Zachary Charles"),
        "venue": "ICLR 2023", "keys": ["openreview:6ry6ibTKOx"],
    }),
    ("v1_search_shape.json", 2, 1, {"year": 2022, "venue": "CoRL 2022", "last": "Fei Xia"}),
]  # fmt: skip


@pytest.mark.parametrize(("sample", "count", "index", "expected"), CASES)
def test_recorded_answers(sample: str, count: int, index: int, expected: dict[str, Any]) -> None:
    found = read("openreview", f"openreview/{sample}")

    assert (len(found.records), found.refused) == (count, ())
    check(found.records[index], **expected)


def test_comments_are_passed_over() -> None:
    found = read("openreview", "openreview/v1_discussions_shape.json")

    assert found.records == ()
    assert refusals(found) == [("record 3", "It has no title.")]


def note(**content: Any) -> str:
    values = {name: {"value": value} for name, value in {"title": "T", **content}.items()}
    return json.dumps({"notes": [{"id": "abcde12345", "cdate": 1672531200000, "content": values}]})


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        (["Ann Lee", "Bo Wang"], ("Ann Lee", "Bo Wang")),
        (
            [{"fullname": "Ann Lee", "username": "~L1"}, {"name": "Bo Wang"}, {"username": "~X1"}],
            ("Ann Lee", "Bo Wang"),
        ),
        (["Anonymous"], ()),
        (None, ()),
        ("Ann Lee", ("Ann Lee",)),
    ],
)  # fmt: skip
def test_authors_are_names_or_objects(authors: Any, expected: tuple[str, ...]) -> None:
    [record] = parsed("openreview", note(authors=authors)).records

    check(record, authors=expected)


def test_identifiers_of_elsewhere() -> None:
    """Written after OpenReview's description."""
    answer = json.loads(
        note(venue="CoRR 2017", html="https://doi.org/10.1234/x", _bibtex="@a{DBLP:conf/nips/V17,")
    )
    answer["notes"][0]["externalIds"] = ["dblp:journals/corr/VaswaniSPUJGKP17", "arxiv:1706.03762"]

    [record] = parsed("openreview", json.dumps(answer)).records

    check(
        record,
        year=2017,
        keys=[
            "openreview:abcde12345", "dblp:journals/corr/VaswaniSPUJGKP17", "arxiv:1706.03762",
            "doi:10.1234/x", "dblp:conf/nips/V17",
        ],
    )  # fmt: skip


def test_a_withdrawn_submission_says_so() -> None:
    [record] = parsed("openreview", note(venue="ICLR 2024 Conference Withdrawn Submission")).records

    check(record, notices=[("withdrawal", "", "", "")])


def test_the_day_it_went_online_counts() -> None:
    answer = json.loads(note())
    answer["notes"][0] |= {"odate": 1700000000000, "pdate": 1710000000000}

    check(parsed("openreview", json.dumps(answer)).records[0], day="2023-11-14", year=2023)


def test_errors() -> None:
    hidden = parsed("openreview", '{"name": "ForbiddenError", "message": "no", "status": 403}')

    assert refusals(hidden) == [("OpenReview", "OpenReview does not know this paper, or hides it.")]
    with pytest.raises(SourceUnreadable):
        parsed("openreview", '{"x": 1}')
