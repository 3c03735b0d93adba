"""A record of DBLP, whatever interface it came by."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import Key, Scheme
from shortscience.papers.records import Notice, NoticeKind, PaperRecord
from shortscience.sources import fields, xmltree
from shortscience.sources.parsed import BadField
from shortscience.sources.xmltree import Node

_PAPERS = {
    "article", "inproceedings", "incollection", "book", "phdthesis", "mastersthesis", "data",
    "withdrawn",
}  # fmt: skip
# The pages of persons and of DBLP itself stand between the records.
_NO_WORKS = {"www", "person"}


@dataclass(frozen=True, slots=True)
class Entry:
    """The fields of one record as DBLP writes them."""

    key: str
    kind: str
    title: str
    authors: list[str]
    year: str = ""
    venue: str = ""
    # Electronic editions: DOIs and addresses.
    links: list[str] = field(default_factory=list)
    pages: str = ""
    volume: str = ""
    number: str = ""
    publisher: str = ""
    is_withdrawn: bool = False


def record(entry: Entry) -> PaperRecord | None:
    """Return the record; None for what is no work, such as a person's page.

    Raises:
        BadField: it is a whole volume, or lacks a title, or its year cannot be right.
    """
    if entry.kind in _NO_WORKS or entry.key.startswith("homepages/"):
        return None
    if entry.kind == "proceedings":
        raise BadField(_("This entry is a whole volume of proceedings, not a paper."))
    own = fields.key(Scheme.DBLP, entry.key)
    links = [link.strip() for link in entry.links if link.strip()]
    keys: tuple[Key, ...] = tuple(dict.fromkeys((*own, *fields.keys(*links))))
    entry_type = entry.kind if entry.kind in _PAPERS else "misc"
    is_withdrawn = entry.is_withdrawn or entry.kind == "withdrawn"
    return PaperRecord(
        title=fields.title(entry.title),
        authors=fields.authors(entry.authors),
        year=fields.year(entry.year),
        venue=fields.text(entry.venue),
        keys=keys,
        source="DBLP",
        details=fields.details(
            entry_type="misc" if entry_type in {"data", "withdrawn"} else entry_type,
            pages=fields.pages(entry.pages),
            volume=entry.volume,
            number=entry.number,
            publisher=entry.publisher,
            url=next((link for link in links if link.startswith("http")), None),
        ),
        notices=(Notice(NoticeKind.WITHDRAWAL),) if is_withdrawn else (),
        source_id=entry.key,
    )


def record_of_node(node: Node) -> PaperRecord | None:
    """Return the record of an element of the dump or of a single record's page.

    Raises:
        BadField: see `record`.
    """
    values: dict[str, list[str]] = {}
    for child in node:
        values.setdefault(xmltree.name(child), []).append(xmltree.content(child))

    def one(name: str) -> str:
        return values.get(name, [""])[0].strip()

    return record(
        Entry(
            key=xmltree.attribute(node, "key"),
            kind=xmltree.name(node),
            title=one("title"),
            authors=values.get("author", []),
            year=one("year"),
            venue=one("journal") or one("booktitle") or one("school"),
            links=values.get("ee", []),
            pages=one("pages"),
            volume=one("volume"),
            number=one("number"),
            publisher=one("publisher"),
            is_withdrawn=xmltree.attribute(node, "publtype") == "withdrawn",
        )
    )
