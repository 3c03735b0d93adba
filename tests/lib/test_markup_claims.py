"""Claims in a text: what a mark says, what it looks like, and that a faulty one loses nothing."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest

from shortscience.lib.markup import (
    MAX_CLAIMS,
    ClaimKind,
    Rendered,
    ShownClaim,
    number_of,
    plain_line,
    plain_text,
    render,
    render_comment,
    render_line,
    unmarked,
)
from tests.lib.htmlcheck import elements, misnested

pytestmark = pytest.mark.pure

ONE = '::claim{id=c1 metric="top-1" value="78.7" unit="%" where="Table 2"}It reaches 78.7 %.::'
LINE = ShownClaim(url="/p/1/supcon#claim-3", status="untested", word="untested")


def marked(text: str, **shown: ShownClaim) -> Rendered:
    return render(text, claims=shown, id_prefix="s7-")


def words_of(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html)).strip()


def says(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.says) for problem in marked(text).problems]


def test_a_mark_tells_all_that_can_be_checked():
    (claim,) = marked(ONE).claims

    assert (claim.id, claim.statement, claim.line) == ("c1", "It reaches 78.7 %.", 1)
    fields = claim.fields
    assert (fields.kind, fields.metric, fields.relation) == (ClaimKind.NUMBER, "top-1", "=")
    assert (fields.value, fields.number, fields.unit, fields.where) == (
        "78.7",
        78.7,
        "%",
        "Table 2",
    )


def test_the_words_stand_in_the_text_with_an_id_and_a_chip_that_leads_to_the_line():
    html = marked(ONE, c1=LINE).html

    span = next(e for e in elements(html) if e.attributes.get("class") == "claim-mark")
    chip = next(e for e in elements(html) if e.tag == "a")
    assert span.attributes["id"] == "s7-c1"
    assert chip.attributes["href"] == "/p/1/supcon#claim-3"
    assert chip.attributes["class"] == "claim-chip status status--untested"
    assert chip.attributes["aria-label"] == "untested: claim c1"


def test_a_claim_that_is_not_saved_yet_has_a_chip_without_a_link():
    html = marked(ONE).html

    assert "<a" not in html
    assert '<span class="claim-chip status status--untested">claim</span>' in html


def test_words_of_a_claim_may_hold_emphasis_formulas_code_and_links():
    text = "::claim{id=c1}**Bold**, $a::b$, `std::vector` and [a link](https://x.org)::, done."

    note = marked(text)

    assert note.claims[0].statement.endswith("(https://x.org)")
    assert all(f"<{tag}" in note.html for tag in ("strong", "math", "code", "a"))
    assert note.html.count("claim-error") == 0
    assert list(misnested(note.html)) == []


@pytest.mark.parametrize(
    "text",
    [
        "- ::claim{id=c1}in a list::",
        "> ::claim{id=c1}in a quotation\n> of two lines::",
        "| a |\n|---|\n| ::claim{id=c1}in a table:: |",
        "# ::claim{id=c1}in a heading::",
        "[::claim{id=c1}in a link::](https://x.org)",
        "A[^1].\n\n[^1]: ::claim{id=c1}in a footnote::",
        "**::claim{id=c1}in bold words::**",
    ],
)
def test_a_claim_stands_wherever_words_stand(text: str):
    note = marked(text, c1=LINE)

    assert len(note.claims) == 1
    assert note.problems == ()
    assert list(misnested(note.html)) == []
    assert not any(e.tag == "a" and "a" in e.ancestors for e in elements(note.html))


def test_feeds_search_and_comments_get_the_words_alone():
    assert plain_text(f"So: {ONE} Good.") == "So: It reaches 78.7 %. Good."
    assert words_of(render_comment(f"So: {ONE} Good.").html) == "So: It reaches 78.7 %. Good."
    assert render(ONE).html == "<p>It reaches 78.7 %.</p>\n"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (f"So: {ONE} Good.", "So: It reaches 78.7 %. Good."),
        ("::claim{id=c1}`a::b` and $x::y$::.", "`a::b` and $x::y$."),
        ("::claim{id=c1}no end\n\nhere::", "::claim{id=c1}no end\n\nhere::"),
        ("::claim{id=c1}**two**\nlines:: ::claim{id=c2}x::", "**two**\nlines x"),
        ("None.", "None."),
    ],
)
def test_a_source_is_readable_without_its_marks(source: str, words: str):
    assert unmarked(source) == words


def test_a_statement_is_one_line_of_html_or_of_words():
    assert render_line("a **b** $x$").startswith("a <strong>b</strong> <math")
    assert plain_line("a **b**\n$x$ ::claim{id=c1}c::") == "a b x c"


@pytest.mark.parametrize(
    ("attributes", "relation", "value", "kind"),
    [
        ("c1", "", "", "qualitative"),
        ("#c1 value=5", "=", "5", "number"),
        ("id=c1 value=“≥ 78.7”", ">=", "78.7", "number"),
        ("id=c1 relation=about value=3.4", "~", "3.4", "number"),
        ("id=c1 value='at most 1,548'", "<=", "1,548", "number"),
        ('id=c1 relation=">=" value="L_in"', ">=", "L_in", "comparison"),
        ("id=c1 type=theorem", "", "", "theorem"),
        ("id=C1 value=−0.5", "=", "−0.5", "number"),
    ],
)
def test_attributes_are_read_as_people_type_them(
    attributes: str, relation: str, value: str, kind: str
):
    note = marked(f"::claim{{{attributes}}}words::")

    assert note.problems == ()
    fields = note.claims[0].fields
    assert (fields.id, fields.relation, fields.value, fields.kind) == ("c1", relation, value, kind)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("::claim{metric=a}w::", "needs an id"),
        ("::claim{id=7up}w::", "“7up” is no id"),
        ("::claim{id=c1 metrc=a}w::", "“metrc” is not known here"),
        ("::claim{id=c1 metric=a metric=b}w::", "“metric” is said twice"),
        ("::claim{id=c1 type=number value=much}w::", "“much” is no number"),
        ("::claim{id=c1 type=number}w::", "needs a value"),
        ("::claim{id=c1 type=guess}w::", "“guess” is no type"),
        ("::claim{id=c1 relation=near value=1}w::", "“near” is no relation"),
        ("::claim{id=c1 relation=about}w::", "no value to compare with"),
        (f"::claim{{id=c1 unit={'x' * 21}}}w::", "longer than 20 characters"),
        ("::claim{id=c1 = }w::", "“=” cannot be read"),
        ("::claim{id=c1}::", "says nothing"),
        (f"::claim{{id=c1}}{'w' * 601}::", "longer than 600 characters"),
        ("::claim{id=c1}a:: ::claim{id=C1}b::", "“c1” is taken by an earlier claim"),
        ("::claim{id=c1}a ::claim{id=c2}b:: c::", "cannot stand inside another claim"),
        ("::claim{id=c1}no end", "has no end"),
        ("::claim{id=c1 no brace::", "has no }"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_nothing_typed_is_lost(text: str, sentence: str):
    ((line, said), *_more) = says(f"First.\n\nSecond line\n{text}")

    assert line == 4
    assert sentence in said
    shown = words_of(marked(text).html)
    assert all(word.strip(":") in shown for word in plain_text(text, 2000).split())


def test_a_wrong_attribute_does_not_cost_the_claim():
    note = marked("::claim{id=c1 metrc=a metric=b value=5}w::")

    assert note.claims[0].fields.metric == "b"
    assert len(note.problems) == 1


def test_a_mark_that_is_no_claim_is_shown_as_it_was_typed():
    assert marked("x ::claim{}w:: y").html == (
        '<p>x <code class="claim-error">::claim{}</code>w<code class="claim-error">::</code>'
        " y</p>\n"
    )


def test_after_a_backslash_it_is_no_mark():
    note = marked(r"\::claim{id=c1}words::")

    assert note.claims == note.problems == ()
    assert "::claim{id=c1}words::" in words_of(note.html)


def test_a_text_has_room_for_forty():
    note = marked("\n\n".join(f"::claim{{id=c{n}}}w::" for n in range(MAX_CLAIMS + 1)))

    assert len(note.claims) == MAX_CLAIMS
    assert [problem.line for problem in note.problems] == [2 * MAX_CLAIMS + 1]


def test_a_cut_beginning_repeats_no_id():
    text = f"{ONE} " + "This sentence makes the paragraph long. " * 40

    note = marked(text, c1=LINE)

    assert note.has_more
    assert "claim-mark" in note.lead_html
    assert 'id="' not in note.lead_html
    assert note.rest_html.count('id="s7-c1"') == 1


@pytest.mark.parametrize(
    "part",
    ["::claim{id=a}", "::claim{“", '::claim{id=a "', "::claim{", "::claim{id=c}x::",
     "[::claim{id=c}", "*::claim{id=c}a", "::claim{id=c}`", "::claim{id=c}$"],
)  # fmt: skip
def test_many_marks_cost_no_more_than_their_length(part: str):
    text = part * (60_000 // len(part.encode()))

    began = time.process_time()
    marked(text)
    unmarked(text)

    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("text", "number"),
    [("78.7", 78.7), ("1,548", 1548.0), ("−0.5", -0.5), ("1e-4", 1e-4), (".5", 0.5), ("+3", 3.0)],
)
def test_a_number_is_read_as_people_write_it(text: str, number: float):
    assert number_of(text) == number


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e999", "1,5", "62-70", "e5", "³", "L_in"])
def test_what_is_no_number_is_none(text: str):
    assert number_of(text) is None
