"""Tokens to HTML: one function for each kind of token that is written in our own way."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from shortscience.lib.markup.cites import CitedPaper, References, cite_html
from shortscience.lib.markup.claims import ShownClaim, closing_html, opening_html, typed_html
from shortscience.lib.markup.links import FOREIGN_REL, is_foreign
from shortscience.lib.markup.maths import Unconvertible, formula_html, source_html
from shortscience.lib.markup.media import figure_html, inline_html
from shortscience.lib.markup.mentions import mention_html
from shortscience.lib.markup.tables import WORD_JOINER
from shortscience.lib.markup.wording import readable_text, shortened

_LANGUAGE = re.compile(r"[A-Za-z0-9+#_.-]{1,30}")
_ALIGNMENTS = {
    "text-align:left": "align-left",
    "text-align:center": "align-center",
    "text-align:right": "align-right",
}
# A group and no region: a page of notes has many tables, and landmarks need names of their own.
_SCROLLS = 'tabindex="0" role="group"'
# A table is called by the heads of its columns, as far as a listener cares.
_TABLE_NAME = 80


@dataclass(frozen=True, slots=True)
class BrokenFormula:
    """A formula that is shown as it was typed: its line in the source, from 0, and why."""

    line: int
    tex: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the writer knows besides the token, and what it notes while it writes.

    The parser carries it in `env["page"]`.
    """

    id_prefix: str
    papers: Mapping[str, CitedPaper]
    plain_headings: bool
    references: References = field(default_factory=References)
    broken: list[BrokenFormula] = field(default_factory=list)
    name: str = ""
    # The pages of those mentioned, by handle in lower case.
    people: Mapping[str, str] = field(default_factory=dict)
    # {id: what its chip says}; None where claims are plain words.
    claims: Mapping[str, ShownClaim] | None = None


def writer_plugin(md: MarkdownIt) -> None:
    """Write our kinds of tokens in our way."""
    for kind, write in _WRITERS.items():
        md.add_render_rule(kind, _rule(write))


def _rule(write: Callable[[Token, Page], str]) -> Callable[..., str]:
    def rule(
        _self: RendererHTML, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType
    ) -> str:
        return write(tokens[idx], env["page"])

    return rule


def _heading_open(token: Token, page: Page) -> str:
    if page.plain_headings:
        return "<p><strong>"
    name = escape(page.id_prefix + str(token.attrs["id"]))
    # A heading is the link to itself, unless it holds another one.
    here = f'<a class="here" href="#{name}">' if token.meta.get("is_link") else ""
    return f'<{token.tag} id="{name}">{here}'


def _heading_close(token: Token, page: Page) -> str:
    if page.plain_headings:
        return "</strong></p>\n"
    return f"{'</a>' if token.meta.get('is_link') else ''}</{token.tag}>\n"


def _link_open(token: Token, _page: Page) -> str:
    address = str(token.attrs["href"])
    title = token.attrs.get("title")
    titled = f' title="{escape(str(title))}"' if title else ""
    rel = f' rel="{FOREIGN_REL}"' if is_foreign(address) else ""
    return f'<a href="{escape(address)}"{titled}{rel}>'


def _cite(token: Token, page: Page) -> str:
    # A comment is too short for a list at its end.
    references = None if page.plain_headings else page.references
    return cite_html(token, page.papers, references, page.id_prefix)


def _mention(token: Token, page: Page) -> str:
    return mention_html(token, page.people)


def _claim_open(token: Token, page: Page) -> str:
    return opening_html(token, page.claims, page.id_prefix)


def _claim_close(token: Token, page: Page) -> str:
    return closing_html(token, page.claims)


def _claim_typed(token: Token, page: Page) -> str:
    return "" if page.claims is None else typed_html(token)


def _task(token: Token, _page: Page) -> str:
    mark, name = ("☑", "Done") if token.meta["done"] else ("☐", "To do")
    return f'<span class="task__box" role="img" aria-label="{name}">{mark}</span> '


def _math_inline(token: Token, page: Page) -> str:
    return _formula(token, page, display=False)


def _formula(token: Token, page: Page, *, display: bool) -> str:
    try:
        return formula_html(token.content, display=display, in_link="in_link" in token.meta)
    except Unconvertible as error:
        line = token.meta.get("line", token.map[0] if token.map else 0)
        page.broken.append(BrokenFormula(line, token.content.strip(), error.reason))
        return source_html(token.content, delimiter=token.markup)


def _math_display(token: Token, page: Page) -> str:
    formula = _formula(token, page, display=True)
    tag, end = ("div", "\n") if token.block else ("span", "")
    name = token.meta.get("id", "")
    named = f' id="{escape(page.id_prefix + name)}"' if name and not page.plain_headings else ""
    return f'<{tag} class="equation"{named} {_SCROLLS} aria-label="Formula">{formula}</{tag}>{end}'


def _code(token: Token, _page: Page) -> str:
    language = _LANGUAGE.match(token.info.strip())
    named = f' class="language-{escape(language[0])}"' if language else ""
    text = escape(token.content, quote=False)
    return f'<pre {_SCROLLS} aria-label="Code"><code{named}>{text}</code></pre>\n'


def _table_open(token: Token, _page: Page) -> str:
    named = (readable_text([head]).strip(WORD_JOINER) for head in token.meta.get("heads", ()))
    heads = ", ".join(filter(None, named))
    name = escape(shortened(f"Table: {heads}", _TABLE_NAME) if heads else "Table")
    return f'<div class="table-scroll" {_SCROLLS} aria-label="{name}"><table>\n'


def _table_close(_token: Token, _page: Page) -> str:
    return "</table></div>\n"


def _head_cell(token: Token, _page: Page) -> str:
    return f'<th scope="col"{_alignment(token)}>'


def _cell(token: Token, _page: Page) -> str:
    return f"<td{_alignment(token)}>"


def _alignment(cell: Token) -> str:
    name = _ALIGNMENTS.get(str(cell.attrs.get("style", "")))
    return f' class="{name}"' if name else ""


def _footnote_ref(token: Token, page: Page) -> str:
    number, prefix = token.meta["id"] + 1, escape(page.id_prefix)
    if token.meta.get("in_link"):
        return f"<sup>{number}</sup>"
    return (
        f'<sup class="footnote-ref"><a href="#{prefix}fn{number}"'
        f' id="{prefix}fnref{_place(token)}" aria-label="Footnote {number}">{number}</a></sup>'
    )


def _footnote_anchor(token: Token, page: Page) -> str:
    target = f"{escape(page.id_prefix)}fnref{_place(token)}"
    return f' <a class="footnote-back" href="#{target}" aria-label="Back to the text">↩</a>'


def _place(footnote: Token) -> str:
    """Return the name of one of the places that refer to a footnote: "2", "2-1", "2-2"."""
    number, nth = footnote.meta["id"] + 1, footnote.meta.get("subId", 0)
    return f"{number}-{nth}" if nth else f"{number}"


def _footnote_open(token: Token, page: Page) -> str:
    return f'<li id="{escape(page.id_prefix)}fn{token.meta["id"] + 1}">'


def _footnote_close(_token: Token, _page: Page) -> str:
    return "</li>\n"


def _footnotes_open(_token: Token, _page: Page) -> str:
    return '<div class="footnotes"><ol>\n'


def _footnotes_close(_token: Token, _page: Page) -> str:
    return "</ol></div>\n"


def _image(token: Token, _page: Page) -> str:
    return inline_html(token)


def _media(token: Token, _page: Page) -> str:
    return figure_html(token)


_WRITERS: dict[str, Callable[[Token, Page], str]] = {
    "heading_open": _heading_open,
    "heading_close": _heading_close,
    "link_open": _link_open,
    "image": _image,
    "media": _media,
    "cite": _cite,
    "mention": _mention,
    "claim_open": _claim_open,
    "claim_close": _claim_close,
    "claim_typed": _claim_typed,
    "task": _task,
    "math_inline": _math_inline,
    "math_display": _math_display,
    "fence": _code,
    "code_block": _code,
    "table_open": _table_open,
    "table_close": _table_close,
    "th_open": _head_cell,
    "td_open": _cell,
    "footnote_ref": _footnote_ref,
    "footnote_anchor": _footnote_anchor,
    "footnote_open": _footnote_open,
    "footnote_close": _footnote_close,
    "footnote_block_open": _footnotes_open,
    "footnote_block_close": _footnotes_close,
}
