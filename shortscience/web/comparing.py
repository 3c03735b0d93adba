"""Papers and their history as pages print them: side by side, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shortscience.papers import provenance
from shortscience.papers.fields import Field, Value, value_of
from shortscience.papers.matching import Reason
from shortscience.papers.models import DoubtfulPair, MetadataSuggestion, Paper
from shortscience.sources.refreshing import Told
from shortscience.web.forms.curation import as_typed

# What moderators read; `Reason` itself is stored and stays as it is.
REASONS: dict[Reason, str | Promise] = {
    Reason.SAME_KEY: gettext_lazy("a source names both by one key"),
    Reason.WRONG_KEY: gettext_lazy("one key, but another title and other authors"),
    Reason.OTHER_KEY: gettext_lazy("one register gave them two keys"),
    Reason.PRINTED_TWICE: gettext_lazy("published in two places"),
    Reason.ABOUT_OTHER: gettext_lazy("one is about the other"),
    Reason.NUMBERS: gettext_lazy("different numbers"),
    Reason.GENERIC: gettext_lazy("a title that many volumes print"),
    Reason.SAME_PRINT: gettext_lazy("everything printed is equal"),
    Reason.SAME_TITLE: gettext_lazy("same title"),
    Reason.CLOSE_TITLE: gettext_lazy("titles differ in small words"),
    Reason.SUBTITLE: gettext_lazy("one title has a subtitle"),
    Reason.NEAR_TITLE: gettext_lazy("similar titles"),
    Reason.SHORT_TITLE: gettext_lazy("same, but short title"),
    Reason.OTHER_TITLE: gettext_lazy("different titles"),
    Reason.SAME_ABSTRACT: gettext_lazy("same abstract"),
    Reason.SAME_AUTHORS: gettext_lazy("same authors"),
    Reason.SOME_AUTHORS: gettext_lazy("some authors in common"),
    Reason.OTHER_AUTHORS: gettext_lazy("different authors"),
    Reason.NO_AUTHORS: gettext_lazy("authors unknown"),
    Reason.YEARS_APART: gettext_lazy("years apart"),
}
# A list of more is told by its number.
NAMES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A field of two papers."""

    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        return self.first != self.second


@dataclass(frozen=True, slots=True)
class Side:
    """One of two papers, with what tells it apart."""

    paper: Paper
    keys: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Detail:
    """A field of a paper with its origin; `field` is "" where nobody corrects it."""

    field: str
    label: str
    value: str
    source: str
    day: date | None

    @property
    def is_by_members(self) -> bool:
        return self.source == provenance.MEMBERS


@dataclass(frozen=True, slots=True)
class Change:
    """A suggestion with both values as a reader reads them."""

    suggestion: MetadataSuggestion
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A field in which a source says something else; `typed` is its value for a correction."""

    source: str
    field: str
    label: str
    ours: str
    theirs: str
    typed: str


def told_of(told: Told) -> Otherwise:
    found = told.difference
    return Otherwise(
        source=told.source,
        field=found.field.value,
        label=str(found.field.label),
        ours=shown(found.field, found.ours),
        theirs=shown(found.field, found.theirs),
        typed=as_typed(found.theirs),
    )


def rows_of(first: Paper, second: Paper) -> list[Row]:
    """Return the fields of both, side by side."""
    return [
        Row(
            str(field.label),
            shown(field, value_of(first, field)),
            shown(field, value_of(second, field)),
        )
        for field in Field
        if value_of(first, field) or value_of(second, field)
    ]


def side_of(paper: Paper) -> Side:
    return Side(paper, [(str(key.scheme), key.value) for key in paper.keys])


def reasons_of(pair: DoubtfulPair) -> list[str]:
    return [str(REASONS[reason]) for reason in pair.reason_list]


def details_of(paper: Paper) -> list[Detail]:
    """Return what the paper's page shows, with who told each and when."""
    found = []
    for field in Field:
        origin = provenance.origin_of(paper.provenance, field.value, source=paper.source)
        value = shown(field, value_of(paper, field))
        found.append(
            Detail(field.value, str(field.label), value, origin.source if value else "", origin.day)
        )
    if paper.keywords:
        origin = provenance.origin_of(paper.provenance, "keywords", source=paper.source)
        words = ", ".join(paper.keywords)
        found.append(Detail("", _("Keywords"), words, origin.source, origin.day))
    return found


def change_of(suggestion: MetadataSuggestion) -> Change:
    field = Field(suggestion.field)
    return Change(suggestion, shown(field, suggestion.old), shown(field, suggestion.new))


def shown(field: Field, value: Value) -> str:
    """Return a field's value on one line."""
    if isinstance(value, list):
        names = ", ".join(value[:NAMES_SHOWN])
        more = len(value) - NAMES_SHOWN
        return (
            names
            if more <= 0
            else _("%(names)s and %(more)d more") % {"names": names, "more": more}
        )
    if field is Field.PUBLISHED_ON and value:
        return date_format(date.fromisoformat(str(value)), "j M Y")
    return "" if value is None else str(value)
