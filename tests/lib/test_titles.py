"""Titles: to print, to compare, to put in an address."""

import gzip
import json
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.titles import MAX_KEY, MAX_SLUG, clean_title, slugify, title_key
from tests.shared import shared


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Deep Residual Learning.", "Deep Residual Learning"),
        ("{{Minimax Classification \\& Clustering}}", "Minimax Classification & Clustering"),
        ("{On $\\Sigma^{0}$ Hyperons\n   at LHC}", "On $\\Sigma^{0}$ Hyperons at LHC"),
        ("Issues &amp; Challenges", "Issues & Challenges"),
        ("<i>In vivo</i> &lt;sub&gt;2&lt;/sub&gt;", "In vivo 2"),
        ("Attention Is All You Need...", "Attention Is All You Need..."),
        ("Systems of Alis Technologies Inc.", "Systems of Alis Technologies Inc."),
        ("Politics in the U.S.", "Politics in the U.S."),
        ("  tabs\tand\x00 control\x07 ", "tabs and control"),
        ("Cafe\u0301", "Café"),
        ("", ""),
        ("{}", ""),
    ],
)  # fmt: skip
def test_title_is_printed_without_the_marks_of_its_source(raw, title):
    assert clean_title(raw) == title


@pytest.mark.parametrize(
    "spellings",
    [
        ["Pre-training", "Pretraining", "Pre training", "PRE–TRAINING."],
        ["β-VAE", "$\\beta$-VAE", "beta-VAE", "\\(\\beta\\)-VAE", "Β-VAE"],
        ["Schr\\\"odinger's cat", "Schrödinger’s Cat", "Schrodinger's cat!"],
        ["On $\\ell_1$ Trees", "On ℓ₁ trees", "On \\ell_1 trees", "On <i>l</i><sub>1</sub> Trees"],
        ["DNA$_{\\textrm{2}}$", "DNA2", "DNA<sub>2</sub>"],
        ["The Łukasiewicz Æther", "the lukasiewicz aether"],
    ],
)  # fmt: skip
def test_spellings_of_one_title_have_one_key(spellings):
    assert len({title_key(title) for title in spellings}) == 1


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("深度学习 综述", "深度学习综述"),
        ("Глубокое обучение", "глубокоеобучение"),
        ("Μάθηση βάθους", "μαθησηβαθουσ"),
        ("مقدمة", "مقدمة"),
        ("!?…", ""),
        ("", ""),
    ],
)
def test_key_keeps_every_script_and_is_empty_without_words(title, key):
    assert title_key(title) == key


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Deep Residual Learning", "deep-residual-learning"),
        ("Schrödinger's $\\beta$-VAE & more", "schrodingers-beta-vae-more"),
        ("深度学习", "paper"),
        ("", "paper"),
        ("x" * 80, "x" * MAX_SLUG),
        ("word " * 40, "-".join(["word"] * 12)),
    ],
)
def test_slug_is_short_ascii_of_whole_words(title, slug):
    assert slugify(title) == slug


TITLES = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["&amp;", "amp;", "&lt;", "<i>", "i>", "{", "}", "\\", "$", "\\$", "\\'", "\\i",
             "e", " ", ".", "--", "-", "``", "'", "~", "\\(",
             "\\)", "α", "β", "\\emph", "\\rho", "ς", "lt;"]
        )
    ).map("".join),
)  # fmt: skip


@given(TITLES)
def test_cleaning_a_clean_title_changes_nothing(raw):
    title = clean_title(raw)

    assert clean_title(title) == title


@given(st.one_of(TITLES, st.text(alphabet="αβx", min_size=190, max_size=210)))
def test_key_of_a_key_is_the_key(raw):
    key = title_key(raw)

    assert len(key) <= MAX_KEY
    assert title_key(key) == key


@given(st.text())
def test_slug_fits_in_an_address(title):
    slug = slugify(title)

    assert 1 <= len(slug) <= MAX_SLUG
    assert slug.isascii()
    assert slugify(slug) == slug


def test_hundred_kilobytes_of_entities_take_no_time():
    assert clean_title("&" + "amp;" * 25_000 + "lt;") == "<"
    assert len(title_key("word{" * 20_000)) == MAX_KEY


@pytest.mark.parametrize("name", ["acl", "arxiv-1992-2016", "ml-venues"])
def test_real_titles_are_clean_after_one_cleaning(name):
    with gzip.open(shared(f"data/papers/{name}.jsonl.gz"), "rt") as lines:
        titles = [clean_title(json.loads(line)["title"]) for line in islice(lines, 3000)]

    assert all(title_key(title) for title in titles)
    assert [clean_title(title) for title in titles] == titles
