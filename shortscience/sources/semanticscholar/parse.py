"""Read Semantic Scholar's graph interface: papers, searches, batches, references, citations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import Key, Scheme
from shortscience.lib.sections import Section
from shortscience.papers.records import PaperRecord
from shortscience.sources import fields, jsontree
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.jsontree import Loose
from shortscience.sources.parsed import Parsed, collect, one_refused

_SCHEMES = {
    "DOI": Scheme.DOI,
    "ArXiv": Scheme.ARXIV,
    "DBLP": Scheme.DBLP,
    "ACL": Scheme.ACL,
}
_SECTIONS = {
    "Computer Science": Section.CS,
    "Biology": Section.BIO,
    "Medicine": Section.BIO,
    "Physics": Section.PH,
}
_ENTRY_TYPE = {
    "JournalArticle": "article",
    "Conference": "inproceedings",
    "Book": "book",
    "BookSection": "incollection",
}


class _Author(Loose):
    name: str | None = None


class _Journal(Loose):
    name: str | None = None
    pages: str | None = None
    volume: str | None = None


class _Venue(Loose):
    name: str | None = None


class Paper(Loose, rename="camel"):
    paper_id: str | None = None
    external_ids: dict[str, Any] | None = None
    title: str | None = None
    authors: list[_Author] | None = None
    year: int | None = None
    venue: str | None = None
    publication_venue: _Venue | str | None = None
    journal: _Journal | str | None = None
    publication_date: str | None = None
    publication_types: list[str] | None = None
    fields_of_study: list[str] | None = None
    abstract: str | None = None
    url: str | None = None
    # References and citations wrap the paper that is meant.
    cited_paper: msgspec.Raw = jsontree.NOTHING
    citing_paper: msgspec.Raw = jsontree.NOTHING


class _Answer(Loose, rename="camel"):
    data: msgspec.Raw = jsontree.NOTHING
    next: int | str | None = None
    token: str | None = None
    error: str | None = None
    message: str | None = None
    paper_id: str | None = None
    title: str | None = None


def parse(payload: bytes) -> Parsed:
    """Return the papers of an answer; `next` is an offset or a token.

    Raises:
        SourceUnreadable: it is no answer of Semantic Scholar.
    """
    if payload[:50].lstrip().startswith(b"["):
        # A batch has null for each paper that is not known.
        known = (
            one for one in jsontree.decode(payload, list[msgspec.Raw]) if bytes(one) != b"null"
        )
        return collect(known, _paper)
    answer = jsontree.decode(payload, _Answer)
    if answer.error or answer.message:
        return one_refused("Semantic Scholar", answer.error or answer.message or "")
    if bytes(answer.data):
        parsed = collect(jsontree.raw_list(answer.data) or [], _paper)
        following = answer.token or (str(answer.next) if answer.next else None)
        return Parsed(parsed.records, parsed.refused, following)
    if answer.paper_id or answer.title:
        return collect([jsontree.bare(payload)], _paper)
    raise SourceUnreadable(_("This is no paper of Semantic Scholar."))


def _paper(raw: msgspec.Raw) -> PaperRecord:
    paper = jsontree.record(raw, Paper)
    for wrapped in (paper.cited_paper, paper.citing_paper):
        if bytes(wrapped).startswith(b"{"):
            paper = jsontree.record(wrapped, Paper)
    journal = paper.journal if isinstance(paper.journal, _Journal) else _Journal()
    venue = fields.text(paper.venue or journal.name)
    long = paper.publication_venue.name if isinstance(paper.publication_venue, _Venue) else ""
    studies = paper.fields_of_study or []
    sections = [_SECTIONS[study] for study in studies if study in _SECTIONS]
    kinds = [_ENTRY_TYPE[kind] for kind in paper.publication_types or () if kind in _ENTRY_TYPE]
    return PaperRecord(
        title=fields.title((paper.title or "").removeprefix("[PDF] ")),
        authors=fields.authors(author.name for author in paper.authors or ()),
        year=fields.year(paper.year),
        venue=venue,
        venue_name=fields.text(long) if fields.text(long) != venue else "",
        keys=tuple(dict.fromkeys(_keys(paper))),
        source="Semantic Scholar",
        keywords=fields.keywords(studies),
        published_on=fields.day_in(paper.publication_date),
        abstract=fields.abstract(paper.abstract),
        section=sections[0] if sections else None,
        details=fields.details(
            entry_type=kinds[0] if kinds else None,
            pages=fields.pages(journal.pages),
            volume=journal.volume,
            url=paper.url,
        ),
        source_id=paper.paper_id or "",
    )


def _keys(paper: Paper) -> Iterator[Key]:
    for name, scheme in _SCHEMES.items():
        value = (paper.external_ids or {}).get(name)
        if isinstance(value, str):
            yield from fields.key(scheme, value)
    yield from fields.key(Scheme.S2, paper.paper_id)
