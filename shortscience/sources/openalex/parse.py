"""Read works of OpenAlex."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import Key, Scheme
from shortscience.papers.records import Notice, NoticeKind, PaperRecord
from shortscience.sources import fields, jsontree
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.jsontree import Loose
from shortscience.sources.parsed import Parsed, collect, one_refused

# An abstract of more words than this is a whole text that slipped in.
MAX_WORDS = 20_000
_ENTRY_TYPE = {
    "article": "article", "review": "article", "letter": "article", "editorial": "article",
    "book-chapter": "incollection", "book": "book", "dissertation": "phdthesis",
    "report": "techreport", "preprint": "misc", "dataset": "misc",
}  # fmt: skip


class _Named(Loose):
    name: str | None = msgspec.field(default=None, name="display_name")
    # Keywords had this name until 2024.
    keyword: str | None = None
    host: str | None = msgspec.field(default=None, name="host_organization_name")


class _Authorship(Loose):
    author: _Named | None = None
    raw_author_name: str | None = None


class _Location(Loose):
    source: _Named | None = None
    landing_page_url: str | None = None
    raw_source_name: str | None = None


class _Biblio(Loose):
    volume: str | None = None
    issue: str | None = None
    first_page: str | None = None
    last_page: str | None = None


class Work(Loose):
    id: str | None = None
    doi: str | None = None
    title: str | None = None
    display_name: str | None = None
    publication_year: int | None = None
    publication_date: str | None = None
    ids: dict[str, Any] | None = None
    type: str | None = None
    type_crossref: str | None = None
    authorships: list[_Authorship] | None = None
    primary_location: _Location | None = None
    locations: list[_Location] | None = None
    host_venue: _Named | None = None
    biblio: _Biblio | None = None
    keywords: list[_Named | str] | None = None
    is_retracted: bool | None = None
    inverted: dict[str, list[int]] | None = msgspec.field(
        default=None, name="abstract_inverted_index"
    )


class _Meta(Loose):
    next_cursor: str | None = None


class _Answer(Loose):
    results: msgspec.Raw = jsontree.NOTHING
    meta: _Meta | None = None
    error: str | None = None
    id: str | None = None


def parse(payload: bytes) -> Parsed:
    """Return the works of an answer; `next` is a cursor.

    Raises:
        SourceUnreadable: it is no answer of OpenAlex.
    """
    if payload[:50].lstrip().startswith(b"["):
        return collect(jsontree.decode(payload, list[msgspec.Raw]), _work)
    answer = jsontree.decode(payload, _Answer)
    if answer.error:
        return one_refused("OpenAlex", answer.error[:300])
    if bytes(answer.results):
        parsed = collect(jsontree.raw_list(answer.results) or [], _work)
        return Parsed(
            parsed.records, parsed.refused, answer.meta.next_cursor if answer.meta else None
        )
    if answer.id:
        return collect([jsontree.bare(payload)], _work)
    raise SourceUnreadable(_("This is no work of OpenAlex."))


def _work(raw: msgspec.Raw) -> PaperRecord:
    work = jsontree.record(raw, Work)
    biblio = work.biblio or _Biblio()
    keys = tuple(dict.fromkeys(_keys(work)))
    host = _host(work)
    return PaperRecord(
        title=fields.title(work.title or work.display_name),
        authors=fields.authors(map(_name, work.authorships or ())),
        year=fields.year(work.publication_year),
        venue=fields.text(host.name) if host else "",
        keys=keys,
        source="OpenAlex",
        keywords=fields.keywords(_keywords(work)),
        published_on=_published(work.publication_date),
        abstract=fields.abstract(_abstract(work.inverted)),
        details=fields.details(
            entry_type=_ENTRY_TYPE.get(work.type or "", "misc" if work.type else ""),
            pages=fields.pages(biblio.first_page, biblio.last_page),
            volume=biblio.volume,
            number=biblio.issue,
            publisher=host.host if host else None,
            url=work.primary_location.landing_page_url if work.primary_location else None,
        ),
        notices=(Notice(NoticeKind.RETRACTION),) if work.is_retracted else (),
        source_id=(work.id or "").rpartition("/")[2],
    )


def _name(authorship: _Authorship) -> str:
    """Return the name as published, else as OpenAlex writes it for all works of the person."""
    return authorship.raw_author_name or (authorship.author.name if authorship.author else "") or ""


def _host(work: Work) -> _Named | None:
    location = work.primary_location
    if location and location.source:
        return location.source
    if location and location.raw_source_name:
        return _Named(name=location.raw_source_name)
    return work.host_venue


def _published(printed: str | None) -> date | None:
    """Return the day, unless it is the first of a month: OpenAlex writes that for "unknown"."""
    day = fields.day_in(printed)
    return None if day is None or day.day == 1 else day


def _keywords(work: Work) -> Iterator[str | None]:
    for word in work.keywords or ():
        yield word if isinstance(word, str) else word.name or word.keyword


def _keys(work: Work) -> Iterator[Key]:
    if work.doi:
        yield from fields.keys(work.doi)
    for location in (work.primary_location, *(work.locations or ())):
        found = fields.keys(location.landing_page_url) if location else ()
        yield from (key for key in found if key.scheme == Scheme.ARXIV)
    yield from (key for key in fields.keys(work.id) if key.scheme == Scheme.OPENALEX)


def _abstract(inverted: dict[str, list[int]] | None) -> str:
    """Return the text of an index that says at which places each word stands."""
    placed = [
        (place, word)
        for word, places in (inverted or {}).items()
        for place in places
        if 0 <= place < MAX_WORDS
    ]
    return " ".join(word for _place, word in sorted(placed)[:MAX_WORDS])
