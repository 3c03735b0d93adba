"""One work or two? A table of cases, as read off real records, and the measured whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.matching import measure
from shortscience.lib.identifiers import Key, candidates
from shortscience.lib.titles import title_key
from shortscience.papers.likeness import (
    Titles,
    block_key,
    compare_authors,
    compare_titles,
    shared_text,
)
from shortscience.papers.matching import Known, Reason, Verdict, compare, decide
from tests.shared import shared

pytestmark = pytest.mark.pure

HE = ("Kaiming He", "Xiangyu Zhang", "Shaoqing Ren", "Jian Sun")
ARXIV, OTHER_ARXIV = "arxiv:1512.03385", "arxiv:1603.05027"
CVPR, TPAMI = "10.1109/cvpr.2016.90", "10.1109/tpami.2018.1"
DBLP = "conf/cvpr/HeZRS16"
TOWARD = "Toward Automatic Understanding of Language in Support Groups"
ABSTRACT = " ".join(f"word{n} of this abstract" for n in range(20))

SAME, DOUBTFUL, DIFFERENT = Verdict.SAME, Verdict.DOUBTFUL, Verdict.DIFFERENT


def known(
    title: str = "Deep Residual Learning for Image Recognition",
    keys: str = "",
    authors: Sequence[str] = HE,
    year: int | None = 2016,
    venue: int | None = None,
    abstract: str = "",
) -> Known:
    found: list[Key] = [key for text in keys.split() for key in candidates(text)]
    return Known(title_key(title), title, authors, year, venue, tuple(found), abstract)


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], Verdict]] = {
    # identifiers
    "one identifier": ({"keys": ARXIV}, {"keys": ARXIV, "title": "An earlier title of ours"}, SAME),
    "one identifier, printed wrongly": (
        {"keys": CVPR}, {"keys": CVPR, "title": "On bees", "authors": ("A. Bee",)}, DOUBTFUL,
    ),
    "a retraction with the DOI of the paper": (
        {"keys": CVPR},
        {"keys": CVPR, "title": "Retraction: Deep Residual Learning for Image Recognition"},
        DOUBTFUL,
    ),
    "two DOIs": ({"keys": CVPR}, {"keys": TPAMI}, DOUBTFUL),
    "two DOIs and another word": (
        {"keys": CVPR}, {"keys": TPAMI, "title": "Deep Residual Networks for Image Recognition"},
        DIFFERENT,
    ),
    "two DOIs and no authors": (
        {"keys": CVPR, "authors": ()}, {"keys": TPAMI, "authors": ()}, DIFFERENT,
    ),
    "two arXiv ids": ({"keys": ARXIV}, {"keys": OTHER_ARXIV}, DOUBTFUL),
    "the preprint's own DOI speaks against nothing": (
        {"keys": f"{ARXIV} 10.48550/arxiv.1512.03385"}, {"keys": CVPR}, SAME,
    ),
    "a DBLP key and a DOI": ({"keys": DBLP}, {"keys": CVPR}, SAME),
    "a volume listed twice": (
        {"keys": "acl:C98-1013"}, {"keys": "acl:P98-1013 10.3115/980845.980860"}, SAME,
    ),
    "a talk, and its article elsewhere": (
        {"keys": "acl:P11-1028"}, {"keys": "arxiv:1401.5390 10.1613/jair.3484"}, DOUBTFUL,
    ),
    # preprint and publication
    "preprint and publication": ({"keys": ARXIV, "year": 2015}, {"keys": CVPR}, SAME),
    "no key on one side": ({"year": 2015}, {"keys": CVPR}, SAME),
    "put online long after": ({"keys": "10.1000/old", "year": 1994}, {"keys": ARXIV}, SAME),
    "published long after": ({"keys": ARXIV, "year": 2010}, {"keys": CVPR}, DOUBTFUL),
    "years unknown": ({"year": None}, {"keys": CVPR}, SAME),
    # authors
    "initials": ({}, {"authors": ("K. He", "X. Zhang", "S. Ren", "J. Sun")}, SAME),
    "last name first": (
        {}, {"authors": ("He, Kaiming", "Zhang, Xiangyu", "Ren, S.", "Sun, J.")}, SAME,
    ),
    "another order": ({}, {"authors": HE[::-1]}, SAME),
    "an author more": ({}, {"authors": (*HE, "Piotr Dollár")}, SAME),
    "accents, misread letters and half a double name": (
        {"authors": ("Hal Daumé III", "David Magerrnan", "Lina Rojas-Barahona")},
        {"authors": ("Hal Daume", "David Magerman", "Lina Rojas Barahona")}, SAME,
    ),
    "one of many in common": ({}, {"authors": ("Ann Other", "Kaiming He", "B. C.")}, DOUBTFUL),
    "nobody in common": ({}, {"authors": ("Ann Other", "Bob Else")}, DIFFERENT),
    "authors unknown": ({}, {"authors": ()}, SAME),
    "authors unknown, another year": ({}, {"authors": (), "year": 2019}, DOUBTFUL),
    # titles between a preprint and its publication
    "a small word": (
        {"keys": ARXIV}, {"keys": CVPR, "title": "Deep Residual Learning in Image Recognition"},
        SAME,
    ),
    "a slip of typing": (
        {"keys": ARXIV}, {"keys": CVPR, "title": "Deep Residual Leraning for Image Recognition"},
        SAME,
    ),
    "a misread letter": (
        {"keys": ARXIV}, {"keys": CVPR, "title": "Deep Residual Learning for lmage Recognition"},
        SAME,
    ),
    "a plural": (
        {"keys": ARXIV}, {"keys": CVPR, "title": "Deep Residual Learning for Images Recognition"},
        SAME,
    ),
    "a subtitle": (
        {"keys": ARXIV},
        {"keys": CVPR, "title": "Deep Residual Learning for Image Recognition: Deeper is Better"},
        SAME,
    ),
    "what is only decoration": (
        {"keys": ARXIV},
        {"keys": CVPR, "title": "Deep Residual Learning for Image Recognition (extended abstract)"},
        SAME,
    ),
    "a word more in a long title": (
        {"keys": ARXIV, "title": f"Steps {TOWARD}"},
        {"keys": CVPR, "title": TOWARD},
        SAME,
    ),
    "a word more between two publications": (
        {"keys": DBLP, "title": f"Steps {TOWARD}"},
        {"keys": CVPR, "title": TOWARD},
        DOUBTFUL,
    ),
    "another topic": (
        {"keys": ARXIV}, {"keys": CVPR, "title": "Deep Residual Learning for Speech Recognition"},
        DOUBTFUL,
    ),
    "another title": ({"keys": ARXIV}, {"keys": CVPR, "title": "Identity Mappings"}, DIFFERENT),
    "another title, the same abstract": (
        {"keys": ARXIV, "abstract": ABSTRACT},
        {"keys": CVPR, "title": "Residual Networks Go Deeper", "abstract": ABSTRACT}, SAME,
    ),
    # what speaks against
    "parts": (
        {"keys": ARXIV, "title": "Gravity and Entropy. Part I"},
        {"keys": CVPR, "title": "Gravity and Entropy. Part II"}, DIFFERENT,
    ),
    "a second part": (
        {"keys": ARXIV, "title": "Gravity and Entropy of Black Holes"},
        {"keys": CVPR, "title": "Gravity and Entropy of Black Holes II"}, DIFFERENT,
    ),
    "years of a campaign": (
        {"keys": ARXIV, "title": "The IBM 2015 English Speech Recognition System"},
        {"keys": CVPR, "title": "The IBM 2016 English Speech Recognition System"}, DIFFERENT,
    ),
    "dimensions": (
        {"keys": ARXIV, "title": "Segmentation of Organs in 2D Images"},
        {"keys": CVPR, "title": "Segmentation of Organs in 3D Images"}, DIFFERENT,
    ),
    "a corrigendum": (
        {"keys": ARXIV},
        {"title": "Corrigendum: Deep Residual Learning for Image Recognition"}, DIFFERENT,
    ),
    "a comment": (
        {"keys": ARXIV},
        {"title": "Comment on “Deep Residual Learning for Image Recognition”"}, DIFFERENT,
    ),
    "supplementary material": (
        {"keys": ARXIV},
        {"title": "Deep Residual Learning for Image Recognition: Supplementary Material"},
        DIFFERENT,
    ),
    "a review that is the work itself": (
        {"title": "A review of residual networks in vision", "keys": ARXIV},
        {"title": "A Review of Residual Networks in Vision", "keys": CVPR}, SAME,
    ),
    # short and generic titles
    "a short title of two groups": (
        {"title": "Fast R-CNN", "authors": HE}, {"title": "Fast R-CNN", "authors": ("Jian Sun",)},
        DOUBTFUL,
    ),
    "a short title of one group": ({"title": "Fast R-CNN"}, {"title": "Fast R-CNN"}, SAME),
    "an editorial": (
        {"title": "Editorial", "keys": CVPR, "venue": 1},
        {"title": "Editorial", "keys": ARXIV, "venue": 2}, DIFFERENT,
    ),
    "an editorial, met again": (
        {"title": "Editorial", "venue": 1}, {"title": "Editorial", "keys": CVPR, "venue": 1}, SAME,
    ),
    "an editorial without authors": (
        {"title": "Editorial", "keys": CVPR, "authors": (), "venue": 1},
        {"title": "Editorial", "keys": DBLP, "authors": (), "venue": 1}, DIFFERENT,
    ),
    "no title": ({"title": ""}, {"title": ""}, DIFFERENT),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_case(name: str) -> None:
    one, other, verdict = CASES[name]

    found = compare(known(**one), known(**other))

    assert found.verdict is verdict, found.reasons
    assert compare(known(**other), known(**one)).verdict is verdict


def test_the_surest_candidate_comes_first_and_strangers_not_at_all() -> None:
    sought = known(keys=ARXIV)
    papers = {
        "stranger": known("Something else entirely"),
        "doubtful": known(keys=OTHER_ARXIV),
        "it": known(keys=CVPR),
    }

    found = decide(sought, papers.items())

    assert [match.candidate for match in found] == ["it", "doubtful"]
    assert Reason.OTHER_KEY in found[1].decision.reasons


@pytest.mark.parametrize(
    ("one", "other", "titles"),
    [
        ("β-VAE", "beta-VAE", Titles.EQUAL),
        ("Pre-training of Nets", "Pretraining of nets", Titles.EQUAL),
        ("Convex optimization of many nets", "Nonconvex optimization of many nets", Titles.NEAR),
        ("Colour and form in cats", "Color and form in cats", Titles.CLOSE),
        ("", "", Titles.EQUAL),
        ("神经网络的研究", "神经网络的研究", Titles.EQUAL),
    ],
)
def test_titles_are_compared(one: str, other: str, titles: Titles) -> None:
    assert compare_titles(one, other).titles is titles


def test_three_thousand_authors_are_compared_at_once() -> None:
    many = [f"Ann{n} Author{n}" for n in range(3000)]

    assert compare_authors(many, list(many)).are_equal


def test_a_block_key_survives_a_changed_word() -> None:
    assert block_key("Guided Policy Search as Approximate Descent", ["Sergey Levine"]) == block_key(
        "Guided Policy Search via Approximate Descent", ["S. Levine", "X. Y."]
    )
    assert block_key("", ["S. Levine"]) is None
    assert block_key("A title", []) is None


def test_short_abstracts_say_nothing() -> None:
    assert shared_text("Too short.", "Too short.") is None
    assert shared_text(ABSTRACT, ABSTRACT) == 1.0


WORDS = st.text(alphabet="abcdeZ .:()[]-–I12éß\\${}", max_size=60)


@given(WORDS, WORDS, st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=4))
def test_any_two_records_compare_alike_from_both_sides(
    one: str, other: str, first: list[str], second: list[str]
) -> None:
    a, b = known(one, authors=first), known(other, authors=second)

    assert compare(a, b).verdict is compare(b, a).verdict
    assert compare_titles(one, one).titles is Titles.EQUAL


@pytest.mark.slow
def test_real_pairs_are_told_apart_as_promised() -> None:
    folder = shared("data/papers")
    bibtex = shared("data/bibtex")
    files = [*sorted(folder.glob("ml*.gz")), *sorted(folder.glob("arxiv*.gz"))]

    rates = measure([*files, *sorted(bibtex.glob("*.bib.gz"))], "test")

    for precision, recall in rates.values():
        assert precision >= 0.995
        assert recall >= 0.97
