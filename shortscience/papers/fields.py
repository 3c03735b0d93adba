"""The fields of a paper that people correct: how each is written down, compared and set."""

from __future__ import annotations

from datetime import date
from typing import cast

from shortscience.lib.identifiers import Scheme
from shortscience.lib.plaintext import squeeze
from shortscience.lib.sections import section_of
from shortscience.lib.titles import clean_title, title_key
from shortscience.papers.curation import MetadataSuggestion
from shortscience.papers.likeness import block_key
from shortscience.papers.models import Paper
from shortscience.papers.records import PaperRecord
from shortscience.venues.actions import venue_for

Field = MetadataSuggestion.Field
# Text, a year, a list of names, or nothing: what JSON can hold.
Value = str | int | list[str] | None

# Columns that follow from a field and are stored with it.
COLUMNS = {
    Field.TITLE: ["title", "title_key", "block_key"],
    Field.AUTHORS: ["authors", "block_key"],
    Field.YEAR: ["year"],
    Field.VENUE: ["venue", "section"],
    Field.PUBLISHED_ON: ["published_on"],
    Field.ABSTRACT: ["abstract", "abstract_by"],
}


def value_of(paper: Paper, field: Field) -> Value:
    """Return what the paper says in this field, as it is written down."""
    match field:
        case Field.VENUE:
            return paper.venue.name if paper.venue else ""
        case Field.PUBLISHED_ON:
            return paper.published_on.isoformat() if paper.published_on else ""
        case Field.AUTHORS:
            return list(paper.authors)
    return cast("Value", getattr(paper, field.value))


def value_in(record: PaperRecord, field: Field) -> Value:
    """Return what a source's record says in this field."""
    match field:
        case Field.TITLE:
            return clean_title(record.title)
        case Field.AUTHORS:
            return [squeeze(name) for name in record.authors]
        case Field.VENUE:
            return record.venue_name or record.venue
        case Field.PUBLISHED_ON:
            return record.published_on.isoformat() if record.published_on else ""
        case Field.YEAR:
            return record.year
    return record.abstract.strip()


def are_equal(field: Field, one: Value, other: Value) -> bool:
    """Tell whether two values mean the same: spaces count for nothing, capitals do."""
    if field is Field.AUTHORS or isinstance(one, list) or isinstance(other, list):
        return _names(one) == _names(other)
    if isinstance(one, str) and isinstance(other, str):
        return squeeze(one) == squeeze(other)
    return (one or None) == (other or None)


def set_value(paper: Paper, field: Field, value: Value) -> list[str]:
    """Set the field and what follows from it, without saving; return the columns to save."""
    match field:
        case Field.TITLE:
            paper.title = str(value)
            paper.title_key = title_key(paper.title)
        case Field.AUTHORS:
            paper.authors = _names(value)
        case Field.YEAR:
            paper.year = int(value) if isinstance(value, int | str) and value else None
        case Field.VENUE:
            paper.venue = venue_for(name=str(value or ""))
            arxiv = next((key.value for key in paper.keys if key.scheme == Scheme.ARXIV), "")
            area = paper.venue.section if paper.venue else ""
            paper.section = section_of(paper.keywords, area, arxiv) or paper.section
        case Field.PUBLISHED_ON:
            paper.published_on = date.fromisoformat(str(value)) if value else None
        case Field.ABSTRACT:
            paper.abstract = str(value or "")
            paper.abstract_by = ""
    if field in (Field.TITLE, Field.AUTHORS):
        paper.block_key = block_key(paper.title, paper.authors)
    return COLUMNS[field]


def _names(value: Value) -> list[str]:
    return [squeeze(name) for name in value] if isinstance(value, list) else []
