"""Read notes of OpenReview: API 1 (plain values) and API 2 (values in objects).

Checked on recorded notes of both, and on notes flattened by others. From descriptions only:
authors as objects, external identifiers.
"""

from __future__ import annotations

import re
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

_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])")
_WITHDRAWN = re.compile(r"\bwithdrawn\b|\bdesk[ _]reject", re.IGNORECASE)


class Note(Loose):
    id: str | None = None
    forum: str | None = None
    replyto: str | None = None
    # Milliseconds since 1970: made, published, put online.
    cdate: int | None = None
    pdate: int | None = None
    odate: int | None = None
    venue: str | None = None
    content: dict[str, Any] | None = None
    external_ids: Any = msgspec.field(default=None, name="externalIds")
    external_id: Any = msgspec.field(default=None, name="externalId")


class _Answer(Loose):
    notes: msgspec.Raw = jsontree.NOTHING
    content: msgspec.Raw = jsontree.NOTHING
    name: str | None = None


def parse(payload: bytes) -> Parsed:
    """Return the papers among the notes; reviews and comments are passed over.

    Raises:
        SourceUnreadable: it is no answer of OpenReview.
    """
    if payload[:50].lstrip().startswith(b"["):
        return collect(jsontree.decode(payload, list[msgspec.Raw]), _note)
    answer = jsontree.decode(payload, _Answer)
    if bytes(answer.notes):
        return collect(jsontree.raw_list(answer.notes) or [], _note)
    if bytes(answer.content):
        return collect([jsontree.bare(payload)], _note)
    if answer.name and answer.name.endswith("Error"):
        return one_refused("OpenReview", _("OpenReview does not know this paper, or hides it."))
    raise SourceUnreadable(_("This is no answer of OpenReview."))


def _note(raw: msgspec.Raw) -> PaperRecord | None:
    note = jsontree.record(raw, Note)
    content = {name: _value(value) for name, value in (note.content or {}).items()}
    if note.replyto and note.replyto != note.id:
        return None
    printed = jsontree.one(content.get("venue")) or note.venue or ""
    number = note.forum or note.id or ""
    published = _published(note)
    return PaperRecord(
        title=fields.title(jsontree.one(content.get("title"))),
        authors=fields.authors(_authors(content)),
        year=_year(printed, jsontree.one(content.get("venueid")), published),
        venue=fields.text(printed),
        keys=tuple(dict.fromkeys((*fields.key(Scheme.OPENREVIEW, number), *_keys(note, content)))),
        source="OpenReview",
        keywords=fields.keywords(_keywords(content.get("keywords"))),
        published_on=published,
        abstract=fields.abstract(jsontree.one(content.get("abstract"))),
        details=fields.details(url=f"https://openreview.net/forum?id={number}" if number else None),
        notices=(Notice(NoticeKind.WITHDRAWAL),) if _WITHDRAWN.search(printed) else (),
        source_id=number,
    )


def _value(given: Any) -> Any:
    """Return the value itself: API 2 wraps it, API 1 does not."""
    return given.get("value") if isinstance(given, dict) and "value" in given else given


def _published(note: Note) -> date | None:
    """Return the day it first was public; the day it was made where no other is given."""
    return fields.day_of_ms(note.odate or note.pdate or note.cdate)


def _year(printed: str, venue_id: str, published: date | None) -> int | None:
    """Return the venue's year ("ICLR 2026"), else that of the first day."""
    found = _YEAR.search(printed) or _YEAR.search(venue_id)
    return fields.year(found[1]) if found else (published.year if published else None)


def _authors(content: dict[str, Any]) -> Iterator[str]:
    given = content.get("authors")
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, dict):
            one = next(
                (one[name] for name in ("fullname", "name", "preferred") if one.get(name)), ""
            )
        if isinstance(one, str) and one.strip().lower() != "anonymous":
            yield one


def _keywords(given: Any) -> list[str]:
    return re.split(r"[,;]", given) if isinstance(given, str) else jsontree.many(given)


def _keys(note: Note, content: dict[str, Any]) -> Iterator[Key]:
    listed = note.external_ids if isinstance(note.external_ids, list) else [note.external_id]
    for one in listed:
        if isinstance(one, str):
            yield from fields.keys(one)
    for name in ("html", "ee", "doi", "arxiv", "arxiv_id"):
        text = jsontree.one(content.get(name)).strip()
        yield from (key for key in fields.keys(text) if key.scheme is not Scheme.URL)
    # A record that OpenReview took from DBLP keeps its entry.
    if found := re.search(r"DBLP:([\w/.-]+)", jsontree.one(content.get("_bibtex"))):
        yield from fields.key(Scheme.DBLP, found[1])
