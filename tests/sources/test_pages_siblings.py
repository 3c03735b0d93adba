"""Invented pages of the same kind, read as their writers meant them.

The texts are ours; their habits are those of dumps: cards once or twice, lost line breaks,
lost hyphens, lost images, buttons between summaries.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from shortscience.papers.models import Paper
from shortscience.sources.pages import Library, PagePaper, combine, parse_page
from shortscience.sources.pages.load import import_files
from shortscience.summaries.models import Summary

FOLDER = Path(__file__).parent / "siblings"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


def read(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text("utf-8")


def papers_of(name: str) -> list[PagePaper]:
    page = parse_page(read(name))
    assert page.loose == ()
    return list(page.papers)


def texts(paper: PagePaper) -> list[str]:
    return [summary.text for summary in paper.summaries]


def together(*names: str) -> Library:
    return combine([parse_page(read(name)) for name in names])


def test_page_of_one_paper_gives_three_summaries_and_no_button() -> None:
    page = parse_page(read("paper"))

    (paper,) = page.papers
    assert page.refused == ()
    assert page.public_summaries == 1604
    assert paper.title == 'Which Hedge Is Best? On Counting Sparrows: "Wide" vs. "Tall"'
    assert paper.authors == ("Marta Ruiz", "Tom Ekholm", "李明")
    assert (paper.venue, paper.year, paper.source) == ("arXiv e-Print archive", 2017, "arXiv")
    assert paper.keywords == ("cs.LG", "q-bio.PE")
    assert paper.published_on == date(2017, 3, 4)
    assert paper.abstract == (
        "We count sparrows in hedges of two kinds and find that wide hedges hold more of them."
        "\n\nThe count grows with the width $w$ as $O(w^2)$; tall hedges hold less and gain"
        " nothing. More work is needed before we can say more than that. Code is at"
        " https://example.org/hedge-count."
    )
    assert [summary.comment_count for summary in paper.summaries] == [2, 0, 1]
    assert texts(paper) == [
        "The authors walk along forty hedges and count sparrows twice a day.\n\n#### Method\n\n"
        "1. Mark every hedge.\n2. Count at dawn.\n3. Count at dusk.\n\n#### Results\n\n"
        "| hedge | birds |\n|---|---|\n| wide | 31 |\n| tall | 12 |\n\nWide hedges win.",
        "What I liked:\n\n- the patience of the authors\n- that they publish the raw counts\n"
        "- the honest error bars\n\nWhat I did not like:\n\n- no winter counts\n- a single town",
        r"A third reading. The estimate is $$\hat{n} = \frac{1}{k}\sum_{i=1}^{k} c_i$$ and its"
        r" spread is $\sigma/\sqrt{k}$. See also \cite{conf/birds/RuizE15} and"
        " [the code](https://example.org/hedge-count) for how `count(a, b)` works.",
    ]
    assert paper.summaries[2].cites == ("conf/birds/RuizE15",)


def test_page_of_a_venue_gives_its_cards_whatever_their_titles_look_like() -> None:
    described = [
        (p.title, p.authors, p.venue, p.year, p.source, p.keywords, len(p.summaries))
        for p in papers_of("venue")
    ]

    damp = "Journal of Damp Places"
    assert described == [
        (
            "on the shape of puddles",
            ("Ngozi Okafor", "Pieter van der Meer", "Séan Ó Briain"),
            "IEEE - ACM Transactions on Wet Things",
            2019,
            "CrossRef",
            (),
            1,
        ),
        (
            "Rain and Shine and Moss",
            ("Lily Brook", "Max Stone"),
            damp,
            2018,
            "CrossRef",
            ("moss", "weather"),
            1,
        ),
        (
            r"$\epsilon$-Greedy Gardening: Is $O(n^2)$ Weeding Enough?",
            ("Lily Brook", "Max Stone"),
            damp,
            2018,
            "CrossRef",
            (),
            1,
        ),
        ("雨の日の学習について", ("Yui Tanaka",), "", 2016, "Bibsonomy", (), 1),
        (
            "Abstract Machines for Abstract Gardens",
            ("Plato",),
            "Symposium on Gardens",
            None,
            "DBLP",
            (),
            1,
        ),
        ("Editorial", ("Lily Brook",), damp, 2017, "DBLP", (), 0),
        (
            "Via Appia: A Road Network",
            ("Carla Rossi", "Ugo Bianchi"),
            "International Conference on Learning Representations",
            2018,
            "OpenReview",
            ("roads", "stone"),
            2,
        ),
    ]
    assert [s.comment_count for p in papers_of("venue") for s in p.summaries] == [
        *(0, 0, 3),
        *(0, 0, 0, 0),
    ]


def test_page_of_a_person_gives_cards_printed_once_and_no_day_of_rendering() -> None:
    many, slow, fast, revisited = papers_of("user")

    assert (many.title, len(many.authors)) == ("Many Hands Make a Dataset", 20)
    assert (many.authors[0], many.authors[-1]) == ("Ana Prado", "Una Iver")
    assert many.abstract == "Twenty-seven people labelled a million sentences."
    days = [paper.published_on for paper in (many, slow, fast, revisited)]
    assert days == [date(2020, 6, 2), None, None, date(2020, 8, 10)]
    assert texts(many) == [
        "Labelling is a craft.\n\n## Pros\n\n- careful guidelines\n- paid fairly\n\n"
        "## Cons\n\n- one language only"
    ]
    assert texts(slow) == ["A walk is slow when nobody hurries."]


def test_cards_without_keywords_and_summaries_do_not_swallow_each_other() -> None:
    described = {paper.title: paper.published_on for paper in papers_of("dates")}

    assert described == {
        "Alpha Moss": None,
        "Beta Moss": None,
        "Gamma Moss": date(2018, 4, 5),
        "Delta Moss": date(2008, 4, 5),
        "Epsilon Moss": date(2018, 5, 4),
        "Zeta Moss": None,
        "Eta Moss": None,
    }


def test_text_that_kept_its_lines_stays_and_a_card_inside_it_is_text() -> None:
    page = parse_page(read("several_lines"))

    (paper,) = page.papers
    assert [reason for _, reason in page.refused] == ["A summary without text."]
    first, second = texts(paper)
    assert first.startswith("This summary kept its lines.\n\n## Cards\n\nThey print a card")
    assert "\n\nThe Card Within\n\nNobody, Known\n\n" in first
    assert "\n    * nested\n" in first
    assert '```\ndef card():\n    return "- 2020 via x"\n```' in first
    assert first.endswith("More is less, they say.")
    assert second == (
        "The second one: the **first** claim holds. The second + third do not.\n\n"
        "+ It is short\n+ It is kind"
    )


def test_structure_of_one_line_comes_back() -> None:
    first, second, third = texts(papers_of("structure")[0])

    assert first == (
        "TL;DR: lists come back.\n\n**Key points:**\n\n* First point with *emphasis* inside.\n"
        "* Second point has $a * b$ and `c * d`.\n* Third.\n\n**Weak points:**\n\n* It is long."
        "\n\n### How does it work?\n\nIt reads marks.\n\n1) Find them\n2) Check them\n"
        "3) Break the line\n\nThe rest stays."
    )
    assert second.startswith("## Introduction\n\n* Nested lists appear:\n")
    assert "\n\n### Training details\n\n- batch size 32\n- learning rate 0.1\n\n" in second
    assert second.endswith("### Conclusion\n\nNice.")
    assert third.startswith(
        "Steps:\n\n1. Train a net on C# code - which is rare - and # of tokens.\n2. Prune."
    )
    assert "\n\n> They said so.\n\n> Twice." in third


def test_card_printed_with_its_title_each_time_is_one_paper() -> None:
    page = parse_page(read("titled_twice"))
    library = combine([page])

    reply, moss = library.papers
    assert page.refused == ()
    assert reply.paper.title == "Who Names the Namer? Ann Lee and Bo Chen Reply"
    assert reply.paper.abstract == "A reply to all who asked, and to nobody else.\n\nWe conclude."
    assert reply.paper.published_on == date(2019, 2, 3)
    assert [(s.text, s.comment_count) for s in reply.summaries] == [
        ("A reply that is longer than the question.", 12),
        ("Somebody else thought it was too short to be a reply at all.", 0),
    ]
    assert (moss.paper.title, moss.paper.abstract) == ("Moss & Stone", "Moss grows on stone.")
    assert [s.images for s in moss.summaries] == [("https://i.imgur.com/moss1.jpg",)]


@pytest.mark.parametrize("names", [("hyphenless", "hyphened"), ("hyphened", "hyphenless")])
def test_page_that_lost_its_hyphens_says_the_same_as_one_that_kept_them(names) -> None:
    (paper,) = together(*names).papers

    assert paper.paper.title == "Well-Known Walks: Self-Guided Tours of Long-Forgotten Gardens"
    assert paper.paper.authors == ("Ana-Maria Silva", "Rui Costa")
    assert (paper.paper.venue, paper.paper.year) == ("International Symposium on Walks", 2017)
    (summary,) = paper.summaries
    assert summary.text == (
        "A guide that needs no guide.\n\n## Strengths\n\n- cheap\n- works in the rain"
    )
    assert summary.comment_count == 1


@pytest.mark.parametrize("names", list(itertools.permutations(["preprint", "conference"])))
def test_preprint_and_publication_are_one_paper_with_two_readers(names) -> None:
    (paper,) = together(*names).papers

    assert paper.paper.title == "Puddle R-CNN: Finding Water on Roads"
    assert paper.paper.authors == ("Ngozi Okafor", "Pieter van der Meer")
    assert paper.paper.venue == "International Conference on Computer Vision"
    assert (paper.paper.year, paper.paper.published_on) == (2019, date(2018, 1, 20))
    # The readers share a quotation, and one's text is there twice, once without its image.
    assert sorted((s.images, s.comment_count) for s in paper.summaries) == [
        ((), 0),
        (("https://i.imgur.com/roads3.png",), 1),
    ]


# Where each loose text belongs; "" where it does not tell.
PLACED = {
    "What I liked:": "Which Hedge Is Best?",
    "Ruiz et al.": "Which Hedge Is Best?",
    "The authors walk": "Which Hedge Is Best?",
    "Labelling is": "Many Hands Make a Dataset",
    "Puddle R-CNN takes": "Puddle R-CNN: Finding Water on Roads",
    "Nobody knows": "",
    "# Summary Stonewise": "",
    "This is a page": "",
    "Second text without": "",
}


def placed(library: Library) -> dict[str, str]:
    found = {
        beginning: paper.paper.title[: len(wanted)]
        for beginning, wanted in PLACED.items()
        for paper in library.papers
        for summary in paper.summaries
        if summary.raw.startswith(beginning)
    }
    unplaced = (one.first_words for one in library.unplaced)
    return found | {
        next(beginning for beginning in PLACED if words.startswith(beginning)): ""
        for words in unplaced
    }


def test_loose_texts_go_where_they_belong_in_any_order_of_the_pages() -> None:
    for names in (NAMES, NAMES[::-1], [*NAMES[5:], *NAMES[:5]]):
        library = together(*names)

        assert placed(library) == PLACED
        assert len(library.unplaced) == 4
        assert sum(len(paper.summaries) for paper in library.papers) == 27


def without_line_ends(text: str) -> str:
    return text.replace("\n", "\r\n")


def with_odd_spaces(text: str) -> str:
    return text.replace(" via ", "\u00a0via\u00a0").replace("[link]", "\u200b[link]\u00a0")


def with_trailing_spaces(text: str) -> str:
    return "\ufeff" + "".join(f"{line}  \n" for line in text.split("\n"))


def without_bars(text: str) -> str:
    return text.replace(" |\n\n", "\n\n")


def with_bars(text: str) -> str:
    return text.replace("\n\n", "\n|\n")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "change",
    [without_line_ends, with_odd_spaces, with_trailing_spaces, without_bars, with_bars],
)
def test_other_white_space_and_bars_change_nothing(name, change: Callable[[str], str]) -> None:
    if name == "several_lines" and change is with_bars:
        pytest.skip("its summary has empty lines, of which bars would be text")

    changed, page = parse_page(change(read(name))), parse_page(read(name))

    assert [said(paper) for paper in changed.papers] == [said(paper) for paper in page.papers]
    assert [s.text for s in changed.loose] == [s.text for s in page.loose]


def said(paper: PagePaper) -> tuple[object, ...]:
    """Return what a card and its summaries say, without where; paragraphs may run together."""
    return (
        *(paper.title, paper.authors, paper.venue, paper.year, paper.source, paper.keywords),
        *(paper.published_on, paper.abstract.split()),
        [
            ([line.rstrip() for line in s.text.splitlines()], s.comment_count)
            for s in paper.summaries
        ],
    )


@pytest.mark.django_db
def test_separate_runs_in_any_order_give_the_same_library() -> None:
    paths = [FOLDER / f"{name}.txt" for name in NAMES]
    report = import_files(paths)
    together = set(Summary.objects.values_list("paper__title_key", "text"))

    assert (report.papers.added, report.papers.merged) == (Paper.objects.count(), 3)
    assert (report.summaries.added, report.summaries.merged) == (27, 5)
    assert len(report.unplaced) == 4
    again = import_files(paths)
    assert (again.papers.added, again.papers.merged) == (0, 0)
    assert (again.summaries.added, again.summaries.updated, again.summaries.merged) == (0, 0, 0)

    Summary.objects.all().delete()
    Paper.objects.all().delete()
    # Twice: a loose text that came before its card is placed when it comes again.
    for path in [*reversed(paths), *paths]:
        import_files([path])
    assert set(Summary.objects.values_list("paper__title_key", "text")) == together
