"""Notes become HTML: what a writer types and what a reader gets."""

from collections.abc import Collection

import pytest

from shortscience.lib.markup import (
    CitedPaper,
    Rendered,
    extract_cites,
    plain_text,
    render,
    render_comment,
)
from tests.lib.htmlcheck import elements, misnested, text_of

FAST = CitedPaper(url="/p/12/fast-r-cnn", label="Girshick, 2015", title="Fast R-CNN")


def html(text: str, **options: str) -> str:
    return render(text, **options).html  # type: ignore[arg-type]


def with_paper(text: str) -> Rendered:
    return render(text, resolve=lambda keys: {"conf/iccv/Girshick15": FAST})


def test_headings_start_two_levels_down_and_stop_at_six():
    found = [e.tag for e in elements(html("# a\n## b\n### c\n#### d\n##### e")) if e.tag[0] == "h"]

    assert found == ["h3", "h4", "h5", "h6", "h6"]


def test_equal_headings_get_ids_of_their_own():
    found = elements(html("# A\n\n# A\n\n# A 2", id_prefix="s7-"))
    ids = [e.attributes["id"] for e in found if e.tag == "h3"]

    assert ids == ["s7-a", "s7-a-2", "s7-a-2-2"]


def test_every_id_begins_with_the_prefix_and_every_jump_arrives():
    found = elements(html("# T\n\na[^x] b[^x] c[^y]\n\n[^x]: one\n[^y]: two", id_prefix="s7-"))

    ids = [e.attributes["id"] for e in found if "id" in e.attributes]
    jumps = [e.attributes["href"] for e in found if e.tag == "a"]
    assert len(ids) == len(set(ids)) == 6
    assert all(each.startswith("s7-") for each in ids)
    assert {each.removeprefix("#") for each in jumps} <= set(ids)


def test_a_known_key_is_a_link_with_author_and_title():
    note = with_paper(r"See \cite{conf/iccv/Girshick15}.")

    assert (
        '<a class="cite" href="/p/12/fast-r-cnn" title="Fast R-CNN">Girshick, 2015</a>' in note.html
    )


def test_an_unknown_key_is_shown_as_typed():
    assert '<span class="cite cite--unknown">foo (not known here)</span>' in html(r"\cite{foo}")


def test_one_cite_may_hold_several_keys():
    assert with_paper(r"\cite{a, conf/iccv/Girshick15} \cite{a}").cites == (
        "a",
        "conf/iccv/Girshick15",
    )


@pytest.mark.parametrize(
    "key",
    ["conf/icml/IoffeS15", "journals/corr/abs-1502.03167", "a_b.(c):d-e\\f/g+h", "1502.03167"],
)
def test_a_key_may_hold_what_keys_of_the_original_hold(key: str):
    assert extract_cites(rf"x \cite{{{key}}} y") == (key,)


@pytest.mark.parametrize(
    "text", [r"`\cite{a}`", r"$\cite{a}$", "```\n\\cite{a}\n```", r"\\cite{a}"]
)
def test_code_and_formulas_cite_nothing(text: str):
    assert extract_cites(text) == ()


def test_papers_are_looked_up_once_for_all_keys():
    asked: list[Collection[str]] = []

    render(r"\cite{a} \cite{b,c} \cite{a}", resolve=lambda keys: asked.append(keys) or {})

    assert asked == [("a", "b", "c")]


# --- references ---------------------------------------------------------------------------------


def test_a_note_ends_with_what_it_cites_numbered_by_first_use():
    note = with_papers(r"By \cite{b}, \cite{a, b} and \cite{nobody}.", "a", "b").html

    found = elements(note)
    lines = ["".join(e.text) for e in found if e.tag == "li"]
    numbers = ["".join(e.text) for e in found if e.attributes.get("class") == "cite__number"]
    assert lines == ["Title of b B, 2015 ↩ ↩", "Title of a A, 2015 ↩"]
    assert numbers == ["[1]", "[2]", "[1]"]
    assert "nobody (not known here)" in note


def test_references_and_their_places_lead_to_each_other():
    found = elements(with_papers(r"By \cite{a}, \cite{b} and \cite{a}.", "a", "b").html)

    ids = [e.attributes["id"] for e in found if "id" in e.attributes]
    jumps = [e.attributes["href"] for e in found if e.attributes.get("href", "").startswith("#")]
    assert sorted(ids) == ["s-cite1", "s-cite1-1", "s-cite2", "s-ref1", "s-ref2"]
    assert {jump.removeprefix("#") for jump in jumps} == set(ids)


def test_two_keys_of_one_paper_are_one_reference():
    paper = CitedPaper(url="/p/1/x", label="X, 2015", title="X")

    note = render(r"\cite{a} \cite{b}", resolve=lambda keys: {"a": paper, "b": paper})

    assert note.html.count("<li") == 1


def test_without_a_known_paper_there_are_no_references():
    assert "References" not in html(r"See \cite{nobody}.")


def test_a_comment_links_what_it_cites_and_ends_without_a_list():
    paper = CitedPaper(url="/p/1/x", label="X, 2015", title="X")

    note = render_comment(r"See \cite{a}.", resolve=lambda keys: {"a": paper})

    assert note.html == '<p>See <a class="cite" href="/p/1/x" title="X">X, 2015</a>.</p>\n'


def test_a_folded_note_has_its_references_in_the_fold_and_its_numbers_once():
    long = "Many words of prose, said once more. " * 40
    for text in (rf"\cite{{a}} {long}", rf"\cite{{a}}{chr(10) * 2}{long}{chr(10) * 2}{long}"):
        note = with_papers(text, "a")

        assert note.has_more
        assert "References" not in note.lead_html
        assert note.rest_html.endswith("</ol></div>\n")
        ids = [e.attributes["id"] for e in elements(note.lead_html + note.rest_html)
               if "id" in e.attributes]  # fmt: skip
        assert len(ids) == len(set(ids)) == 2


def with_papers(text: str, *keys: str) -> Rendered:
    papers = {
        key: CitedPaper(url=f"/p/{key}/x", label=f"{key.upper()}, 2015", title=f"Title of {key}")
        for key in keys
    }
    return render(text, resolve=lambda _: papers, id_prefix="s-")


def test_each_outermost_block_knows_the_line_on_which_it_begins():
    text = "# T\n\na\nb\n\n- x\n- y\n\nbefore\n$$z$$\nafter\n\n```\ncode\n```\n"

    note = render(text)

    blocks = [e for e in elements(note.html) if not e.ancestors]
    assert [e.tag for e in blocks] == ["h3", "p", "ul", "p", "div", "p", "pre"]
    assert note.lines == (0, 2, 5, 8, 9, 10, 12)


def test_a_task_names_its_state():
    found = [e.attributes for e in elements(html("- [ ] a\n- [x] b")) if e.tag == "span"]

    assert [each["aria-label"] for each in found] == ["To do", "Done"]
    assert all(each["role"] == "img" for each in found)


def test_a_table_scrolls_and_aligns_by_class():
    found = elements(html("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |"))

    box = found[0].attributes
    assert (found[0].tag, box["class"], box["tabindex"]) == ("div", "table-scroll", "0")
    assert [e.attributes["class"] for e in found if e.tag in ("th", "td")] == [
        *("align-left", "align-center", "align-right"),
    ] * 2
    assert all(e.attributes["scope"] == "col" for e in found if e.tag == "th")


def test_a_head_of_a_table_that_is_a_formula_is_not_taken_for_empty():
    html = render("| $p$ | $a$ or $b$ |\n|---|---|\n| $1$ | 2 |").html

    assert html.count("</math>\N{WORD JOINER}</th>") == 1
    assert html.count("\N{WORD JOINER}") == 1


def test_an_empty_corner_of_a_table_is_no_heading():
    found = elements(html("| | a |\n|--|--|\n| b | 1 |"))

    assert [e.tag for e in found if e.tag in ("th", "td")] == ["td", "th", "td", "td"]


def test_code_keeps_its_language_and_its_text():
    result = html('```python\nx = "<a>" & 1\n```')

    assert 'aria-label="Code"' in result
    assert '<code class="language-python">' in result
    assert text_of(result, "code") == ['x = "<a>" & 1\n']


@pytest.mark.parametrize(
    ("typed", "href", "rel"),
    [
        ("[a](https://e.org/x)", "https://e.org/x", "nofollow noopener ugc"),
        ("[a](//e.org/x)", "https://e.org/x", "nofollow noopener ugc"),
        ("[a](www.e.org/x)", "https://www.e.org/x", "nofollow noopener ugc"),
        ("[a](/p/1)", "/p/1", None),
        ("[a](#top)", "#top", None),
        ("[a](mailto:a@e.org)", "mailto:a@e.org", "nofollow noopener ugc"),
        ("https://e.org/a_b_c?x=(1).", "https://e.org/a_b_c?x=(1)", "nofollow noopener ugc"),
        ("(http://e.org/a)", "http://e.org/a", "nofollow noopener ugc"),
        ("<https://e.org>", "https://e.org", "nofollow noopener ugc"),
        ("http://www.shortscience.org/paper?bibtexKey=a/b#bob", "/paper?bibtexKey=a/b#bob", None),
        ("[a](https://shortscience.org/paper?bibtexKey=a)", "/paper?bibtexKey=a", None),
    ],
)
def test_a_link_leads_where_it_says(typed: str, href: str, rel: str | None):
    link = next(e for e in elements(html(typed)) if e.tag == "a")

    assert link.attributes["href"] == href
    assert link.attributes.get("rel") == rel


@pytest.mark.parametrize("typed", ["[a](file.html)", "[a](ftp://e.org)", "[a](javascript:x)"])
def test_an_address_that_leads_nowhere_stays_text(typed: str):
    assert html(typed) == f"<p>{typed}</p>\n"


@pytest.mark.parametrize("address", ["/media/ab/c.png", "/static/img/c.webp"])
@pytest.mark.parametrize("form", ["{}", "![curve]({})", "text before\n{}\ntext after", "- {}"])
def test_our_image_alone_on_a_line_is_a_figure_linked_to_full_size(address: str, form: str):
    found = elements(html(form.format(address)))

    image = next(e for e in found if e.tag == "img")
    assert image.ancestors[-2:] == ("figure", "a")
    assert image.attributes["src"] == address
    assert image.attributes["alt"]
    assert image.attributes["loading"] == "lazy"


@pytest.mark.parametrize(("ending", "tag"), [("mp4", "video"), ("ogg", "audio"), ("m4a", "audio")])
def test_our_video_and_audio_play_only_when_asked(ending: str, tag: str):
    player = next(e for e in elements(html(f"/media/a.{ending}")) if e.tag == tag)

    assert player.attributes["preload"] == "none"
    assert "controls" in player.attributes


def test_a_foreign_image_is_a_link_with_its_caption():
    result = html("![Figure 2](https://i.imgur.com/x.png)")

    assert "<img" not in result
    assert text_of(result, "figcaption") == ["Image at i.imgur.com: Figure 2"]


def test_an_image_in_a_sentence_stays_in_it():
    found = elements(html("a ![b](/media/c.png) d"))

    assert [e.tag for e in found] == ["p", "a", "img"]


def test_a_display_formula_splits_its_paragraph():
    result = html("before $$x$$, after")

    assert [e.tag for e in elements(result) if not e.ancestors] == ["p", "div", "p"]
    assert (
        text_of(result, "p") == ["before ", " after"] or text_of(result, "p")[0].strip() == "before"
    )


PIECES = [
    "word",
    "$x$",
    "$$y$$",
    "/media/a.png",
    "![i](/media/b.png)",
    "https://e.org/c.png",
    "*e*",
]
FRAMES = [
    *("{}", "- {}", "> {}", "1. {}\n\n   {}", "# {}", "a[^1]\n\n[^1]: {}"),
    *("| {} |\n|--|\n| {} |", "[{}](/p/1)", "**{}**"),
]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("joint", [" ", "\n", "\n\n"])
def test_no_block_ends_up_in_a_paragraph_and_no_link_in_a_link(frame: str, joint: str):
    for first in PIECES:
        for second in PIECES:
            result = html(frame.replace("{}", first + joint + second))

            assert list(misnested(result)) == []


def test_a_comment_has_no_headings():
    result = render_comment("# Loud\n\ntext").html

    assert result == "<p><strong>Loud</strong></p>\n<p>text</p>\n"


def test_a_short_note_is_shown_whole():
    note = render("one\n\ntwo")

    assert (note.lead_html, note.has_more, note.rest_html) == (note.html, False, "")


def test_lead_and_rest_are_the_whole_note():
    note = render("\n\n".join(f"Paragraph {n}. " + "word " * 50 for n in range(8)))

    assert note.has_more
    assert note.lead_html + note.rest_html == note.html
    assert 300 < len(plain_text(note.lead_html, 9999)) < 700
    assert elements(note.lead_html)
    assert elements(note.rest_html)


def test_a_long_first_paragraph_is_cut_at_a_sentence():
    note = render("A sentence of *six* words, here. " * 60)

    assert note.has_more
    assert note.lead_html.endswith("here. …</p>\n")
    assert note.rest_html == note.html
    assert elements(note.lead_html)


def test_a_cut_lead_repeats_no_id_of_the_rest():
    note = render("Fact[^1]. " + "A sentence of six words, here. " * 60 + "\n\n[^1]: source")

    assert "…" in note.lead_html
    assert "id=" not in note.lead_html


def test_a_lead_does_not_end_with_a_heading():
    note = render("word " * 100 + "\n\n# Next\n\n" + "word " * 100 + "\n\n" + "word " * 100)

    assert "<h3" not in note.lead_html


def test_plain_text_has_words_only():
    text = "# Title\n\nSee [the *paper*](https://e.org) at https://arxiv.org/abs/1, $x^2$."
    text += "\n\n![A plot](/media/a.png)"

    assert plain_text(text) == "Title See the paper at arxiv.org, x^2. A plot"


def test_plain_text_ends_at_a_word():
    assert plain_text("alpha beta gamma", limit=12) == "alpha beta…"


def test_reading_time_is_at_least_a_minute():
    assert render("word").reading_minutes == 1
    assert render("word " * 1000).reading_minutes == 5


LONG = "What it is about. " + "Word and word. " * 60


def test_a_long_note_has_a_table_of_contents_before_its_first_heading():
    note = render(
        f"{LONG}\n\n# One $x$\n\n## Inner [a](/p/1)\n\n# Two\n\n# Three\n\nend",
        id_prefix="s7.",
        name="summary 7",
    )

    assert '<nav class="contents" aria-label="Contents of summary 7">' in note.rest_html
    assert note.html.index("What it is about") < note.html.index("<nav") < note.html.index("<h3")
    links = [
        e.attributes["href"]
        for e in elements(note.rest_html)
        if e.ancestors[:1] == ("nav",) and e.tag == "a"
    ]
    assert links == ["#s7.one-x", "#s7.inner-a", "#s7.two", "#s7.three"]
    ids = {e.attributes.get("id") for e in elements(note.rest_html)}
    assert {link[1:] for link in links} <= ids


def test_the_contents_take_part_in_the_lines_of_the_blocks():
    note = render(f"{LONG}\n\n# One\n\n# Two\n\n# Three\n\n# Four\n\nend")

    outermost = [e for e in elements(note.html) if not e.ancestors]
    assert len(note.lines) == len(outermost)
    assert list(note.lines) == sorted(note.lines)


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG}\n\n# One\n\n# Two\n\n# Three\n\nend",
        "Short.\n\n# One\n\n# Two\n\n# Three\n\n# Four",
    ],
    ids=["three headings", "short"],
)
def test_a_note_seen_at_a_glance_has_no_table_of_contents(text: str):
    assert "<nav" not in html(text)


def test_a_comment_has_no_table_of_contents_and_no_ids():
    text = f"{LONG}\n\n# One\n\n# Two\n\n# Three\n\n# Four\n\n$$x$$"

    assert "<nav" not in render_comment(text).html
    assert " id=" not in render_comment(text).html


def test_a_heading_is_the_link_to_itself_unless_it_holds_another():
    found = elements(html("# One $x$\n\n# [Two](/p/1)\n\n# See[^1]\n\n[^1]: note"))

    of_headings = [
        e.attributes["href"] for e in found if e.tag == "a" and e.ancestors[-1:] == ("h3",)
    ]
    assert of_headings == ["#note-one-x", "/p/1"]


def test_a_display_formula_keeps_its_address_when_others_come_and_go():
    before = [e.attributes["id"] for e in elements(html("$$a$$\n\n$$b$$")) if "id" in e.attributes]
    after = [e.attributes["id"] for e in elements(html("$$c$$\n\n$$b$$")) if "id" in e.attributes]

    assert before[1] == after[1]
    assert len({*before, *after}) == 3


def test_equal_formulas_have_addresses_of_their_own_and_a_label_is_one():
    text = "$$a$$\n\n$$a$$\n\n$$b \\label{eq:Loss}$$"
    ids = [e.attributes["id"] for e in elements(html(text)) if e.tag == "div"]

    assert len(set(ids)) == 3
    assert ids[2] == "note-eq-loss"


def test_a_table_is_called_by_its_heads():
    box = elements(html("| **Method** | $p$ | |\n|---|---|---|\n| a | b | c |"))[0]

    assert box.attributes["aria-label"] == "Table: Method, p"
