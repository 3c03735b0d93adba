"""From a note's source to what pages, lists, feeds and search show of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from markdown_it.utils import EnvType

from shortscience.lib.markup.cites import Resolve, keys_in, no_papers
from shortscience.lib.markup.lead import cut_paragraph, lead_size, top_level_blocks
from shortscience.lib.markup.parser import parse, parser
from shortscience.lib.markup.sanitize import clean
from shortscience.lib.markup.source import SourceRefused, check_source
from shortscience.lib.markup.wording import readable_text, shortened, word_count
from shortscience.lib.markup.writer import Page

# Stored beside the HTML: a note rendered by an older version is rendered again. Raise it
# whenever the output changes.
RENDERER_VERSION = 3

MAX_HTML_BYTES = 1024 * 1024

# Ids without a prefix of the caller must still not take a name that the page itself uses.
_DEFAULT_ID_PREFIX = "note-"

# Research prose with formulas is read more slowly than a novel (about 240).
_WORDS_PER_MINUTE = 200


@dataclass(frozen=True, slots=True)
class Rendered:
    """A note as HTML that needs no further escaping, and what is known about it.

    `lead_html` and `rest_html` are whole, balanced blocks. With `has_more` false the lead is the
    whole note and the rest is empty. With it true a list shows the lead and folds the rest away:
    usually the rest is what follows the lead; where the first paragraph had to be cut (the lead
    ends with "…") it is the whole note again, so that nobody reads on from half a sentence.
    """

    html: str
    cites: tuple[str, ...]
    has_math: bool
    words: int
    lead_html: str
    has_more: bool
    rest_html: str

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.words / _WORDS_PER_MINUTE))


def render(text: str, *, resolve: Resolve = no_papers, id_prefix: str = "") -> Rendered:
    """Return the note as HTML.

    Args:
        text: Markdown with formulas and cites, as typed.
        resolve: called once with every cited key; returns the papers it knows.
        id_prefix: begins every id, so that several notes fit on one page.

    Raises:
        SourceRefused: the text cannot be shown; the sentence says why.
    """
    return _render(text, resolve=resolve, id_prefix=id_prefix, plain_headings=False)


def render_comment(text: str, *, resolve: Resolve = no_papers, id_prefix: str = "") -> Rendered:
    """Return a comment as HTML: as `render`, but headings are bold lines of text."""
    return _render(text, resolve=resolve, id_prefix=id_prefix, plain_headings=True)


def plain_text(text: str, limit: int = 500) -> str:
    """Return the note as one line of plain text, at most `limit` characters, no addresses.

    Raises:
        SourceRefused: as `render`.
    """
    return shortened(readable_text(parse(check_source(text), {})), limit)


def extract_cites(text: str) -> tuple[str, ...]:
    """Return the keys that the note cites, each once, in order of first use.

    Raises:
        SourceRefused: as `render`.
    """
    return keys_in(parse(check_source(text), {}))


def _render(text: str, *, resolve: Resolve, id_prefix: str, plain_headings: bool) -> Rendered:
    env: EnvType = {}
    tokens = parse(check_source(text), env)
    cites = keys_in(tokens)
    env["page"] = Page(
        id_prefix=id_prefix or _DEFAULT_ID_PREFIX,
        papers=resolve(cites) if cites else {},
        plain_headings=plain_headings,
    )
    html, lead, rest = _parts(tokens, env)
    if len(html.encode()) > MAX_HTML_BYTES:
        raise _too_large()
    return Rendered(
        html=html,
        cites=cites,
        has_math="<math" in html,
        words=word_count(tokens),
        lead_html=lead,
        has_more=bool(rest),
        rest_html=rest,
    )


def _parts(tokens: Sequence[Token], env: EnvType) -> tuple[str, str, str]:
    """Return the whole note, its lead and what the fold shows."""
    blocks = top_level_blocks(tokens)
    if blocks and (shorter := cut_paragraph(blocks[0])):
        html = _html(blocks, env)
        return html, _html([shorter], env), html
    size = lead_size(blocks)
    lead, rest = _html(blocks[:size], env), _html(blocks[size:], env)
    return lead + rest, lead, rest


def _html(blocks: Sequence[Sequence[Token]], env: EnvType) -> str:
    """Return clean HTML; stop early when it grows past the limit."""
    parts: list[str] = []
    size = 0
    for block in blocks:
        parts.append(parser().renderer.render(block, parser().options, env))
        size += len(parts[-1])
        if size > MAX_HTML_BYTES:
            raise _too_large()
    return clean("".join(parts))


def _too_large() -> SourceRefused:
    return SourceRefused(
        f"The text becomes a page of more than {MAX_HTML_BYTES:,} bytes; please shorten it."
    )
