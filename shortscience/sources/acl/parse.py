"""Read the XML volumes of the ACL Anthology, and its BibTeX of single papers.

Checked on real volumes of 2010, 2020 and 2021. From its schema only: retractions, errata,
revisions, journals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import Scheme, parse_doi
from shortscience.lib.plaintext import squeeze
from shortscience.lib.sections import Section
from shortscience.papers.records import Notice, NoticeKind, PaperRecord, Version
from shortscience.sources import bibfile, fields, xmltree
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.parsed import BadField, Parsed, Refusal, with_source
from shortscience.sources.xmltree import Node

SOURCE = "ACL Anthology"
_NOTICES = {
    "retracted": NoticeKind.RETRACTION,
    "removed": NoticeKind.WITHDRAWAL,
    "erratum": NoticeKind.CORRECTION,
}


@dataclass(frozen=True, slots=True)
class _Volume:
    """What the papers of a volume share."""

    prefix: str
    paper_digits: int
    year: int | None
    short_name: str
    name: str
    volume: str
    number: str
    publisher: str
    is_journal: bool


def parse(payload: bytes) -> Parsed:
    """Return the papers of a collection of volumes; front matter is passed over.

    Raises:
        SourceUnreadable: it is no file of the Anthology.
    """
    head = payload[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"@"):
        return with_source(bibfile.parse(payload), SOURCE)
    root = xmltree.root(payload)
    if xmltree.name(root) != "collection":
        raise SourceUnreadable(_("This is no file of the ACL Anthology."))
    records: list[PaperRecord] = []
    refused: list[Refusal] = []
    for volume in xmltree.all_named(root, "volume"):
        for item in _read_volume(xmltree.attribute(root, "id"), volume):
            if isinstance(item, PaperRecord):
                records.append(item)
            else:
                refused.append(item)
    return Parsed(tuple(records), tuple(refused))


def _read_volume(collection: str, node: Node) -> Iterator[PaperRecord | Refusal]:
    try:
        volume = _volume(collection, node)
    except BadField as bad:
        yield Refusal(f"line {xmltree.line(node)}", bad.sentence)
        return
    for paper in xmltree.all_named(node, "paper"):
        try:
            yield _paper(volume, paper)
        except BadField as bad:
            yield Refusal(f"line {xmltree.line(paper)}", bad.sentence)


def _volume(collection: str, node: Node) -> _Volume:
    meta = xmltree.first(node, "meta")
    if meta is None:
        raise BadField(_("This volume does not say what it is."))
    number = xmltree.attribute(node, "id")
    prefix, digits = _id_form(collection, number)
    codes = [squeeze(xmltree.content(code)) for code in xmltree.all_named(meta, "venue")]
    journal = _marked(xmltree.first(meta, "journal-title"))
    name = journal or _marked(xmltree.first(meta, "booktitle"))
    return _Volume(
        prefix=prefix,
        paper_digits=digits,
        year=fields.year(xmltree.text(meta, "year")),
        short_name=next((code for code in codes if code != "ws"), ""),
        name=name,
        volume=xmltree.text(meta, "journal-volume"),
        number=xmltree.text(meta, "journal-issue"),
        publisher=xmltree.text(meta, "publisher"),
        is_journal=bool(journal) or xmltree.attribute(node, "type") == "journal",
    )


def _id_form(collection: str, volume: str) -> tuple[str, int]:
    """Return what stands before a paper's number, and the number's width.

    Old ids have four digits for volume and paper together: workshops two and two, others one
    and three ("W10-0101", "P84-1001"). Source: the Anthology's guide to its identifiers.
    """
    if not collection[:1].isalpha():
        return f"{collection}-{volume}.", 1
    number = int(volume) if volume.isdecimal() and len(volume) < 4 else 0
    is_workshop = (
        collection.startswith("W") or collection == "C69" or (collection == "D19" and number >= 5)
    )
    return (f"{collection}-{number:02d}", 2) if is_workshop else (f"{collection}-{number:d}", 3)


def _paper(volume: _Volume, node: Node) -> PaperRecord:
    number = f"{volume.prefix}{xmltree.attribute(node, 'id').zfill(volume.paper_digits)}"
    own = fields.key(Scheme.ACL, number)
    link = xmltree.text(node, "url")
    doi = parse_doi(xmltree.text(node, "doi")) or ""
    return PaperRecord(
        title=fields.title(_marked(xmltree.first(node, "title"))),
        authors=fields.authors(map(_name, xmltree.all_named(node, "author"))),
        year=volume.year,
        venue=volume.short_name or volume.name,
        venue_name=volume.name if volume.short_name else "",
        keys=tuple(dict.fromkeys((*own, *fields.keys(doi)))),
        source=SOURCE,
        abstract=fields.abstract(_marked(xmltree.first(node, "abstract"))),
        section=Section.CS,
        details=fields.details(
            entry_type="article" if volume.is_journal else "inproceedings",
            pages=fields.pages(xmltree.text(node, "pages")),
            volume=volume.volume,
            number=xmltree.text(node, "issue") or volume.number,
            publisher=volume.publisher,
            url=link if link.startswith("http") else f"https://aclanthology.org/{number}/",
        ),
        notices=tuple(_notices(node)),
        versions=tuple(_versions(node)),
        source_id=number,
    )


def _name(node: Node) -> str:
    parts = [xmltree.text(node, part) for part in ("first", "last")]
    return fields.person(*parts) or squeeze(xmltree.content(node))


def _marked(node: Node | None) -> str:
    """Return the text with its formulas between dollars."""
    if node is None:
        return ""
    parts = [node.text or ""]
    for child in node:
        inside = xmltree.content(child)
        is_formula = xmltree.name(child) == "tex-math"
        parts += [f"${inside.strip()}$" if is_formula else _marked(child), child.tail or ""]
    return "".join(parts)


def _notices(node: Node) -> Iterator[Notice]:
    for child in node:
        if kind := _NOTICES.get(xmltree.name(child)):
            yield Notice(kind, published_on=fields.day_in(xmltree.attribute(child, "date")))


def _versions(node: Node) -> Iterator[Version]:
    for revision in xmltree.all_named(node, "revision"):
        number = xmltree.attribute(revision, "id")
        if number.isdecimal() and len(number) < 4:
            yield Version(int(number), fields.day_in(xmltree.attribute(revision, "date")))
