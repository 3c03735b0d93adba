"""Hostile notes: nothing that runs, nothing that loads from another host, nothing unbalanced."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.lib.markup import CitedPaper, SourceRefused, render
from shortscience.lib.markup.sanitize import clean
from tests.lib.htmlcheck import dangers, elements, misnested

SCRIPTS = (
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "vbscript:x"),
    *("&#106;avascript:alert(1)", "javascript&colon;alert(1)", "\x20javascript:alert(1)"),
    *("data:text/html,<script>alert(1)</script>", "data:image/svg+xml;base64,PHN2Zz4="),
    *("file:///etc/passwd", "blob:https://e.org/1", "//evil.example/x.js", "/\\evil.example"),
    *("\\\\evil.example\\x", "https:evil", "http:///evil", "javascript://%0aalert(1)"),
    *("%6aavascript:alert(1)", "http://[::1", "feed:javascript:alert(1)", 'https://e.org/"onx=1'),
)
PLACES = (*("[a]({})", "![a]({})", "<{}>", "[a]: {}\n\n[a] ![a]", '[a]({} "t")', "[a](<{}>)"),)
MARKUP = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>"),
    *("<iframe src=//e.org></iframe>", "<a href=javascript:alert(1)>x</a>", "<style>*{}</style>"),
    *("<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>", "<!--><img src=x>"),
    *(
        "<b onmouseover=alert(1)>x</b>",
        "<form action=//e.org><input name=q>",
        "<base href=//e.org>",
    ),
    *("<link rel=stylesheet href=//e.org>", "<meta http-equiv=refresh content=0>", "<p style=x>"),
    *("<object data=//e.org>", "<embed src=//e.org>", "<video poster=//e.org/x.png>", "<xmp>"),
    *("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<![CDATA[<script>]]>"),
    *("&lt;script&gt;alert(1)&lt;/script&gt;", "<details open ontoggle=alert(1)>", "<x/onclick=1>"),
    *(
        "</div></div><script>1</script>",
        "<textarea><script>1</script>",
        "<plaintext>",
        "<?php x ?>",
    ),
)
ROOMS = (
    *("{}", "`{}`", "```\n{}\n```", "```{}\nx\n```", "# {}", "| {} |\n|--|\n| {} |", "- [ ] {}"),
    *("[^1]\n\n[^1]: {}", "[^{}]\n\n[^{}]: x", "${}$", "$$\n{}\n$$", r"\({}\)", r"$\text{{{}}}$"),
    *(r"\cite{{{}}}", '[a](/p "{}")', "![{}](/media/a.png)", "![{}](https://e.org/a.png)"),
    *("![a](/media/a.mp4 '{}')", "/media/{}.png", "https://e.org/{}", "[{}](/p)", "<{}@e.org>"),
)
FORMULAS = (
    *(r"\href{javascript:alert(1)}{x}", r"\url{javascript:alert(1)}", r"\style{color:red}{x}"),
    *(r"\class{evil}{x}", r"\cssId{top}{x}", r"\html{<b>}", r"\unicode{<script>}"),
    *(r"\includegraphics{http://e.org/x.png}", r"\htmlData{onclick=alert(1)}{x}", r"\label{top}"),
    *(r"\eqref{x}", r"\begin{align}a\tag{<script>}\end{align}", r"\color{red;background:url(x)}x"),
    *(r"\text{</annotation></semantics></math><img src=x onerror=alert(1)>}", r"\hspace{-400em}x"),
    *(r"\raisebox{900em}{x}", r"\rule{900em}{900em}", r"a</annotation><script>1</script>"),
    *(
        r"\textbf{<img src=x>}",
        r"\operatorname{<script>}",
        r"\mathrm{<b onclick=1>}",
        r"\&lt;b\&gt;",
    ),
)


def placed(room: str, bad: str) -> str:
    return room.replace("{{", "{").replace("}}", "}").replace("{}", bad)


PROBES = [
    *(place.replace("{}", script) for place in PLACES for script in SCRIPTS),
    *(placed(room, bad) for room in ROOMS for bad in MARKUP),
    *(frame.replace("@", tex) for frame in ("$@$", "$$@$$", r"\[@\]") for tex in FORMULAS),
]


@pytest.mark.parametrize("probe", PROBES)
def test_a_hostile_note_runs_and_loads_nothing(probe: str):
    try:
        note = render(probe)
    except SourceRefused:
        return

    for html in (note.html, note.lead_html, note.rest_html):
        assert list(dangers(html)) == []
        assert list(misnested(html)) == []


def test_there_are_enough_probes():
    assert len(PROBES) > 700


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "javascript:alert(1)", "' onx='1"])
def test_a_hostile_paper_record_is_shown_as_text(text: str):
    paper = CitedPaper(url=text, label=text, title=text)

    note = render(r"\cite{a}", resolve=lambda keys: {"a": paper}, id_prefix=text)

    assert list(dangers(note.html)) == []
    assert elements(note.html)


@pytest.mark.parametrize("bad", MARKUP)
def test_the_last_gate_holds_even_if_the_writer_fails(bad: str):
    assert list(dangers(clean(bad))) == []


def test_cleaning_twice_changes_nothing():
    text = "# A\n\n$x^2$ $$\\frac{a}{b}$$ \\cite{a}\n\n|a|\n|-|\n|b|\n\n- [x] c[^1]\n\n[^1]: d"
    note = render(text)

    assert clean(note.html) == note.html


FRAGMENTS = st.sampled_from(
    [
        *("[]()!*_`~<>|$\\^#-+.:\n\t &{}\"'/é\u202e"),
        *("word", "$$", "\n\n", "```", "[^1]", "[^1]: ", "http://a.b", "![", "](", "- [ ] ", "> "),
        *("1. ", "|--|", "\\(", "\\)", "\\[", "\\]", "\\cite{", "/media/a.png", "    ", "www."),
        *("\\frac", "\\begin{aligned}", "\\end{aligned}", "\\left(", "&amp;"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(FRAGMENTS, max_size=60).map("".join)))
def test_any_text_is_rendered_safely_or_refused(text: str):
    try:
        note = render(text)
    except SourceRefused:
        return

    assert list(dangers(note.html)) == []
    assert list(misnested(note.html)) == []
    assert elements(note.lead_html + note.rest_html) is not None
