"""OpenAlex: works of 2023 and of 2026, abstracts as an index of words."""

from __future__ import annotations

from typing import Any

import pytest

from shortscience.sources.errors import SourceUnreadable
from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure

CASES: list[tuple[str, int, int, dict[str, Any]]] = [
    ("work_0.json", 1, 0, {
        "title": "Labor Contracts as Partial Gift Exchange", "authors": ("George A. Akerlof",),
        # Given as 1982-11-01, which is OpenAlex's way to write November 1982.
        "year": 1982, "day": "", "venue": "The Quarterly Journal of Economics",
        "keys": ["doi:10.2307/1885099", "openalex:W2099326003"], "id": "W2099326003",
        "keywords": ("labor", "exchange", "gift"), "source": "OpenAlex", "notices": [],
        "details": {"entry_type": "article", "pages": "543", "volume": "97", "number": "4",
                    "publisher": "Oxford University Press",
                    "url": "https://doi.org/10.2307/1885099"},
        "starts": "This paper explains involuntary unemployment in terms of the response of firms",
        "ends": "between primary and secondary.",
    }),
    ("work_1.json", 1, 0, {
        "title": "Are Emily and Greg More Employable Than Lakisha and Jamal? A Field Experiment on"
        " Labor Market Discrimination",
        "authors": ("Marianne Bertrand", "Sendhil Mullainathan"), "year": 2004,
        "venue": "The American Economic Review",
    }),
    ("works_search.json", 3, 0, {
        "authors": ("Zhaoyang Niu", "Guoqiang Zhong", "Hui Yu"), "venue": "Neurocomputing",
        "starts": "", "day": "",
    }),
    ("works_search.json", 3, 1, {
        "count": 10, "first": "Meng-Hao Guo", "last": "Shi-Min Hu", "day": "2022-03-15",
        "keys": ["doi:10.1007/s41095-022-0271-y", "arxiv:2111.07624", "openalex:W3212386989"],
        "starts": "Humans can naturally and effectively find salient regions",
    }),
    ("works_search.json", 3, 2, {"keys": ["doi:10.1016/0042-6989(95)00294-4",
                                         "openalex:W2023053047"]}),
]  # fmt: skip


@pytest.mark.parametrize(("sample", "count", "index", "expected"), CASES)
def test_recorded_answers(sample: str, count: int, index: int, expected: dict[str, Any]) -> None:
    found = read("openalex", f"openalex/{sample}")

    assert (len(found.records), found.refused) == (count, ())
    check(found.records[index], **expected)


def test_a_retracted_work_says_so() -> None:
    json = '{"id": "https://openalex.org/W12345", "title": "T", "is_retracted": true}'

    check(parsed("openalex", json).records[0], notices=[("retraction", "", "", "")])


@pytest.mark.parametrize(
    ("index", "text"),
    [
        ('{"b": [1], "a": [0, 2]}', "a b a"),
        ('{"x": [100000000], "y": [-1], "a": [0]}', "a"),
        ("null", ""),
        ("{}", ""),
    ],
)
def test_an_abstract_is_put_together(index: str, text: str) -> None:
    json = (
        f'{{"id": "https://openalex.org/W12345", "title": "T", "abstract_inverted_index": {index}}}'
    )

    assert parsed("openalex", json).records[0].abstract == text


def test_errors() -> None:
    found = parsed("openalex", '{"error": "API key required", "message": "…"}')

    assert refusals(found) == [("OpenAlex", "API key required")]
    with pytest.raises(SourceUnreadable):
        parsed("openalex", "{}")


def test_a_cursor_leads_on() -> None:
    assert parsed("openalex", '{"meta": {"next_cursor": "abc"}, "results": []}').next == "abc"
