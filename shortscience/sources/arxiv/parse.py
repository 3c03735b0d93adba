"""Read what arXiv answers: Atom feeds, and OAI-PMH lists in its three formats.

Checked on recorded answers: Atom of 2020 and 2025, OAI-PMH `arXiv` and `oai_dc`. From
descriptions only: Atom of 2026, `arXivRaw`, deleted records and resumption tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import ArxivId, Key, Scheme, parse_arxiv
from shortscience.papers.records import Notice, NoticeKind, PaperRecord, Version
from shortscience.sources import fields, xmltree
from shortscience.sources.arxiv import oai
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.parsed import BadField, Parsed, collect, one_refused
from shortscience.sources.xmltree import Node

# The words of authors who took their paper back; arXiv keeps the record and its first version.
_WITHDRAWN = re.compile(
    r"\b(?:paper|article|submission|manuscript|work|preprint)\b[^.]{0,40}\bwithdrawn\b|^withdrawn\b",
    re.IGNORECASE,
)


def parse(payload: bytes) -> Parsed:
    """Return the papers of an Atom feed or an OAI-PMH answer; `next` is a start or a token.

    Raises:
        SourceUnreadable: it is neither.
        SourceRefused: OAI-PMH answers with an error.
    """
    root = xmltree.root(payload)
    kind = xmltree.name(root)
    if kind == "feed":
        return _feed(root)
    if kind == "entry":
        return collect([root], _entry, where=_where_entry)
    if kind == "OAI-PMH":
        return oai.parse(root, record)
    if kind == "record":
        return oai.parse_records([root], record)
    raise SourceUnreadable(_("This is neither an Atom feed nor an OAI-PMH answer."))


def _feed(root: Node) -> Parsed:
    entries = xmltree.all_named(root, "entry")
    if len(entries) == 1 and "/errors" in xmltree.text(entries[0], "id"):
        return one_refused("arXiv", xmltree.text(entries[0], "summary")[:300])
    parsed = collect(entries, _entry, where=_where_entry)
    return Parsed(parsed.records, parsed.refused, _next_start(root, len(entries)))


def _next_start(root: Node, given: int) -> str | None:
    start, total = xmltree.text(root, "startIndex"), xmltree.text(root, "totalResults")
    if not given or not (start + total).isdecimal() or not (start and total):
        return None
    following = int(start) + given
    return str(following) if following < int(total) else None


def _where_entry(number: int, entry: Node) -> str:
    return xmltree.text(entry, "id")[-60:] or f"record {number}"


def _entry(entry: Node) -> PaperRecord:
    arxiv = parse_arxiv(xmltree.text(entry, "id"))
    if arxiv is None:
        raise BadField(_("It has no arXiv id."))
    published = fields.day_in(xmltree.text(entry, "published"))
    latest = arxiv.version or 1
    updated = fields.day_in(xmltree.text(entry, "updated"))
    versions = {1: published, latest: published if latest == 1 else updated}
    terms = [xmltree.attribute(node, "term") for node in xmltree.all_named(entry, "category")]
    primary = xmltree.first(entry, "primary_category")
    return record(
        arxiv,
        title=xmltree.text(entry, "title"),
        authors=tuple(_atom_authors(entry)),
        abstract=xmltree.content(xmltree.first(entry, "summary")),
        categories=[*([xmltree.attribute(primary, "term")] if primary is not None else []), *terms],
        doi=xmltree.text(entry, "doi"),
        journal_ref=xmltree.text(entry, "journal_ref"),
        comment=xmltree.text(entry, "comment"),
        published=published,
        versions=tuple(Version(number, on) for number, on in versions.items()),
    )


def _atom_authors(entry: Node) -> Iterator[str]:
    for author in xmltree.all_named(entry, "author"):
        yield xmltree.text(author, "name") or xmltree.text(author)


def record(
    arxiv: ArxivId,
    *,
    title: str,
    authors: tuple[str, ...],
    abstract: str,
    categories: list[str],
    doi: str = "",
    journal_ref: str = "",
    comment: str = "",
    published: date | None = None,
    versions: tuple[Version, ...] = (),
) -> PaperRecord:
    """Return the record that all of arXiv's formats come to."""
    withdrawn = (Notice(NoticeKind.WITHDRAWAL),) if _WITHDRAWN.search(comment) else ()
    return PaperRecord(
        title=fields.title(title),
        authors=fields.authors(authors),
        year=published.year if published else None,
        venue="arXiv",
        venue_name="arXiv e-Print archive",
        keys=tuple(dict.fromkeys((Key(Scheme.ARXIV, arxiv.id), *_dois(doi)))),
        source="arXiv",
        keywords=fields.keywords(categories),
        published_on=published,
        abstract=fields.abstract(_paragraphs(abstract)),
        details=fields.details(
            url=f"https://arxiv.org/abs/{arxiv.id}", journal_ref=journal_ref, comment=comment
        ),
        notices=withdrawn,
        versions=versions,
        source_id=arxiv.id,
    )


def _dois(printed: str) -> Iterator[Key]:
    """Yield the keys of a field that may hold two DOIs: that of a paper and of its erratum."""
    yield from fields.keys(*printed.split()[:1])


def _paragraphs(abstract: str) -> str:
    """Put a blank line where arXiv begins a paragraph: a line break and two spaces."""
    return re.sub(r"\n\s{2,}", "\n\n", abstract.strip())
