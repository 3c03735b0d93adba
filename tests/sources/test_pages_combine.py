"""Several pages together: one paper each, one text each, and a place only where it is told."""

from __future__ import annotations

from datetime import date

import pytest

from shortscience.sources.pages import (
    KnownPaper,
    Page,
    PagePaper,
    PageSummary,
    combine,
)
from shortscience.sources.pages.similar import damaged_words, group_copies, same_text
from shortscience.sources.pages.structure import restore_markdown

LONG = (
    "This self-supervised method looks at well-known trees - one for each season - and finds that "
    "the state-of-the-art trees grow better in the long-term shade of other trees. "
    "https://i.imgur.com/a1.png The authors measure it over many years and in many woods."
)
DAMAGED = LONG.replace("-", "").replace("https://i.imgur.com/a1.png", "")
OTHER = (
    "A different reader writes about the same work and cares for the measuring alone, which was "
    "made with a ruler in the first years and with a laser later, and says so at some length."
)


def make_summary(raw: str = LONG, comment_count: int = 0, line: int = 1) -> PageSummary:
    return PageSummary(restore_markdown(raw), raw, comment_count, line)


def make_paper(title: str = "Tree Nets", *raws: str, **fields: object) -> PagePaper:
    values: dict[str, object] = {
        "authors": ("Ann Lee", "Bo Chen"),
        "venue": "Journal of Trees",
        "year": 2019,
        "source": "Bibsonomy",
        "keywords": (),
        "published_on": None,
        "abstract": "",
        "line": 1,
    }
    summaries = tuple(make_summary(raw) for raw in raws)
    return PagePaper(title=title, summaries=summaries, **(values | fields))  # type: ignore[arg-type]


def make_page(*papers: PagePaper, loose: tuple[str, ...] = ()) -> Page:
    return Page(papers, tuple(make_summary(raw) for raw in loose), (), None)


def known_as(title: str, *authors: str, keys: tuple[str, ...] = ()) -> KnownPaper:
    return KnownPaper(title, authors, 2019, keys, ref=title)


def place(text: str, *known: KnownPaper) -> tuple[str, str]:
    """Return (title, reason) of where a loose text goes, ("", "") if nowhere."""
    found = combine([make_page(loose=(text,))], known)
    if found.unplaced:
        return "", ""
    return found.known[0].known.title, found.known[0].summaries[0].reason


def test_damaged_copies_are_one_summary_with_the_best_text():
    pages = [make_page(loose=(DAMAGED,)), make_page(make_paper("Tree Nets", LONG))]

    (paper,) = combine(pages).papers

    (summary,) = paper.summaries
    assert summary.raw == LONG
    assert [(copy.page, copy.reason) for copy in summary.copies] == [
        (0, "same text stands under its title on another page"),
        (1, "stands under its title"),
    ]


def test_better_text_of_a_loose_copy_is_taken():
    pages = [make_page(make_paper("Tree Nets", DAMAGED)), make_page(loose=(LONG,))]

    assert combine(pages).papers[0].summaries[0].images == ("https://i.imgur.com/a1.png",)


def test_cut_copy_is_the_same_summary():
    pages = [make_page(make_paper("Tree Nets", LONG)), make_page(loose=(LONG[:130],))]

    assert len(combine(pages).papers[0].summaries) == 1
    assert combine(pages).unplaced == ()


def test_two_readers_summaries_of_one_paper_stay_two():
    pages = [make_page(make_paper("Tree Nets", LONG, OTHER))]

    assert [s.raw for s in combine(pages).papers[0].summaries] == [LONG, OTHER]


def test_short_texts_are_one_only_if_equal():
    assert group_copies(["Nice.", "Nice!", "Nice work."]) == [[0, 1], [2]]


def test_common_last_sentence_joins_nothing():
    ending = " Also find this summary and many others at the page of its writer, under reading."

    assert not same_text(damaged_words(LONG + ending), damaged_words(OTHER + ending))


def test_many_copies_are_found_without_comparing_all():
    texts = [LONG, DAMAGED, OTHER] * 400 + [f"{OTHER} {number} trees" for number in range(300)]

    groups = group_copies(texts)

    assert len(groups) == 2


def test_paper_on_two_pages_is_one_with_the_fields_of_both():
    preprint = make_paper(
        "Tree-Nets",
        LONG,
        venue="arXiv e-Print archive",
        year=2018,
        source="arXiv",
        abstract="Trees.",
        published_on=date(2018, 5, 6),
    )
    printed = make_paper("Tree Nets", OTHER, authors=("A. Lee",), keywords=("trees",))

    (paper,) = combine([make_page(preprint), make_page(printed)]).papers

    assert (paper.paper.venue, paper.paper.year) == ("Journal of Trees", 2019)
    assert (paper.paper.abstract, paper.paper.published_on) == ("Trees.", date(2018, 5, 6))
    assert paper.paper.authors == ("Ann Lee", "Bo Chen")
    assert paper.paper.keywords == ("trees",)
    assert len(paper.summaries) == 2


@pytest.mark.parametrize(
    "fields", [{"authors": ("Di Marx",)}, {"year": 2012}], ids=["other people", "other years"]
)
def test_papers_that_share_only_a_title_stay_two(fields):
    pages = [make_page(make_paper("Editorial")), make_page(make_paper("Editorial", **fields))]

    assert len(combine(pages).papers) == 2


def test_paper_of_the_database_is_recognised():
    known = known_as("Tree nets", "Lee, Ann")

    (paper,) = combine([make_page(make_paper("Tree Nets"))], [known]).papers

    assert paper.known is known


def test_link_text_that_equals_a_title_gives_its_key():
    text = (
        "See [Tree Nets](http://www.shortscience.org/paper?bibtexKey=conf/t/Lee19#ann) and "
        "[Trees](http://www.shortscience.org/paper?bibtexKey=conf/t/Other)."
    )

    (paper,) = combine([make_page(make_paper("Tree Nets", text))]).papers

    assert paper.identifiers == ("conf/t/Lee19",)


def test_key_that_links_call_by_two_titles_is_trusted_for_neither():
    text = (
        "[Tree Nets](http://shortscience.org/paper?bibtexKey=conf/t/Lee19) "
        "[Bird Nets](http://shortscience.org/paper?bibtexKey=conf/t/Lee19)"
    )

    papers = combine([make_page(make_paper("Tree Nets", text), make_paper("Bird Nets"))]).papers

    assert [paper.identifiers for paper in papers] == [(), ()]


OWN_LINK = "links to the paper itself"
TREE_RCNN = known_as("Tree R-CNN", "Kai Oak")
FAST_TREE = known_as("FastTree: Growing Without Light", "Kai Oak", "Di Elm")
NORMAL = known_as("Leaf Normalization: Growing Deep Trees by Counting Shade", "Ser Yew")
CYCLES = known_as("Seasonal Cycle-Consistency Learning", "Deb Ash")
CERTIFIED = known_as("Second-Order Storms and Certifiable Trees", "Bai Li", "Chan Wu")
BAG = known_as("Bag of Leaves for Sorting Woods", "Arm Fir", keys=("journals/corr/1607.01759",))


@pytest.mark.parametrize(
    ("text", "known", "reason"),
    [
        ("Tree RCNN takes off from where Faster RCNN left.", TREE_RCNN, "same method name"),
        ("#### Intro * Introduces fast-tree, a quick way. * b", FAST_TREE, "same method name"),
        (
            "They add what the authors call Leaf Normalization (LN), which counts shade and so "
            "lets deep trees be growing.",
            NORMAL,
            "same method name",
        ),
        (
            "# Overview This paper aligns. They name their method Seasonal Cycle Consistency.",
            CYCLES,
            "same method name",
        ),
        (
            "Bag of Leaves for Sorting Woods is a short paper on woods.",
            BAG,
            "names the paper in the text",
        ),
        (
            "Li et al. propose storms of second-order on trees that are certifiably old.",
            CERTIFIED,
            "names the first author, and the topic agrees",
        ),
        ("Old. [Link to the paper](http://arxiv.org/abs/1607.01759v3)", BAG, OWN_LINK),
        ("Leaves. **Paper:** https://arxiv.org/abs/1607.01759 * a", BAG, OWN_LINK),
        ("\\cite{journals/corr/1607.01759} sorts woods.", BAG, "begins by citing the paper"),
    ],
)  # fmt: skip
def test_text_that_tells_its_paper_is_placed(text, known, reason):
    others = [TREE_RCNN, FAST_TREE, NORMAL, CYCLES, CERTIFIED, BAG]

    assert place(text, *others) == (known.title, reason)


@pytest.mark.parametrize(
    "text",
    [
        "This method improves Tree R-CNN by half.",
        "We extend Tree R-CNN to birds, and beat FastTree.",
        "A wood grows. ## See also * [Tree R-CNN](http://a.org) * Bag of Leaves for Sorting Woods",
        "They compare with [char-CNN](http://arxiv.org/abs/1607.01759) alone.",
        "It is faster than the original FastTree, from which it takes its roots.",
        "Wood et al. introduce FastTree for birds.",
        "Li et al. write about birds and stones.",
        "Introduces FastTree. [Link to the paper](https://arxiv.org/abs/1999.00001)",
        "Growing trees is hard in the deep shade of old woods.",
        "The cost is \\cite{journals/corr/1607.01759} times two.",
        "",
    ],
)
def test_mention_of_another_paper_attracts_nothing(text):
    fast = known_as(FAST_TREE.title, *FAST_TREE.authors, keys=("1807.00002",))

    assert place(text, TREE_RCNN, fast, NORMAL, CYCLES, CERTIFIED, BAG) == ("", "")


ONE = known_as("ONE: Toward One Model of Woods", "Una Iver")
WASA = known_as("WASA: A Tool for Trees", "Una Iver")
ROOTS = known_as("RootNetV2: Inverted Shadows and Linear Branches", "Mo Sand")
STORM = known_as(
    "Leaf-Drop Attack: Crushing Trees with Progressive Wind Search", "Ada Rakun", "Bo Fir"
)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        # The title's very words, hyphens lost, as something new.
        ("The original RootNets paper cut roots. Here a new layer: the invertedshadow linear "
         "branch.", ROOTS),
        ("Rakun et al. introduce the leaf-drop attack, which needs little wind.", STORM),
        ("This paper by Rakun et al. crushes trees with a progressive search for wind.", STORM),
        ("WASA is a tool. It works on trees.", WASA),
    ],
)  # fmt: skip
def test_title_words_and_people_tell_the_paper(text, known):
    assert place(text, ONE, WASA, ROOTS, STORM)[0] == known.title


@pytest.mark.parametrize(
    "text",
    [
        "One can count woods. One model is enough for that.",
        "This was a really old paper about trees and tools.",
        "RootNetV2 \\cite{conf/r/Sand18} cuts roots; this paper grows them.",
        "RootNetV2 (Sand et al., 2018) cuts roots; this paper grows them.",
        "They compare with inverted shadows and linear branches of earlier years.",
        # Other work of the same first author.
        "Rakun et al. count birds in the wind with a ruler.",
    ],
)
def test_words_that_only_look_like_a_name_attract_nothing(text):
    assert place(text, ONE, WASA, ROOTS, STORM) == ("", "")


def test_paper_that_the_database_has_twice_is_no_rival_of_itself():
    twin = known_as("Root-NetV2: Inverted Shadows and Linear Branches", "Mo Sand")

    assert place("RootNetV2 cuts roots.", ROOTS, twin)[0] == ROOTS.title


def test_paper_known_by_its_arxiv_id_alone_is_a_hint():
    text = "Leaves. [Link to the paper](http://arxiv.org/abs/1607.01759v3)"

    (unplaced,) = combine([make_page(loose=(text,))]).unplaced

    assert unplaced.arxiv_id == "1607.01759"
    assert unplaced.why == "The text is about arXiv 1607.01759, which is not among the papers."


def test_text_that_fits_two_papers_stays_unplaced_with_both_named():
    text = "Li et al. study storms and trees of the second order in certifiable woods."
    twin = known_as("Second-Order Storms and Certifiable Trees Revisited", "Bai Li", "Chan Wu")

    (unplaced,) = combine([make_page(loose=(text,))], [CERTIFIED, twin]).unplaced

    assert unplaced.candidates == (CERTIFIED.title, twin.title)
    assert unplaced.why == "Several papers fit the text equally well."
    assert unplaced.first_words.startswith("Li et al. study storms")


def test_loose_summary_goes_to_the_card_not_to_the_same_paper_of_the_database():
    page = make_page(
        make_paper("Tree R-CNN", authors=("Kai Oak",)), loose=("Tree RCNN takes off here.",)
    )

    library = combine([page], [TREE_RCNN])

    assert library.known == ()
    assert library.papers[0].known is TREE_RCNN
    assert [s.reason for s in library.papers[0].summaries] == ["same method name"]


def test_nothing_gives_nothing():
    empty = combine([])

    assert empty.papers == empty.known == empty.unplaced == ()
