"""From a note's source to what pages, lists, feeds and search show of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType

from shortscience.lib.markup.cites import References, Resolve, keys_in, no_papers, references_html
from shortscience.lib.markup.claims import (
    ClaimMark,
    Problem,
    ShownClaim,
    claims_in,
    problems_in,
)
from shortscience.lib.markup.contents import contents_html
from shortscience.lib.markup.lead import cut_paragraph, lead_size, top_level_blocks
from shortscience.lib.markup.lines import first_lines
from shortscience.lib.markup.mentions import People, handles_in
from shortscience.lib.markup.parser import parse, parse_line, parser
from shortscience.lib.markup.sanitize import clean
from shortscience.lib.markup.source import SourceRefused, check_source
from shortscience.lib.markup.wording import readable_text, shortened, word_count
from shortscience.lib.markup.writer import BrokenFormula, Page

# Stored beside the HTML: a note rendered by an older version is rendered again. Raise it
# whenever the output changes.
RENDERER_VERSION = 7

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
    # The line (from 0) at which each outermost block of `html` begins in the source, so that an
    # editor can show both in step.
    lines: tuple[int, ...] = ()
    broken: tuple[BrokenFormula, ...] = ()
    # Handles in lower case that a comment mentions of its own, not in what it quotes.
    mentions: tuple[str, ...] = ()
    # What the text marks as claims, and what is wrong with those marks.
    claims: tuple[ClaimMark, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.words / _WORDS_PER_MINUTE))


def render(
    text: str,
    *,
    resolve: Resolve = no_papers,
    id_prefix: str = "",
    name: str = "",
    claims: Mapping[str, ShownClaim] | None = None,
) -> Rendered:
    """Return the note as HTML.

    Args:
        text: Markdown with formulas and cites, as typed.
        resolve: called once with every cited key; returns the papers it knows.
        id_prefix: begins every id, so that several notes fit on one page.
        name: what the note is called among others: "summary 12".
        claims: {id: what its chip says}; one that is not there gets a chip without a link. None
            where a mark is no claim: then its words stand there alone.

    Raises:
        SourceRefused: the text cannot be shown; the sentence says why.
    """
    return _render(
        text, resolve=resolve, id_prefix=id_prefix, name=name, plain_headings=False, claims=claims
    )


def render_comment(
    text: str, *, resolve: Resolve = no_papers, id_prefix: str = "", people: People | None = None
) -> Rendered:
    """Return a comment as HTML: as `render`, but headings are bold lines of text.

    Args:
        people: called once with every `@handle`; without it they stay as typed.
    """
    return _render(
        text, resolve=resolve, id_prefix=id_prefix, plain_headings=True, people=people, claims=None
    )


def render_line(text: str, *, resolve: Resolve = no_papers) -> str:
    """Return one line of a note, a statement for example, as HTML without a paragraph around it.

    Raises:
        SourceRefused: as `render`.
    """
    env: EnvType = {}
    tokens = parse_line(" ".join(check_source(text).split()), env)
    cites = keys_in(tokens)
    papers = resolve(cites) if cites else {}
    env["page"] = Page(id_prefix=_DEFAULT_ID_PREFIX, papers=papers, plain_headings=True)
    return clean(parser().renderer.render(tokens, parser().options, env))


def plain_line(text: str) -> str:
    """Return the words of one line of a note, a statement for example.

    Raises:
        SourceRefused: as `render`.
    """
    return readable_text(parse_line(" ".join(check_source(text).split()), {}))


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


def _render(
    text: str,
    *,
    resolve: Resolve,
    id_prefix: str,
    plain_headings: bool,
    claims: Mapping[str, ShownClaim] | None,
    name: str = "",
    people: People | None = None,
) -> Rendered:
    # The parser looks for mentions where somebody knows people.
    env: EnvType = {"people": people} if people else {}
    tokens = parse(check_source(text), env)
    return rendered(
        tokens,
        env,
        resolve=resolve,
        id_prefix=id_prefix,
        plain_headings=plain_headings,
        name=name,
        claims=claims,
    )


def rendered(
    tokens: Sequence[Token],
    env: EnvType,
    *,
    resolve: Resolve,
    id_prefix: str,
    plain_headings: bool = False,
    name: str = "",
    claims: Mapping[str, ShownClaim] | None = None,
) -> Rendered:
    """Return what `render` does, of a text that is parsed already."""
    cites = keys_in(tokens)
    people = env.get("people")
    mentioned = handles_in(tokens, quoted=True)
    page = Page(
        id_prefix=id_prefix or _DEFAULT_ID_PREFIX,
        papers=resolve(cites) if cites else {},
        plain_headings=plain_headings,
        name=name,
        people=people(mentioned) if people and mentioned else {},
        claims=claims,
    )
    env["page"] = page
    blocks = top_level_blocks(tokens)
    html, lead, rest, contents_at = _parts(blocks, env, page)
    lines = list(first_lines(blocks))
    if contents_at is not None:
        lines.insert(contents_at, lines[contents_at])
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
        lines=tuple(lines),
        broken=tuple(dict.fromkeys(page.broken)),
        mentions=handles_in(tokens, quoted=False),
        claims=claims_in(env) if claims is not None else (),
        problems=problems_in(env) if claims is not None else (),
    )


def _parts(
    blocks: Sequence[Sequence[Token]], env: EnvType, page: Page
) -> tuple[str, str, str, int | None]:
    """Return the whole note, its lead, what the fold shows, and before which block its contents.

    The contents of a long note stand before its first heading; references end the note.
    """
    contents = _contents(blocks, env)
    at = next((n for n, block in enumerate(blocks) if block[0].type == "heading_open"), len(blocks))

    def written(first: int, end: int) -> str:
        if not (contents and first <= at < end):
            return _html(blocks[first:end], env)
        return _html(blocks[first:at], env) + contents + _html(blocks[at:end], env)

    if blocks and (shorter := cut_paragraph(blocks[0])):
        html = written(0, len(blocks))
        html += _references(page)
        return html, _html([shorter], env), html, at if contents else None
    size = lead_size(blocks)
    if size == len(blocks):
        html = _html(blocks, env) + _references(page)
        return html, html, "", None
    lead = written(0, size)
    rest = written(size, len(blocks)) + _references(page)
    return lead + rest, lead, rest, at if contents else None


def _references(page: Page) -> str:
    return clean(references_html(page.references, page.id_prefix)) if page.references.cited else ""


def _contents(blocks: Sequence[Sequence[Token]], env: EnvType) -> str:
    page: Page = env["page"]
    if page.plain_headings:
        return ""
    # What is written a second time is noted only once.
    apart = {**env, "page": replace(page, references=References(), broken=[])}
    writer = cast("RendererHTML", parser().renderer)

    def inline(children: Sequence[Token]) -> str:
        return writer.renderInline(children, parser().options, apart)

    tokens = [token for block in blocks for token in block]
    return clean(contents_html(tokens, prefix=page.id_prefix, name=page.name, inline=inline))


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
