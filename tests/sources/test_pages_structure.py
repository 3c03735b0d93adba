"""Line breaks that a dump lost come back where the text shows them, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.sources.pages.structure import restore_markdown, strip_artefacts


@pytest.mark.parametrize(
    ("dumped", "restored"),
    [
        # The end of a heading: a question mark, a sentence, a known heading, a list.
        (
            "Intro. #### Why now? Because data grew.",
            "Intro.\n\n#### Why now?\n\nBecause data grew.",
        ),
        ("# Overview This paper maps birds.", "# Overview\n\nThis paper maps birds."),
        (
            "It ends. #### Methodology Tree RNN keeps most of the parts.",
            "It ends.\n\n#### Methodology\n\nTree RNN keeps most of the parts.",
        ),
        (
            "## Word order matters here We test it on two corpora.",
            "## Word order matters here\n\nWe test it on two corpora.",
        ),
        (
            "## Soft Tree Alignment The authors align trees.",
            "## Soft Tree Alignment\n\nThe authors align trees.",
        ),
        (
            "## Tree Walks Intuitively, the walker never rests.",
            "## Tree Walks\n\nIntuitively, the walker never rests.",
        ),
        (
            "## LSTM Long Short Term Memory (LSTM) is a cell.",
            "## LSTM\n\nLong Short Term Memory (LSTM) is a cell.",
        ),
        (
            "## Reward Shaping: Late phase Give small rewards first, then more.",
            "## Reward Shaping: Late phase\n\nGive small rewards first, then more.",
        ),
        (
            "#### Problem addressed: Sorting old trees. #### Novelty: Uses birds to sort.",
            "#### Problem addressed:\n\nSorting old trees.\n\n#### Novelty:\n\nUses birds to sort.",
        ),
        ("## Key contributions * Fast * Small", "## Key contributions\n\n* Fast\n* Small"),
        ("## Setup ### Data We use two sets.", "## Setup\n\n### Data\n\nWe use two sets."),
        ("## What I learned * Any tree", "## What I learned\n\n* Any tree"),
        ("## See also * [A](http://a.org)", "## See also\n\n* [A](http://a.org)"),
        (
            "##### Major Steps **Cut** The cut is made. **Glue** The glue dries.",
            "##### Major Steps\n\n**Cut** The cut is made.\n\n**Glue** The glue dries.",
        ),
        ("## Modules for trees", "## Modules for trees"),
        # No headings: a number sign in prose, a language, an anchor.
        ("The # of layers is 3.", "The # of layers is 3."),
        ("They use C# and F# here.", "They use C# and F# here."),
        ("See issue #12 there.", "See issue #12 there."),
        # Bullets, and what only looks like them.
        ("Two parts: * one * two", "Two parts:\n\n* one\n* two"),
        ("We like *Deep* , *Sharp* and *Wide Nets* (WN).",) * 2,
        ("The cost is 3 * 4 here and a * b there.",) * 2,
        ("A single * in prose.", "A single * in prose."),
        (
            "I see issues: - They tune on test - It's slow - it really is - Despite this it works",
            "I see issues:\n\n- They tune on test\n- It's slow - it really is\n"
            "- Despite this it works",
        ),
        (
            "Good idea: - It is cheap - It works Given that, I would use it",
            "Good idea:\n\n- It is cheap\n- It works\n\nGiven that, I would use it",
        ),
        ("It learns - as we saw - a well-known map.",) * 2,
        ("Between 5 - 10 and 20 - 30 trees.",) * 2,
        ("- First point - Second point", "- First point\n- Second point"),
        (
            "It is new. **Pros** - It is fast. - It is small. **Cons** - It is old. - It is red.",
            "It is new.\n\n**Pros**\n\n- It is fast.\n- It is small.\n\n"
            "**Cons**\n\n- It is old.\n- It is red.",
        ),
        ("A **tree** - as we know - is high.",) * 2,
        ("Points: • one • two", "Points:\n\n• one\n• two"),
        (
            "Strengths: - simple - fast Weaknesses: - no code - slow Overall I like it.",
            "Strengths:\n\n- simple\n- fast\n\nWeaknesses:\n\n- no code\n- slow\n\n"
            "Overall I like it.",
        ),
        (
            "### Pros & Cons + Fast + Simple - Slow start - No code",
            "### Pros & Cons\n\n+ Fast\n+ Simple\n- Slow start\n- No code",
        ),
        ("It needs a + b and + c.", "It needs a + b and + c."),
        ("## Cons - one language only", "## Cons\n\n- one language only"),
        (
            "* Pros: - fast - small * Cons: - old - red",
            "* Pros:\n  - fast\n  - small\n* Cons:\n  - old\n  - red",
        ),
        (
            "## Parts * one ends. *Two begins here * three",
            "## Parts\n\n* one ends.\n* Two begins here\n* three",
        ),
        (
            "## Size A study of width * depth in trees.",
            "## Size\n\nA study of width * depth in trees.",
        ),
        (
            "## Parts * one of many. Module plan 1 Big trees: * oak 2 Small trees. * yew",
            "## Parts\n\n* one of many.\n\nModule plan\n\n1 Big trees:\n\n* oak\n\n"
            "2 Small trees.\n\n* yew",
        ),
        (
            "**Summary**: trees. **Strengths**: it is new. **Weaknesses**: it is slow.",
            "**Summary**: trees.\n\n**Strengths**: it is new.\n\n**Weaknesses**: it is slow.",
        ),
        (
            "### Datasets: MNIST, trees ### Resources: http://a.org ### Reward: Late phase",
            "### Datasets:\n\nMNIST, trees\n\n### Resources:\n\nhttp://a.org\n\n"
            "### Reward: Late phase",
        ),
        ("It works. ### Conclusion Nice.", "It works.\n\n### Conclusion\n\nNice."),
        # Lines below headings, and lines alone.
        (
            "Introduction ========= Trees are old. The Method ------ They are counted.",
            "Introduction\n=========\n\nTrees are old.\n\nThe Method\n------\n\nThey are counted.",
        ),
        ("They grow. ----- They fall.", "They grow.\n\n-----\n\nThey fall."),
        # Where a text stood before, and what moves.
        (
            "Trees grow. Also find this summary at [a.org](http://a.org).",
            "Trees grow.\n\nAlso find this summary at [a.org](http://a.org).",
        ),
        (
            "They move. https://a.org/b.mp4 They stop.",
            "They move.\n\nhttps://a.org/b.mp4\n\nThey stop.",
        ),
        # Numbered lists.
        (
            "It is faster \\cite{a/B} 1. Where it joins. 2. It also pools. 3. It stops.",
            "It is faster \\cite{a/B}\n\n1. Where it joins.\n2. It also pools.\n3. It stops.",
        ),
        ("See Figure 1. It shows trees. See Figure 2. It shows birds.",) * 2,
        ("The rate fell to 1. The model was better.",) * 2,
        (
            "## Parts 1 Big trees: * oak * elm 2 Small trees. * yew * box",
            "## Parts\n\n1 Big trees:\n\n* oak\n* elm\n\n2 Small trees.\n\n* yew\n* box",
        ),
        # Images stand alone unless they are a word of their sentence.
        (
            "It grows. https://i.imgur.com/a1.png The tree is old.",
            "It grows.\n\nhttps://i.imgur.com/a1.png\n\nThe tree is old.",
        ),
        ("Loss: ![](https://x.org/a.png) Then", "Loss:\n\n![](https://x.org/a.png)\n\nThen"),
        (
            "![](https://x.org/a.png) ![b](https://x.org/b.png)",
            "![](https://x.org/a.png)\n\n![b](https://x.org/b.png)",
        ),
        ("The icon https://x.org/a.png means yes.",) * 2,
        (
            "## T * see this https://x.org/a.png * and that",
            "## T\n\n* see this\n\nhttps://x.org/a.png\n\n* and that",
        ),
        # Quotes and tables.
        (
            "## Funny > trees are old > Note that birds are not.",
            "## Funny\n\n> trees are old\n\n> Note that birds are not.",
        ),
        ("If a > b then c > d.", "If a > b then c > d."),
        (
            "Results: | tree | age | |---|---| | oak | 9 | | elm | | All are old.",
            "Results:\n\n| tree | age |\n|---|---|\n| oak | 9 |\n| elm | |\n\nAll are old.",
        ),
        # Never cut: formulas, code, links.
        ("Take $a * b - c # d$ and $x > 1. y$ here.",) * 2,
        ("Run `a * b * c` and `# x` here.",) * 2,
        ("[1. One 2. Two * three * four](http://a.org/x_(y)) is it.",) * 2,
        ("Then $$a = b$$ holds.", "Then $$a = b$$ holds."),
        # What the dump itself printed.
        ("It ends. |", "It ends."),
        ("It ends. ![]() |", "It ends."),
        ("It ![]() ends.", "It ends."),
        ("$P(a|b)$ |", "$P(a|b)$"),
        ("", ""),
    ],
)
def test_line_breaks_come_back(dumped, restored):
    assert restore_markdown(dumped) == restored
    assert restore_markdown(restored) == restored


@pytest.mark.parametrize(
    ("dumped", "restored"),
    [
        (
            "The layer:  It grows the input  It cuts the output This way, we win",
            "The layer:\n\n- It grows the input\n- It cuts the output\n\nThis way, we win",
        ),
        ("We like:  trees  birds  stones", "We like:\n\n- trees\n- birds\n- stones"),
        # A lost dash, two spaces behind full stops, lost images: no lists.
        ("The parts  one for each tree  are small.",) * 2,
        ("It says this:  We walk.  They sleep.  It rains.",) * 2,
        ("A well-kept dash says:  It is here  And so is this",) * 2,
    ],
)
def test_bullets_whose_hyphens_were_lost_come_back(dumped, restored):
    assert restore_markdown(dumped) == restored
    assert restore_markdown(restored) == restored


def test_table_at_the_end_keeps_its_last_bar():
    dumped = "| a | b | |---|---| | 1 | 2 | |"

    once = restore_markdown(strip_artefacts(dumped))

    assert once == "| a | b |\n|---|---|\n| 1 | 2 |"
    assert restore_markdown(once) == once


def test_text_with_its_line_breaks_stays():
    kept = (
        "# Trees\n\nOld trees\nare high.\n\n* oak\n  * red oak\n* elm\n\n```\na * b * c\n# x\n```"
    )

    assert restore_markdown(kept) == kept


FRAGMENTS = st.sampled_from(
    """# ## #### * - 1. 2. 3. > | |---|---| ** **Bold** *em* $x * y$ $$z$$ `c * d` [l](http://a.b)
    https://i.imgur.com/a.png ![](http://a.b/c.png) ![a b](http://a.b/c.png) \\cite{a/b} Overview
    The This It tree birds, ends. why? : 5 2015 $ ` [ ] ( ) ``` \\( \\) \\[ \\] é 𝒳 state-of-the-art
    ==== ----- + *The Pros:
    \ue000 \ue001 Figure a B""".split()
)
SPACES = st.sampled_from([" ", "  ", "\n", "\n\n", "\t", ""])
TEXTS = st.lists(st.tuples(FRAGMENTS, SPACES), max_size=40).map(
    lambda pairs: "".join(word + space for word, space in pairs)
)


def without_space(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_restoring_twice_is_restoring_once(text):
    once = restore_markdown(text)

    assert restore_markdown(once) == once


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_character_is_lost_and_only_hyphens_are_added(text):
    before = without_space(text.replace("![]()", ""))
    after = without_space(restore_markdown(text))

    rest = iter(after)
    is_kept = all(character in rest for character in before.removesuffix("|"))
    assert is_kept
    assert len(after) - len(before) <= after.count("-") - before.count("-")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_survived(text):
    once = restore_markdown(text)

    assert restore_markdown(once) == once


@pytest.mark.parametrize(
    "unit",
    ["# ", "* a ", "- A ", "1. a ", "| ", "[", "![](", "$ ", "\\[", "\\(", "`", "```", "> ",
     "a  B ", "## The ", "**A** B ", "https://", "1 a * ", "|---", "a: - b ", "\\cite{",
     "A ==== ", "+ A ", ". *The a ", "- a B: "],
)  # fmt: skip
def test_long_texts_come_out_whole(unit):
    """A cost that grows with the square of the length would not come to an end here."""
    text = unit * (200_000 // len(unit))

    after = without_space(restore_markdown(text))

    assert len(after) >= len(without_space(text).removesuffix("|"))
