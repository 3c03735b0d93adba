"""What we write as BibTeX, we read back; and no text at all breaks the reader."""

from hypothesis import example, given
from hypothesis import strategies as st

from shortscience.lib import bibtex
from shortscience.lib.bibtex import FIRST_YEAR, parse
from shortscience.lib.names import join_authors, split_authors, to_first_last
from shortscience.lib.titles import clean_title

WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            ["Deep", " ", "$x_{1}$", "$", "\\$", "&", "%", "#", "_", "^", "~", "\\", "é", "–", "\"",
             "'", "@misc{", "}", "{", ",", "=", "深", "$\\frac{a}{b}$", "<", "and", "}@a{b,"]
        ),
        st.text(max_size=5),
    ),
    max_size=12,
).map("".join)  # fmt: skip
# A lone "\\{" in a formula comes back as "\\lbrace", which means the same.
TITLES = WORDS.map(clean_title).filter(
    lambda title: title and "\\{" not in title and "\\}" not in title
)


def is_plain(name):
    # Two names with one dollar each would make a formula of the list between them.
    return name and "$" not in name and split_authors(f"{{{name}}}") == (name,)


AUTHORS = st.lists(WORDS.map(to_first_last).filter(is_plain), max_size=4).map(tuple)


@example("^@misc(", (), 1450, "")
@given(TITLES, AUTHORS, st.integers(FIRST_YEAR, 2026), st.text(max_size=10))
def test_what_is_written_is_read_back(title, authors, year, key):
    fields = {"title": title, "author": join_authors(authors), "year": str(year)}

    found = parse(bibtex.entry(key=key, entry_type="article", fields=fields))

    assert found.refused == ()
    (record,) = found.records
    assert (record.title, record.authors, record.year) == (title, authors, year)


@given(st.lists(TITLES, min_size=1, max_size=4))
def test_entries_written_one_after_another_stay_apart(titles):
    text = "".join(
        bibtex.entry(key=f"k{n}", entry_type="misc", fields={"title": title})
        for n, title in enumerate(titles)
    )

    assert [record.title for record in parse(text).records] == titles


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["@article{", "@string{", "@comment{", "@preamble{", "@", "key,", "title", " = ", "{",
             "}", '"', "#", ",", "\n", "\\", "year", "2001", "crossref", "(", ")", "month"]
        ),
        st.text(max_size=4),
    )
).map("".join)  # fmt: skip


@given(PIECES)
def test_no_text_breaks_the_reader(text):
    found = parse(text)

    assert found.records or found.refused
    assert all(record.line >= 1 and record.title for record in found.records)


@given(PIECES, TITLES)
def test_a_good_entry_after_garbage_is_read(garbage, title):
    good = bibtex.entry(key="good", entry_type="misc", fields={"title": title})

    found = parse(f"{garbage}\n{good}")

    assert title in [record.title for record in found.records]
