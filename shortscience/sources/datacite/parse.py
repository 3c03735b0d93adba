"""Read DataCite's REST answers (JSON:API).

No recorded answer was at hand: written after DataCite's description of its schema 4 and of
`GET /dois/{id}`, so tolerant, and unproven.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import Key, Scheme, parse_doi
from shortscience.papers.records import PaperRecord
from shortscience.sources import fields, jsontree
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.jsontree import Loose
from shortscience.sources.parsed import BadField, Parsed, collect, one_refused

# arXiv gives "IsVersionOf" to the DOI of the published paper, Zenodo to that of all versions.
_SAME_WORK = {"IsVersionOf", "IsIdenticalTo", "IsPreprintOf"}
_FIRST_DAYS = {"Submitted", "Issued", "Available", "Created"}


class Name(Loose, rename="camel"):
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    name_type: str | None = None


class Title(Loose, rename="camel"):
    title: str | None = None
    title_type: str | None = None


class Description(Loose, rename="camel"):
    description: str | None = None
    description_type: str | None = None


class Day(Loose, rename="camel"):
    date: str | None = None
    date_type: str | None = None


class Subject(Loose):
    subject: str | None = None


class Related(Loose, rename="camel"):
    related_identifier: str | None = None
    related_identifier_type: str | None = None
    relation_type: str | None = None


class Container(Loose, rename="camel"):
    title: str | None = None
    volume: str | None = None
    issue: str | None = None
    first_page: str | None = None
    last_page: str | None = None


class Types(Loose, rename="camel"):
    resource_type_general: str | None = None
    bibtex: str | None = None


class Attributes(Loose, rename="camel"):
    doi: str | None = None
    titles: list[Title] | None = None
    creators: list[Name] | None = None
    publication_year: int | str | None = None
    dates: list[Day] | None = None
    descriptions: list[Description] | None = None
    subjects: list[Subject] | None = None
    related_identifiers: list[Related] | None = None
    container: Container | None = None
    types: Types | None = None
    # A name until 2024, an object since.
    publisher: Any = None
    url: str | None = None


class _Item(Loose):
    id: str | None = None
    attributes: Attributes | None = None


class _Links(Loose):
    next: str | None = None


class _Answer(Loose):
    data: msgspec.Raw = jsontree.NOTHING
    errors: msgspec.Raw = jsontree.NOTHING
    links: _Links | None = None


def parse(payload: bytes) -> Parsed:
    """Return the works of an answer; `next` is the address of the next page.

    Raises:
        SourceUnreadable: it is no answer of DataCite.
    """
    answer = jsontree.decode(payload, _Answer)
    if bytes(answer.errors):
        return one_refused("DataCite", _("DataCite does not know this DOI."))
    items = jsontree.raw_list(answer.data)
    if items is None:
        raise SourceUnreadable(_("This is no answer of DataCite."))
    return replace(collect(items, _work), next=answer.links.next if answer.links else None)


def _work(raw: msgspec.Raw) -> PaperRecord:
    item = jsontree.record(raw, _Item)
    found = item.attributes
    if found is None:
        raise BadField(_("It has no attributes."))
    doi = parse_doi(found.doi or item.id or "") or ""
    keys = tuple(dict.fromkeys((*fields.keys(doi), *_related(found))))
    is_arxiv = any(key.scheme == Scheme.ARXIV for key in keys)
    days = [fields.day_in(day.date) for day in found.dates or () if day.date_type in _FIRST_DAYS]
    subtitle = next((t.title for t in found.titles or () if t.title_type == "Subtitle"), "")
    return PaperRecord(
        title=fields.title(_main_title(found), subtitle),
        authors=fields.authors(map(_name, found.creators or ())),
        year=fields.year(found.publication_year),
        venue="arXiv" if is_arxiv else _venue(found),
        keys=keys,
        source="DataCite",
        keywords=fields.keywords(one.subject for one in found.subjects or ()),
        published_on=min(filter(None, days), default=None),
        abstract=fields.abstract(_abstract(found)),
        details=_details(found),
        source_id=doi,
    )


def _main_title(found: Attributes) -> str | None:
    return next((one.title for one in found.titles or () if not one.title_type), None)


def _name(creator: Name) -> str:
    if creator.family_name:
        return fields.person(creator.given_name, creator.family_name)
    name = creator.name or ""
    return f"{{{name}}}" if creator.name_type == "Organizational" else name


def _abstract(found: Attributes) -> str | None:
    listed = found.descriptions or ()
    return next((one.description for one in listed if one.description_type == "Abstract"), None)


def _related(found: Attributes) -> Iterator[Key]:
    for one in found.related_identifiers or ():
        scheme = (one.related_identifier_type or "").lower()
        if one.relation_type in _SAME_WORK and scheme in {"doi", "arxiv"}:
            yield from fields.keys(f"{scheme}:{one.related_identifier}")


def _publisher(found: Attributes) -> str:
    given = found.publisher
    return str((given.get("name") if isinstance(given, dict) else given) or "")


def _venue(found: Attributes) -> str:
    container = found.container.title if found.container else None
    return fields.text(container or _publisher(found))


def _details(found: Attributes) -> dict[str, str]:
    box = found.container or Container()
    entry_type = found.types.bibtex if found.types else None
    return dict(
        fields.details(
            entry_type=entry_type,
            pages=fields.pages(box.first_page, box.last_page),
            volume=box.volume,
            number=box.issue,
            publisher=_publisher(found),
            url=found.url,
        )
    )
