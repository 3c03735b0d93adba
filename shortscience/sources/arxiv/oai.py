"""Read OAI-PMH 2.0 answers of arXiv: metadataPrefix arXiv, arXivRaw and oai_dc."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import ArxivId, Key, Scheme, parse_arxiv
from shortscience.lib.plaintext import squeeze
from shortscience.lib.sections import Section, section_of
from shortscience.papers.records import PaperRecord, Version
from shortscience.sources import fields, xmltree
from shortscience.sources.errors import SourceRefused
from shortscience.sources.parsed import BadField, Parsed, collect, one_refused
from shortscience.sources.xmltree import Node

MakeRecord = Callable[..., PaperRecord]

# Answers of OAI-PMH that say "nothing here", not "something went wrong".
_NOTHING = {"noRecordsMatch"}
_UNKNOWN = {"idDoesNotExist", "cannotDisseminateFormat"}


def parse(root: Node, make: MakeRecord) -> Parsed:
    """Return the records of a GetRecord or ListRecords answer, and what was deleted.

    Raises:
        SourceRefused: the answer is an error (a bad token, a bad argument).
    """
    error = xmltree.first(root, "error")
    if error is not None:
        return _error(xmltree.attribute(error, "code"), squeeze(xmltree.content(error)))
    parsed = parse_records(xmltree.anywhere(root, "record"), make)
    token = next((xmltree.text(node) for node in xmltree.anywhere(root, "resumptionToken")), "")
    return replace(parsed, next=token or None)


def _error(code: str, message: str) -> Parsed:
    if code in _NOTHING:
        return Parsed()
    if code in _UNKNOWN:
        return one_refused("arXiv", _("arXiv does not know this paper."))
    raise SourceRefused(_("arXiv answers: %s") % f"{code} {message}"[:300])


def parse_records(nodes: Iterable[Node], make: MakeRecord) -> Parsed:
    """Return the papers of these `record` elements, each with or without its envelope."""
    listed = list(nodes)
    gone = tuple(key for node in listed if _is_deleted(node) for key in _header_keys(node))
    kept = [node for node in listed if not _is_deleted(node)]
    parsed = collect(kept, lambda node: _record(node, make), where=_where)
    return replace(parsed, gone=gone)


def _is_deleted(node: Node) -> bool:
    header = xmltree.first(node, "header")
    return header is not None and xmltree.attribute(header, "status") == "deleted"


def _header_id(node: Node) -> ArxivId | None:
    return parse_arxiv(xmltree.text(node, "header", "identifier"))


def _header_keys(node: Node) -> Iterator[Key]:
    if arxiv := _header_id(node):
        yield Key(Scheme.ARXIV, arxiv.id)


def _where(number: int, node: Node) -> str:
    return xmltree.text(node, "header", "identifier") or f"record {number}"


def _record(node: Node, make: MakeRecord) -> PaperRecord:
    metadata = xmltree.first(node, "metadata")
    children = [] if metadata is None else list(metadata)
    if not children:
        raise BadField(_("It has no metadata."))
    found = children[0]
    if xmltree.name(found) == "dc":
        return _dublin_core(node, found, make)
    arxiv = parse_arxiv(xmltree.text(found, "id")) or _header_id(node)
    if arxiv is None:
        raise BadField(_("It has no arXiv id."))
    versions = tuple(_versions(found))
    created = fields.day_in(xmltree.text(found, "created"))
    if not versions and created:
        versions = (Version(1, created),)
    return make(
        arxiv,
        title=xmltree.text(found, "title"),
        authors=tuple(_authors(found)),
        abstract=xmltree.content(xmltree.first(found, "abstract")),
        categories=xmltree.text(found, "categories").split(),
        doi=xmltree.text(found, "doi"),
        journal_ref=xmltree.text(found, "journal-ref"),
        comment=xmltree.text(found, "comments"),
        published=created or next((version.published_on for version in versions), None),
        versions=versions,
    )


def _versions(found: Node) -> Iterator[Version]:
    """Yield the versions that `arXivRaw` lists."""
    for number, node in enumerate(xmltree.all_named(found, "version"), start=1):
        printed = re.fullmatch(r"v([0-9]{1,4})", xmltree.attribute(node, "version"))
        on = fields.day_of_mail(xmltree.text(node, "date"))
        yield Version(int(printed[1]) if printed else number, on)


def _authors(found: Node) -> Iterator[str]:
    authors = xmltree.first(found, "authors")
    if authors is None:
        return
    listed = xmltree.all_named(authors, "author")
    if not listed:
        yield from _typed_authors(squeeze(xmltree.content(authors)))
    for author in listed:
        parts = [
            squeeze(" ".join(map(xmltree.content, xmltree.all_named(author, part))))
            for part in ("forenames", "keyname", "suffix")
        ]
        yield fields.person(*parts)


def _typed_authors(text: str) -> Iterator[str]:
    """Yield the names of "A. Author (1), B. Author and C. Author ((1) Here, (2) There)"."""
    before = None
    while before != text:
        before, text = text, re.sub(r"\([^()]*\)", " ", text)
    # A suffix belongs to the name before it: "J. Smith, Jr., K. Lee".
    text = re.sub(r",\s*(Jr|Sr|II|III|IV)\b\.?", r" \1", text)
    yield from re.split(r"\s*(?:,\s*(?:and\s+)?|\s+and\s+)", text)


def _dublin_core(node: Node, found: Node, make: MakeRecord) -> PaperRecord:
    def many(name: str) -> list[str]:
        return [xmltree.content(child) for child in xmltree.all_named(found, name)]

    identifiers = [squeeze(text) for text in many("identifier")]
    parsed = [arxiv for text in identifiers if (arxiv := parse_arxiv(text))]
    arxiv = parsed[0] if parsed else _header_id(node)
    if arxiv is None:
        raise BadField(_("It has no arXiv id."))
    comments = [text for text in many("description") if text.strip().startswith("Comment")]
    abstracts = [text for text in many("description") if text not in comments]
    days = sorted(filter(None, map(fields.day_in, many("date"))))
    record = make(
        arxiv,
        title=squeeze(next(iter(many("title")), "")),
        authors=tuple(many("creator")),
        abstract=next(iter(abstracts), ""),
        categories=[squeeze(text) for text in many("subject")],
        doi=next((text for text in identifiers if text.lower().startswith("doi:")), ""),
        journal_ref=next((text for text in identifiers if not _is_address(text)), ""),
        comment=squeeze(comments[0].partition(":")[2]) if comments else "",
        published=days[0] if days else None,
        versions=(Version(1, days[0]),) if days else (),
    )
    # Its subjects are long names; the set tells the archive.
    section = section_of(_archives(node))
    return replace(record, section=None if section is Section.OTHER else section)


def _archives(node: Node) -> list[str]:
    sets = [squeeze(xmltree.content(one)) for one in xmltree.all_named(node, "header", "setSpec")]
    # "physics:astro-ph:EP": the most telling part comes after the group.
    return [part for one in sets for part in reversed(one.split(":")[:2])]


def _is_address(text: str) -> bool:
    return text.lower().startswith(("http:", "https:", "doi:", "arxiv:"))
