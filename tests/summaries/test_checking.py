"""What an editor points out before a text is published; nothing of it blocks."""

from __future__ import annotations

import pytest

from shortscience.papers.models import PaperNotice
from shortscience.papers.records import NoticeKind
from shortscience.summaries.checking import MOST_OF_A_KIND, Checked, preview
from tests.factories import make_paper

pytestmark = pytest.mark.django_db

ABSTRACT = (
    "We present a way to train networks that are far deeper than those used before. On the"
    " validation set an ensemble of these networks reaches an error of 3.57%, with 152 layers and"
    " a gain of 28 percentage points over what was known, while the number of operations stays"
    " below that of the networks which others used for the same task in the same year."
)


def check(text: str, *, abstract: str = ABSTRACT) -> Checked:
    return preview(text=text, paper=make_paper(abstract=abstract)).checked


def said(text: str, *, abstract: str = ABSTRACT) -> list[tuple[str, str, int | None]]:
    return [(one.about, one.sentence, one.line) for one in check(text, abstract=abstract).findings]


def test_a_number_that_differs_from_the_abstract_is_told_with_its_line_and_what_stands_there() -> (
    None
):
    text = "It works well.\n\nIt has 152 layers\nand an error of $3.75\\%$."

    assert said(text) == [("3.75%", "3.75% is not in the abstract (there: 3.57%).", 4)]
    assert check(text).agreeing == 1


def test_another_unit_is_told() -> None:
    assert said("A gain of 28 % is much, and so it is.") == [
        (
            "28 %",
            "28 % has another unit in the abstract (there: 28 percentage points).",
            1,
        )
    ]


def test_numbers_from_the_paper_itself_are_asked_about_once() -> None:
    (finding,) = check("On CIFAR 6.43 %, then 7.93 %, and 110 layers.").findings

    assert finding.sentence == (
        "Not in the abstract: 6.43 %, 7.93 %, 110. Do they stand so in the paper?"
    )


def test_without_an_abstract_no_number_is_checked() -> None:
    assert said("An error of 3.75 % and 17 more.", abstract="") == []


def test_words_of_the_abstract_in_a_row_are_told_unless_they_are_quoted() -> None:
    copied = " ".join(ABSTRACT.split()[:39])

    ((about, sentence, line),) = said(f"In short:\n\n{copied}.")

    assert about == "“We present a way to train …”"
    assert sentence.startswith("40 words in a row are the abstract’s.")
    assert line == 3
    assert said(f"In short, as they say:\n\n> {copied}") == []


@pytest.mark.parametrize(
    "text",
    ["https://example.org/post", "[my blog post](https://example.org/a)", "See <https://e.org/>."],
)
def test_a_text_that_is_only_a_link_is_told(text: str) -> None:
    assert [about for about, *_ in said(text)] == ["Only a link"]


def test_a_text_with_a_link_in_it_is_one() -> None:
    assert said("The idea is told well in [this post](https://example.org), read it first.") == []


def test_a_picture_without_words_is_told_with_its_line() -> None:
    text = "Words, enough of them, above.\n\n![](/media/a.png)\n\n![a curve](/media/b.png) and\n![](/media/c.png) in a line."  # noqa: E501

    assert [(about, line) for about, _, line in said(text)] == [("Image", 3), ("Image", 6)]


def test_a_retracted_paper_that_is_cited_is_told() -> None:
    cited = make_paper("Taken back", keys=("10.1000/gone",), year=2011)
    make_paper("Stands", keys=("10.1000/stands",))
    PaperNotice.objects.create(paper=cited, kind=NoticeKind.RETRACTION.value)
    PaperNotice.objects.create(paper=cited, kind=NoticeKind.WITHDRAWAL.value)

    (finding,) = check(
        r"As shown in \cite{10.1000/gone} and \cite{10.1000/stands} before this."
    ).findings

    assert finding.about == cited.cite_label
    assert "retracted" in finding.sentence


def test_a_key_that_means_nothing_and_one_that_is_not_closed_are_told() -> None:
    found = said("Words, enough of them, and \\cite{10.1000/none}.\nAnd \\cite{batch")

    assert [(about, line) for about, _, line in found] == [
        (r"\cite{10.1000/none}", None),
        (r"\cite{batch", 2),
    ]


def test_a_formula_that_cannot_be_shown_is_told_with_its_line() -> None:
    (formula,) = check("Enough words stand here.\n\nAnd $\\foo$ as well.").formulas

    assert (formula.about, formula.sentence, formula.line) == (
        r"\foo",
        'Unknown command "\\foo".',
        3,
    )


def test_of_each_kind_only_the_first_are_told() -> None:
    text = "Many words stand here. " + " ".join(f"\\cite{{10.1000/n{n}}}" for n in range(50))

    assert len(check(text).findings) == MOST_OF_A_KIND


def test_a_good_text_gets_no_finding() -> None:
    checked = check("An ensemble reaches 3.57 %: with 152 layers, 28 points better than before.")

    assert (checked.count, checked.agreeing) == (0, 3)
