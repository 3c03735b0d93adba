"""What a record gives a paper: everything to a new one, what it lacks to one we have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from shortscience.lib.identifiers import Key, Scheme
from shortscience.lib.plaintext import squeeze
from shortscience.lib.sections import Section, section_of
from shortscience.papers import matching, provenance
from shortscience.papers.likeness import block_key
from shortscience.papers.models import Paper
from shortscience.papers.records import PaperRecord
from shortscience.venues.models import Venue

if TYPE_CHECKING:
    from shortscience.papers.intake import Draft

MAX_SOURCE = 60

CHANGEABLE = [
    "authors", "year", "venue", "source", "keywords", "section", "published_on", "abstract",
    "abstract_by", "author_orcids", "details", "versions", "provenance", "block_key", "updated_at",
]  # fmt: skip


def new_paper(draft: Draft, day: date) -> Paper:
    """Return the paper that the record describes, not stored yet."""
    record = draft.record
    return Paper(
        title=draft.title,
        title_key=draft.title_key,
        authors=list(draft.authors),
        author_orcids=list(record.author_orcids),
        year=record.year,
        venue=draft.venue,
        source=record.source[:MAX_SOURCE],
        keywords=_clean_words(record.keywords),
        section=_section(record.section, record.keywords, draft.venue, draft.keys),
        published_on=record.published_on,
        abstract=_clean_text(record.abstract),
        abstract_by=record.abstract_by[:MAX_SOURCE] if record.abstract else "",
        details=dict(record.details),
        versions=_versions([], record),
        provenance=provenance.first_told(record.source or provenance.MEMBERS, day),
        block_key=draft.block_key,
    )


def fill(paper: Paper, draft: Draft, day: date) -> bool:
    """Give the paper what it lacks and the record has; tell whether anything changed.

    What members corrected stays as they said.
    """
    before = {name: getattr(paper, name) for name in CHANGEABLE}
    record = draft.record
    corrected = provenance.by_members(paper.provenance)
    if "authors" not in corrected and matching.is_more_complete(draft.authors, paper.authors):
        paper.authors = list(draft.authors)
        paper.block_key = block_key(paper.title, paper.authors)
    if "venue" not in corrected:
        _fill_venue(paper, draft.venue, record.year if "year" not in corrected else None)
    if record.author_orcids:
        paper.author_orcids = sorted({*(paper.author_orcids or ()), *record.author_orcids})
    paper.year = paper.year or (record.year if "year" not in corrected else None)
    paper.source = paper.source or record.source[:MAX_SOURCE]
    paper.keywords = paper.keywords or _clean_words(record.keywords)
    if "published_on" not in corrected:
        paper.published_on = _earliest(paper.published_on, record.published_on)
    if not paper.abstract and record.abstract and "abstract" not in corrected:
        paper.abstract = _clean_text(record.abstract)
        paper.abstract_by = record.abstract_by[:MAX_SOURCE]
    paper.details = {**record.details, **paper.details}
    paper.versions = _versions(paper.versions, record)
    if paper.section == Section.OTHER:
        paper.section = _section(record.section, paper.keywords, paper.venue, draft.keys)
    changed = [name for name, old in before.items() if getattr(paper, name) != old]
    if told := [name for name in changed if name in provenance.SHOWN]:
        paper.provenance = provenance.told(
            paper.provenance, told, record.source or provenance.MEMBERS, day
        )
    return bool(changed)


def _versions(have: Sequence[Sequence[Any]], record: PaperRecord) -> list[list[Any]]:
    """Return the versions with their days, in order; what a source leaves out stays."""
    if not record.versions:
        return [list(version) for version in have]
    days: dict[int, str | None] = {int(number): day for number, day in have}
    for version in record.versions:
        day = version.published_on.isoformat() if version.published_on else None
        days[version.number] = day or days.get(version.number)
    return [[number, days[number]] for number in sorted(days)]


def _fill_venue(paper: Paper, venue: Venue | None, year: int | None) -> None:
    """Set the venue where there is none or only a preprint server, with the year it gives."""
    is_preprint = paper.venue is not None and paper.venue.kind == Venue.Kind.PREPRINTS
    is_published = venue is not None and venue.kind != Venue.Kind.PREPRINTS
    if venue is not None and (paper.venue is None or (is_preprint and is_published)):
        paper.venue = venue
        paper.year = year or paper.year


def _earliest(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one and other else one or other


def _section(
    given: Section | None, keywords: Sequence[str], venue: Venue | None, keys: Iterable[Key]
) -> Section:
    arxiv = next((key.value for key in keys if key.scheme == Scheme.ARXIV), "")
    found = section_of(keywords, venue.section if venue else "", arxiv)
    return found if found or not given else given


def _clean_text(text: str) -> str:
    """Return the text in its paragraphs, without what PostgreSQL cannot store."""
    if not text:
        return ""
    return text.replace("\0", "").encode("utf-8", "ignore").decode().strip()


def _clean_words(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, (squeeze(word) for word in words))))
