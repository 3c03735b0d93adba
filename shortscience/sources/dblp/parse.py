"""Read DBLP: its search interface (XML, JSON), single records (XML, BibTeX).

Checked on recorded answers, except single records in XML, which have the form of the dump.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from shortscience.papers.records import PaperRecord
from shortscience.sources import bibfile, jsontree, xmltree
from shortscience.sources.dblp.records import Entry, record, record_of_node
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.jsontree import Loose
from shortscience.sources.parsed import Parsed, collect
from shortscience.sources.xmltree import Node

_TYPES = {
    "Journal Articles": "article",
    "Conference and Workshop Papers": "inproceedings",
    "Parts in Books or Collections": "incollection",
    "Books and Theses": "book",
    "Editorship": "proceedings",
    "Informal Publications": "article",
    "Informal and Other Publications": "article",
    "Reference Works": "incollection",
    "Data and Artifacts": "data",
    "Withdrawn Items": "withdrawn",
}


def parse(payload: bytes) -> Parsed:
    """Return the papers of an answer; `next` is the index of the first hit of the next page.

    Raises:
        SourceUnreadable: it is no answer of DBLP.
    """
    head = payload[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"@", b"%")):
        return bibfile.parse(payload, source="DBLP")
    if head.startswith(b"{"):
        return _json(payload)
    root = xmltree.root(payload)
    kind = xmltree.name(root)
    if kind == "result":
        return _search(root)
    if kind in {"dblp", "dblpperson"}:
        nodes = [node for child in root for node in _unwrapped(child)]
        return collect(nodes, record_of_node, where=_where)
    raise SourceUnreadable(_("This is no answer of DBLP."))


def _unwrapped(node: Node) -> list[Node]:
    """A person's page puts each record into an `r`."""
    return list(node) if xmltree.name(node) == "r" else [node]


def _where(number: int, node: Node) -> str:
    return xmltree.attribute(node, "key") or f"record {number}"


def _search(root: Node) -> Parsed:
    hits = xmltree.first(root, "hits")
    if hits is None:
        raise SourceUnreadable(_("This is no answer of DBLP."))
    infos = xmltree.all_named(hits, "hit", "info")
    parsed = collect(infos, _hit, where=lambda n, info: xmltree.text(info, "key") or f"hit {n}")
    counts = [xmltree.attribute(hits, name) for name in ("first", "sent", "total")]
    return Parsed(parsed.records, parsed.refused, _next(*counts))


def _next(first: str, sent: str, total: str) -> str | None:
    if not all(count.isdecimal() and len(count) < 12 for count in (first, sent, total)):
        return None
    following = int(first) + int(sent)
    return str(following) if int(sent) and following < int(total) else None


def _hit(info: Node) -> PaperRecord | None:
    def many(*path: str) -> list[str]:
        return [xmltree.content(node) for node in xmltree.all_named(info, *path)]

    get = {xmltree.name(child): xmltree.content(child) for child in reversed(list(info))}.get
    return record(
        Entry(
            key=get("key", "").strip(),
            kind=_TYPES.get(get("type", ""), get("type", "")),
            title=get("title", ""),
            authors=many("authors", "author"),
            year=get("year", ""),
            venue=get("venue", ""),
            links=[*many("doi"), *many("ee")],
            pages=get("pages", ""),
            volume=get("volume", ""),
            number=get("number", ""),
            publisher=get("publisher", ""),
        )
    )


class _Authors(Loose):
    author: msgspec.Raw = jsontree.NOTHING


class _Author(Loose):
    text: str | None = None


class _Info(Loose):
    key: str | None = None
    type: str | None = None
    title: Any = None
    authors: _Authors | None = None
    year: str | int | None = None
    # A list where it appeared in two places.
    venue: Any = None
    doi: Any = None
    ee: Any = None
    pages: str | None = None
    volume: str | None = None
    number: str | None = None
    publisher: str | None = None


class _Hit(Loose):
    info: _Info | None = None


class _Hits(Loose):
    total: str = msgspec.field(default="", name="@total")
    sent: str = msgspec.field(default="", name="@sent")
    first: str = msgspec.field(default="", name="@first")
    hit: msgspec.Raw = jsontree.NOTHING


class _Result(Loose):
    hits: _Hits | None = None


class _Answer(Loose):
    result: _Result | None = None


def _json(payload: bytes) -> Parsed:
    answer = jsontree.decode(payload, _Answer)
    hits = answer.result.hits if answer.result else None
    if hits is None:
        raise SourceUnreadable(_("This is no answer of DBLP."))
    parsed = collect(jsontree.raw_list(hits.hit) or [], _json_hit)
    return Parsed(parsed.records, parsed.refused, _next(hits.first, hits.sent, hits.total))


def _json_hit(raw: msgspec.Raw) -> PaperRecord | None:
    info = jsontree.record(raw, _Hit).info or _Info()
    # One author is an object, several are a list, and once they were bare names.
    listed = jsontree.raw_list(info.authors.author) if info.authors else None
    title = info.title.get("text") if isinstance(info.title, dict) else info.title
    return record(
        Entry(
            key=info.key or "",
            kind=_TYPES.get(info.type or "", info.type or ""),
            title=jsontree.one(title),
            authors=[_author(one) for one in listed or ()],
            year=str(info.year or ""),
            venue=jsontree.one(info.venue),
            links=[*jsontree.many(info.doi), *jsontree.many(info.ee)],
            pages=info.pages or "",
            volume=info.volume or "",
            number=info.number or "",
            publisher=info.publisher or "",
        )
    )


def _author(raw: msgspec.Raw) -> str:
    found = jsontree.record(raw, Any)
    return str(found.get("text") or "") if isinstance(found, dict) else str(found or "")
