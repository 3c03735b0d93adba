"""Read CSL-JSON, as Zotero and Mendeley write it, and Mendeley's catalogue pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from shortscience.lib.identifiers import Key, Scheme, parse_doi
from shortscience.papers.records import PaperRecord
from shortscience.sources import fields, jsontree
from shortscience.sources.jsontree import Loose
from shortscience.sources.parsed import Parsed, collect

_ENTRY_TYPE = {
    "article-journal": "article", "article-magazine": "article", "article-newspaper": "article",
    "journal": "article", "journal_article": "article", "journal-article": "article",
    "paper-conference": "inproceedings", "conference_proceedings": "inproceedings",
    "chapter": "incollection", "book_section": "incollection", "entry-encyclopedia":
    "incollection", "book": "book", "thesis": "phdthesis", "report": "techreport",
    "manuscript": "unpublished",
}  # fmt: skip


class _Person(Loose):
    given: str | None = None
    family: str | None = None
    suffix: str | None = None
    literal: str | None = None
    dropping: str | None = msgspec.field(default=None, name="dropping-particle")
    particle: str | None = msgspec.field(default=None, name="non-dropping-particle")
    # Mendeley's two forms.
    forename: str | None = None
    surname: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class _When(Loose):
    parts: list[list[int | str | None]] | None = msgspec.field(default=None, name="date-parts")
    raw: str | None = None
    literal: str | None = None


class Item(Loose, rename="kebab"):
    id: str | int | None = None
    type: str | None = None
    title: Any = None
    author: list[_Person | str] | None = None
    authors: list[_Person | str] | None = None
    container_title: Any = None
    short: Any = msgspec.field(default=None, name="container-title-short")
    published_in: str | None = msgspec.field(default=None, name="published_in")
    source: str | None = None
    event_title: Any = None
    event: Any = None
    issued: _When | str | None = None
    year: str | int | None = None
    doi: str | None = msgspec.field(default=None, name="DOI")
    url: str | None = msgspec.field(default=None, name="URL")
    website: str | None = None
    identifiers: dict[str, Any] | None = None
    abstract: str | None = None
    keyword: Any = None
    keywords: Any = None
    volume: str | int | None = None
    issue: str | int | None = None
    page: str | None = None
    pages: str | None = None
    publisher: str | None = None


class _Answer(Loose):
    items: msgspec.Raw = jsontree.NOTHING


def parse(payload: bytes) -> Parsed:
    """Return the records of a CSL-JSON file: a list, one item, or `{"items": […]}`.

    Raises:
        SourceUnreadable: it is no JSON, or neither a list nor an object.
    """
    if payload[:100].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        items = jsontree.raw_list(jsontree.bare(payload.strip())) or []
    else:
        answer = jsontree.decode(payload, _Answer)
        items = jsontree.raw_list(answer.items) or [jsontree.bare(payload)]
    return collect(items, _item)


def _item(raw: msgspec.Raw) -> PaperRecord:
    item = jsontree.record(raw, Item)
    published = _published(item)
    return PaperRecord(
        title=fields.title(jsontree.one(item.title)),
        authors=fields.authors(map(_name, item.author or item.authors or ())),
        year=_year(item),
        venue=_venue(item),
        keys=tuple(dict.fromkeys(_keys(item))),
        source="CSL-JSON",
        keywords=fields.keywords(_keywords(item)),
        published_on=published,
        abstract=fields.abstract(item.abstract),
        details=fields.details(
            entry_type=_ENTRY_TYPE.get(item.type or "", "misc") if item.type else None,
            pages=fields.pages(item.page or item.pages),
            volume=str(item.volume or ""),
            number=str(item.issue or ""),
            publisher=item.publisher,
            url=item.url or item.website,
        ),
        source_id=str(item.id or ""),
    )


def _name(one: _Person | str) -> str:
    if isinstance(one, str):
        return one
    family = " ".join(filter(None, (one.dropping, one.particle, one.family)))
    return (
        fields.person(one.given, family, one.suffix)
        or fields.person(one.forename or one.first_name, one.surname or one.last_name)
        or (f"{{{one.literal}}}" if one.literal else "")
    )


def _parts(item: Item) -> list[int | str | None]:
    when = item.issued
    return when.parts[0] if isinstance(when, _When) and when.parts else []


def _printed(item: Item) -> str:
    when = item.issued
    return (when.raw or when.literal or "") if isinstance(when, _When) else when or ""


def _year(item: Item) -> int | None:
    parts = _parts(item)
    return fields.year(parts[0] if parts else _printed(item) or item.year)


def _published(item: Item) -> date | None:
    return fields.day(_parts(item)) or fields.day_in(_printed(item))


def _venue(item: Item) -> str:
    names = map(jsontree.one, (item.container_title, item.published_in, item.short))
    event = jsontree.one(item.event_title) or jsontree.one(item.event)
    # Mendeley names the journal as the source; in CSL that is the library's name.
    mendeley = item.source if item.identifiers is not None else ""
    return fields.text(next(filter(None, (*names, event, mendeley)), ""))


def _keywords(item: Item) -> list[str]:
    listed = [*jsontree.many(item.keyword), *jsontree.many(item.keywords)]
    return [word for line in listed for word in re.split(r"[,;]", line)]


def _keys(item: Item) -> Iterator[Key]:
    given = {name.lower(): value for name, value in (item.identifiers or {}).items()}
    doi = parse_doi(item.doi or "") or parse_doi(str(given.get("doi") or ""))
    linked = next((d for d in (parse_doi(u or "") for u in (item.url, item.website)) if d), None)
    if doi and linked and linked.startswith(f"{doi}_"):
        # The address is of the chapter, the field of its book.
        doi = linked
    yield from fields.keys(doi)
    if isinstance(arxiv := given.get("arxiv"), str):
        yield from fields.key(Scheme.ARXIV, arxiv)
    if not doi:
        yield from fields.keys(item.url or item.website)
