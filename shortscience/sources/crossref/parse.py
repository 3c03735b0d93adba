"""Read Crossref's REST answers: one work, lists, and content negotiation (CSL-JSON, BibTeX).

Checked on recorded answers, except `update-to`, `relation` and cursors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import Key, parse_doi
from shortscience.lib.orcid import OrcidError, normalise
from shortscience.papers.records import Notice, NoticeKind, PaperRecord
from shortscience.sources import bibfile, fields, jsontree
from shortscience.sources.crossref.shapes import Named, Person, Update, When, Work
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.jsontree import Loose
from shortscience.sources.parsed import BadField, Parsed, collect, one_refused

# Crossref has DOIs for whole shelves, too.
_NO_PAPER = {
    "journal", "journal-issue", "journal-volume", "proceedings", "proceedings-series",
    "book-series", "book-set", "report-series", "standard-series", "component", "grant",
    "report-component", "database",
}  # fmt: skip
_ENTRY_TYPE = {
    "journal-article": "article", "proceedings-article": "inproceedings",
    "book-chapter": "incollection", "book-section": "incollection", "book-part": "incollection",
    "reference-entry": "incollection", "monograph": "book", "book": "book",
    "edited-book": "book", "reference-book": "book", "dissertation": "phdthesis",
    "report": "techreport", "posted-content": "misc", "dataset": "misc", "peer-review": "misc",
    "article-journal": "article", "paper-conference": "inproceedings", "chapter": "incollection",
    "thesis": "phdthesis",
}  # fmt: skip
_NOTICES = {
    "retraction": NoticeKind.RETRACTION,
    "partial_retraction": NoticeKind.RETRACTION,
    "removal": NoticeKind.WITHDRAWAL,
    "withdrawal": NoticeKind.WITHDRAWAL,
    "expression_of_concern": NoticeKind.CONCERN,
    "correction": NoticeKind.CORRECTION,
    "corrigendum": NoticeKind.CORRECTION,
    "erratum": NoticeKind.CORRECTION,
}
# Relations between texts that are one work for a reader.
_SAME_WORK = ("is-preprint-of", "has-preprint", "is-same-as", "is-identical-to")


class _Message(Loose, rename="kebab"):
    items: msgspec.Raw = jsontree.NOTHING
    next_cursor: str | None = None


class _Answer(Loose):
    message: msgspec.Raw = jsontree.NOTHING


def parse(payload: bytes) -> Parsed:
    """Return the works of an answer; `next` is a cursor.

    Raises:
        SourceUnreadable: it is no answer of Crossref.
    """
    head = payload[:200].strip()
    if head.startswith(b"@"):
        return bibfile.parse(payload, source="Crossref")
    if head.lower().startswith(b"resource not found"):
        return one_refused("Crossref", _("Crossref does not know this DOI."))
    if head.startswith(b"["):
        return collect(jsontree.decode(payload, list[msgspec.Raw]), _work)
    message = bytes(jsontree.decode(payload, _Answer).message)
    if not message:
        # Content negotiation gives the bare work.
        return collect([jsontree.bare(payload)], _work)
    if not message.startswith(b"{"):
        raise SourceUnreadable(_("Crossref answers with a message that is no work."))
    listed = jsontree.decode(message, _Message)
    items = jsontree.raw_list(listed.items)
    if items is None:
        return collect([msgspec.Raw(message)], _work)
    return replace(collect(items, _work), next=listed.next_cursor if items else None)


def _work(raw: msgspec.Raw) -> PaperRecord:
    work = jsontree.record(raw, Work)
    if work.type in _NO_PAPER:
        raise BadField(_("This DOI is of a whole journal, volume or part, not of a paper."))
    doi = parse_doi(work.doi or "") or ""
    days = [day for when in _whens(work) if (day := _day(when))]
    short, long = _venue(work)
    return PaperRecord(
        title=fields.title(jsontree.one(work.title), jsontree.one(work.subtitle)),
        authors=fields.authors(map(_name, work.author or ())),
        author_orcids=tuple(filter(None, map(_orcid, work.author or ()))),
        year=_year(work),
        venue=short,
        venue_name=long if long != short else "",
        keys=tuple(dict.fromkeys((*fields.keys(doi), *_related(work.relation)))),
        source="Crossref",
        keywords=fields.keywords(jsontree.many(work.subject)),
        published_on=min(days, default=None),
        abstract=fields.abstract(work.abstract),
        details=fields.details(
            entry_type=_ENTRY_TYPE.get(work.type or "", "misc") if work.type else None,
            pages=fields.pages(work.page or work.article_number),
            volume=work.volume,
            number=work.issue,
            publisher=work.publisher,
            url=_url(work),
        ),
        notices=tuple(_notices(work, doi)),
        source_id=doi,
    )


def _orcid(person: Person) -> str:
    """Return the author's iD, or "" where there is none or it has a slip."""
    try:
        return normalise(person.orcid or "")
    except OrcidError:
        return ""


def _name(person: Person) -> str:
    whole = person.literal or person.name or ""
    return fields.person(person.given, person.family, person.suffix) or f"{{{whole}}}"


def _whens(work: Work) -> Iterator[When]:
    given = (work.published_online, work.published_print, work.published, work.posted, work.issued)
    yield from (when for when in given if when is not None)


def _day(when: When | None) -> date | None:
    return fields.day(when.parts[0]) if when and when.parts else None


def _year(work: Work) -> int | None:
    """Return the year of `issued`, which is the earliest; else the earliest of the others."""
    years = [
        fields.year(when.parts[0][0])
        for when in (work.issued, *_whens(work))
        if when and when.parts and when.parts[0]
    ]
    return next((year for year in years if year), None)


def _venue(work: Work) -> tuple[str, str]:
    """Return the short and the long name of where it appeared."""
    long = fields.text(jsontree.one(work.container_title))
    short = fields.text(jsontree.one(work.short_container_title))
    if not long and isinstance(work.event, Named):
        long, short = fields.text(work.event.name), fields.text(work.event.acronym)
    if not long and work.type == "posted-content":
        given = work.institution
        listed = given if isinstance(given, list) else [given or Named()]
        hosts = [host.name for host in listed if host.name]
        long = fields.text(hosts[0] if hosts else jsontree.one(work.group_title))
    return short or long, long


def _related(relation: Any) -> Iterator[Key]:
    if not isinstance(relation, dict):
        return
    for kind in _SAME_WORK:
        listed = relation.get(kind)
        for raw in listed if isinstance(listed, list) else ():
            scheme, value = (raw.get("id-type"), raw.get("id")) if isinstance(raw, dict) else (0, 0)
            if scheme in {"doi", "arxiv"} and isinstance(value, str):
                yield from fields.keys(f"{scheme}:{value}")


def _url(work: Work) -> str | None:
    primary = work.resource.primary if work.resource else None
    return (primary.url if primary else None) or work.url


def _notices(work: Work, doi: str) -> Iterator[Notice]:
    for update in work.updated_by or ():
        if kind := _kind(update):
            yield Notice(kind, parse_doi(update.doi or "") or "", _day(update.updated))
    for update in work.update_to or ():
        kind, about = _kind(update), parse_doi(update.doi or "")
        # A work that names itself tells of a correction in place.
        if kind and about:
            yield Notice(kind, doi, _day(update.updated), of="" if about == doi else about)


def _kind(update: Update) -> NoticeKind | None:
    return _NOTICES.get((update.type or "").lower().replace("-", "_").replace(" ", "_"))
