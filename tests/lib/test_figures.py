"""The numbers of a text beside those of an abstract: what is said, and what is kept quiet."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pytest

from shortscience.lib.figures import Said, compared, figures_in
from tests.shared import shared


def read(text: str) -> list[tuple[str, str, str]]:
    return [(str(f.value.normalize()), f.unit, f.sign) for f in figures_in(text)]


@pytest.mark.parametrize(
    ("text", "value", "unit", "sign"),
    [
        ("84.1 %", "84.1", "%", ""),
        (r"84.1\%", "84.1", "%", ""),
        ("84,1 %", "84.1", "%", ""),
        ("84.1 percent", "84.1", "%", ""),
        ("by 3.5 percentage points", "3.5", "points", ""),
        ("by 3.5 pp", "3.5", "points", ""),
        ("+1.2 points", "1.2", "points", "+"),
        ("−3.2 %", "3.2", "%", "-"),
        ("(-3.2%)", "3.2", "%", "-"),
        ("1,281,167 images", "1281167", "", ""),
        ("1\u202f281\u202f167 images", "1281167", "", ""),
        ("1.2M images", "1.2E+6", "", ""),
        ("1.2 million images", "1.2E+6", "", ""),
        ("300k steps", "3E+5", "", ""),
        ("14 times fewer", "14", "times", ""),
        ("14× fewer", "14", "times", ""),
        ("14x faster", "14", "times", ""),
        ("a 14-fold gain", "14", "times", ""),
        ("200 ms", "0.2", "s", ""),
        ("0.2 seconds", "0.2", "s", ""),
        ("two hours, or 90 minutes", "5.4E+3", "s", ""),
        ("16 GB of memory", "1.6E+10", "bytes", ""),
        (r"a rate of 3 \times 10^{-4}", "0.0003", "", ""),
        ("a rate of 1e-4", "0.0001", "", ""),
        (".5 of them", "0.5", "", ""),
    ],
)
def test_a_number_is_read_with_its_unit_and_sign(
    text: str, value: str, unit: str, sign: str
) -> None:
    (found,) = figures_in(text)

    assert (found.value, found.unit, found.sign) == (Decimal(value), unit, sign)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("10-20 %", ["10", "20"]),
        ("10 – 20 %", ["10", "20"]),
        ("between 10 and 20 %", ["10", "20"]),
        ("from 10 to 20%", ["10", "20"]),
        ("84.1 ± 0.3 %", ["84.1", "0.3"]),
        ("78.7 vs 67.4%", ["78.7", "67.4"]),
    ],
)
def test_the_unit_of_a_range_belongs_to_both_ends(text: str, numbers: list[str]) -> None:
    assert [(str(f.value), f.unit) for f in figures_in(text)] == [(n, "%") for n in numbers]


@pytest.mark.parametrize(
    "text",
    [
        "ResNet-50 and VGG16, GPT-3, conv3_x",
        "published in 2015",
        "on 2015-11-23 at 12:30",
        "Figure 31 and Table 14, Sec. 42, (Eq. 17), step 20",
        "three of 5 parts",
        "see [14] and [21]",
        "images of 224x224 or 32 × 32",
        "a 16-bit and a 152-layer network",
        "the 101st time",
        "arXiv:1512.03385",
        "10.1145/3292500.3330701",
        "top-5",
        "pages 15/16",
        "version 2.1.14",
    ],
)
def test_what_only_looks_like_a_result_is_left_out(text: str) -> None:
    assert read(text) == []


ABSTRACT = (
    "We match the accuracy with 14 times fewer training steps and reach 4.9% top-5 validation"
    " error (and 4.8% test error) on 1.28 million images of two sets, with 60,123 classes."
    " It takes 200 ms, or -3.2% of the time, and gains 2.5 percentage points on 812 of them."
)


@pytest.mark.parametrize(
    ("text", "said", "there"),
    [
        ("14 times", Said.THERE, ""),
        ("14x", Said.THERE, ""),
        ("5 %", Said.THERE, ""),
        ("4.91 %", Said.THERE, ""),
        ("1,280,000", Said.THERE, ""),
        ("1.3M", Said.THERE, ""),
        ("0.2 s", Said.THERE, ""),
        ("a drop of 3.2 %", Said.THERE, ""),
        ("3.2 % less", Said.THERE, ""),
        ("4.9", Said.THERE, ""),
        ("4.7 %", Said.NEARLY, "4.8%"),
        ("60,132", Said.NEARLY, "60,123"),
        ("60,124", Said.NEARLY, "60,123"),
        ("813", Said.NEARLY, "812"),
        ("14 %", Said.OTHER_UNIT, "14 times"),
        ("4.9 ms", Said.OTHER_UNIT, "4.9%"),
        ("2.5 %", Said.OTHER_UNIT, "2.5 percentage points"),
        ("200 s", Said.OTHER_UNIT, "200 ms"),
        ("+3.2 %", Said.OTHER_SIGN, "-3.2%"),
        ("a gain of 3.2 %", Said.OTHER_SIGN, "-3.2%"),
        ("93.3 %", Said.ABSENT, ""),
        ("77 layers", Said.ABSENT, ""),
    ],
)
def test_a_number_is_compared_with_those_of_the_abstract(text: str, said: Said, there: str) -> None:
    (found,) = compared(text, ABSTRACT)

    assert found.said == said
    assert (found.there.written if found.there else "") == there


def test_a_number_that_the_text_has_as_well_is_not_taken_for_a_slip() -> None:
    found = compared("84.6 % against 84.1 % before", "We reach 84.6 %.")

    assert [one.said for one in found] == [Said.THERE, Said.ABSENT]


def test_each_number_is_told_once() -> None:
    assert len(compared("14 %, again 14 %, and 14.0 %", "nothing")) == 1


def test_a_text_of_numbers_costs_little_however_long() -> None:
    for piece in ("1,", "1.", "-1 ", "1 to ", "9" * 50 + " ", "1 - 1 - ", "e1e", "1×10^"):
        figures_in(piece * (60_000 // len(piece)))


def test_real_abstracts_agree_with_themselves() -> None:
    rows = []
    with gzip.open(shared("data/papers/arxiv-1992-2016.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for _, line in zip(range(3_000), lines, strict=False):
            rows.append(json.loads(line).get("abstract") or "")

    said = [one for text in rows for one in compared(text, text)]

    assert len(said) > 500
    assert [one for one in said if one.said is not Said.THERE] == []
