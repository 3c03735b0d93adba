"""Read ORCID's public interface (3.0): a person's works, single works, bulk answers.

Checked on recorded answers, except bulk ones with an error among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import msgspec
from django.utils.translation import gettext_lazy as _

from shortscience.lib import bibtex
from shortscience.lib.identifiers import Key, Scheme
from shortscience.papers.records import PaperRecord
from shortscience.sources import fields, jsontree
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.jsontree import Loose
from shortscience.sources.parsed import BadField, Parsed, collect, one_refused

_SCHEMES = {"doi": Scheme.DOI, "arxiv": Scheme.ARXIV}
_ENTRY_TYPE = {
    "journal-article": "article", "conference-paper": "inproceedings",
    "book-chapter": "incollection", "book": "book", "edited-book": "book",
    "dissertation-thesis": "phdthesis", "dissertation": "phdthesis", "report": "techreport",
    "preprint": "misc", "working-paper": "misc",
}  # fmt: skip


class _Value(Loose):
    value: str | int | None = None


class _Title(Loose):
    title: _Value | None = None
    subtitle: _Value | None = None


class _Day(Loose):
    year: _Value | None = None
    month: _Value | None = None
    day: _Value | None = None


class _Id(Loose, rename="kebab"):
    type: str | None = msgspec.field(default=None, name="external-id-type")
    value: str | None = msgspec.field(default=None, name="external-id-value")
    relationship: str | None = msgspec.field(default=None, name="external-id-relationship")


class _Ids(Loose):
    ids: list[_Id] | None = msgspec.field(default=None, name="external-id")


class _Role(Loose):
    role: str | None = msgspec.field(default=None, name="contributor-role")


class _Contributor(Loose):
    name: _Value | None = msgspec.field(default=None, name="credit-name")
    attributes: _Role | None = msgspec.field(default=None, name="contributor-attributes")


class _Contributors(Loose):
    contributor: list[_Contributor] | None = None


class _Citation(Loose):
    type: str | None = msgspec.field(default=None, name="citation-type")
    value: str | None = msgspec.field(default=None, name="citation-value")


class Work(Loose, rename="kebab"):
    put_code: int | None = None
    path: str | None = None
    title: _Title | None = None
    journal_title: _Value | None = None
    short_description: str | None = None
    citation: _Citation | None = None
    type: str | None = None
    publication_date: _Day | None = None
    external_ids: _Ids | None = None
    url: _Value | None = None
    contributors: _Contributors | None = None
    display_index: int | None = None


class _Group(Loose, rename="kebab"):
    external_ids: _Ids | None = None
    work_summary: list[Work] = []


class _Problem(Loose, rename="kebab"):
    user_message: str | None = None
    developer_message: str | None = None


class _BulkItem(Loose):
    work: Work | None = None
    error: _Problem | None = None


class _Answer(Loose, rename="kebab"):
    group: msgspec.Raw = jsontree.NOTHING
    bulk: msgspec.Raw = jsontree.NOTHING
    title: msgspec.Raw = jsontree.NOTHING
    user_message: str | None = None


def parse(payload: bytes) -> Parsed:
    """Return the works of an answer, each group of equal works once.

    Raises:
        SourceUnreadable: it is no answer of ORCID.
    """
    answer = jsontree.decode(payload, _Answer)
    if bytes(answer.group):
        return collect(jsontree.raw_list(answer.group) or [], _group)
    if bytes(answer.bulk):
        return collect(jsontree.raw_list(answer.bulk) or [], _bulk)
    if bytes(answer.title):
        return collect([jsontree.bare(payload)], lambda raw: _work(jsontree.record(raw, Work)))
    if answer.user_message:
        return one_refused("ORCID", answer.user_message[:300])
    raise SourceUnreadable(_("This is no answer of ORCID."))


def _bulk(raw: msgspec.Raw) -> PaperRecord:
    item = jsontree.record(raw, _BulkItem)
    if item.work is None:
        reason = item.error and (item.error.user_message or item.error.developer_message)
        raise BadField(reason[:300] if reason else _("It has no title."))
    return _work(item.work)


def _group(raw: msgspec.Raw) -> PaperRecord:
    """Return the person's preferred form of the work, with what only its other forms tell."""
    group = jsontree.record(raw, _Group)
    if not group.work_summary:
        raise BadField(_("It has no title."))
    forms = sorted(group.work_summary, key=lambda work: -(work.display_index or 0))
    ids = (group.external_ids, *(work.external_ids for work in forms[1:]))
    record = _work(forms[0], ids)
    days = [day for form in forms if (day := _published(form.publication_date or _Day()))]
    venues = [venue for form in forms if (venue := fields.text(_text(form.journal_title)))]
    same_year = (day for day in days if record.year in {None, day.year})
    return replace(
        record,
        published_on=record.published_on or next(same_year, None),
        venue=record.venue or next(iter(venues), ""),
    )


def _work(work: Work, more: tuple[_Ids | None, ...] = ()) -> PaperRecord:
    cited = _cited(work)
    when = work.publication_date or _Day()
    title = work.title or _Title()
    keys = (key for ids in (work.external_ids, *more) for key in _keys(ids))
    return PaperRecord(
        title=fields.title(_text(title.title), _text(title.subtitle)),
        authors=fields.authors(_authors(work)) or cited.authors,
        year=fields.year(_text(when.year)),
        venue=fields.text(_text(work.journal_title)) or cited.venue,
        keys=tuple(dict.fromkeys(keys)),
        source="ORCID",
        published_on=_published(when),
        abstract=fields.abstract(work.short_description),
        details=fields.details(
            entry_type=_ENTRY_TYPE.get(work.type or "", "misc") if work.type else None,
            pages=fields.pages(cited.pages),
            volume=cited.volume,
            number=cited.number,
            publisher=cited.publisher,
            url=_text(work.url),
        ),
        source_id=(work.path or "").strip("/") or str(work.put_code or ""),
    )


def _text(value: _Value | None) -> str:
    return str(value.value) if value and value.value is not None else ""


def _published(when: _Day) -> date | None:
    return fields.day([_text(when.year), _text(when.month), _text(when.day)])


def _authors(work: Work) -> Iterator[str]:
    for one in (work.contributors and work.contributors.contributor) or ():
        role = one.attributes.role if one.attributes else None
        if role in {None, "author", "co-author", "AUTHOR"} or "writing" in (role or ""):
            yield _text(one.name)


def _keys(ids: _Ids | None) -> Iterator[Key]:
    for one in (ids and ids.ids) or ():
        scheme = _SCHEMES.get((one.type or "").lower())
        # A part-of identifier is that of the book.
        if scheme and (one.relationship or "self").lower() == "self":
            yield from fields.key(scheme, one.value)


@dataclass(frozen=True, slots=True)
class _Cited:
    authors: tuple[str, ...] = ()
    venue: str = ""
    pages: str = ""
    volume: str = ""
    number: str = ""
    publisher: str = ""


def _cited(work: Work) -> _Cited:
    """Return what the work's own BibTeX entry adds to the fields beside it."""
    citation = work.citation
    if not citation or (citation.type or "").lower() != "bibtex" or not citation.value:
        return _Cited()
    records = bibtex.parse(citation.value[:100_000]).records
    if len(records) != 1:
        return _Cited()
    one = records[0]
    return _Cited(one.authors, one.venue, one.pages, one.volume, one.number, one.publisher)
