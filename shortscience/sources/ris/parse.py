"""Read RIS files, as EndNote, Zotero, Mendeley, publishers and libraries write them.

Not by rispy: on real files it reads nothing where one space stands before the hyphen, sorts
`A1` and `AU` apart so that authors change their order, and knows no line numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import Key, parse_doi
from shortscience.lib.plaintext import squeeze
from shortscience.papers.records import PaperRecord
from shortscience.sources import bibfile, fields
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.parsed import Parsed, collect, require_size

_TAG = re.compile(r"([A-Z][A-Z0-9])[ \t]{1,3}-(?:[ \t](.*)|[ \t]*)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENTRY_TYPE = {
    "JOUR": "article", "JFULL": "article", "EJOUR": "article", "MGZN": "article",
    "NEWS": "article", "CONF": "inproceedings", "CPAPER": "inproceedings",
    "CHAP": "incollection", "ECHAP": "incollection", "BOOK": "book", "EBOOK": "book",
    "EDBOOK": "book", "THES": "phdthesis", "RPRT": "techreport", "UNPB": "unpublished",
}  # fmt: skip
_TITLES = ("TI", "T1", "CT", "BT")
_BOOKS = {"BOOK", "EBOOK", "EDBOOK", "THES", "RPRT", "PAT", "GEN", "ELEC", "COMP"}
# Long names first; JA and J2 are short ones.
_VENUES = ("T2", "JF", "BT", "JO", "C3", "J2", "JA")
_PLACES_OF_DOI = ("DO", "UR", "M3", "L3", "L2", "L1", "N1", "ID")


@dataclass(slots=True)
class _Entry:
    """One record: its tags in their order, and the line of its `TY`."""

    line: int
    kind: str
    tags: list[tuple[str, str]] = field(default_factory=list)

    def first(self, *names: str) -> str:
        """Return the first value of the first of these tags that has one."""
        return next((value for name in names for value in self.all(name) if value), "")

    def all(self, *names: str) -> list[str]:
        return [value for tag, value in self.tags if tag in names]


def parse(payload: bytes) -> Parsed:
    """Return the records of a RIS file; a refusal says the line where its record starts.

    Raises:
        SourceUnreadable: there is no record in it.
    """
    require_size(payload)
    entries = list(_entries(bibfile.decoded(payload)))
    if not entries:
        raise SourceUnreadable(_("This is not RIS: it has no line like “TY  - JOUR”."))
    return collect(entries, _record, where=lambda _number, entry: f"line {entry.line}")


def _entries(text: str) -> Iterator[_Entry]:
    entry: _Entry | None = None
    # Not splitlines(): real titles hold Unicode's own line separator.
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        found = _TAG.fullmatch(line.lstrip("\ufeff"))
        tag, value = (found[1], (found[2] or "").strip()) if found else ("", line.strip())
        if tag == "TY":
            if entry:
                yield entry
            entry = _Entry(number, value.upper())
        elif tag == "ER" and entry:
            yield entry
            entry = None
        elif entry and tag:
            entry.tags.append((tag, value))
        elif entry and value and entry.tags:
            last, before = entry.tags[-1]
            entry.tags[-1] = (last, f"{before}\n{value}")
    if entry:
        yield entry


def _record(entry: _Entry) -> PaperRecord:
    year, published = _dates(entry)
    venue, short = _venue(entry)
    return PaperRecord(
        title=fields.title(squeeze(entry.first(*_TITLES))),
        authors=fields.authors(_name(name) for name in entry.all("AU", "A1")),
        year=year,
        venue=short or venue,
        venue_name=venue if short else "",
        keys=tuple(dict.fromkeys(_keys(entry))),
        source="RIS",
        keywords=fields.keywords(word for line in entry.all("KW") for word in line.split("\n")),
        published_on=published,
        abstract=fields.abstract(entry.first("AB", "N2")),
        details=fields.details(
            entry_type=_ENTRY_TYPE.get(entry.kind, "misc"),
            pages=fields.pages(entry.first("SP"), entry.first("EP")),
            volume=entry.first("VL"),
            number=entry.first("IS"),
            publisher=entry.first("PB"),
            url=entry.first("UR").partition("\n")[0],
        ),
        source_id=squeeze(entry.first("ID", "AN"))[:200],
    )


def _name(printed: str) -> str:
    """Return the name without the full stop that libraries put after it ("Mittelbach, Frank.")."""
    name = squeeze(printed).rstrip(", ")
    return name[:-1] if re.search(r"[a-z]{3}\.$", name) and not name.endswith("Jr.") else name


def _venue(entry: _Entry) -> tuple[str, str]:
    """Return the long and the short name of where it appeared; of a book, none."""
    if entry.kind in _BOOKS:
        return "", ""
    title = squeeze(entry.first(*_TITLES))
    names = [fields.text(value) for tag in _VENUES for value in entry.all(tag)]
    names = [name for name in dict.fromkeys(names) if name and name != title]
    if len(names) < 2:
        return (names[0] if names else ""), ""
    long, short = max(names, key=len), min(names, key=len)
    return long, short if "." in short or short.isupper() else ""


def _dates(entry: _Entry) -> tuple[int | None, date | None]:
    """Return the year and, where it is whole, the day. `Y1` counts only without the others."""
    printed = [value for tag in ("DA", "PY", "Y1") for value in entry.all(tag)]
    days = [day for value in printed if (day := _day(value))]
    years = [year for value in printed if (year := _year(value))]
    year = years[0] if years else None
    return year, next((day for day in days if day.year == year), None)


def _year(printed: str) -> int | None:
    """Return the year; what EndNote writes for none ("0000 Year///Date") is none."""
    return fields.year(printed.split("/")[0] or printed)


def _day(printed: str) -> date | None:
    parts = re.split(r"[/-]", printed.strip())[:3]
    if len(parts) == 3 and parts[1].strip()[:3].lower() in _MONTHS:
        parts[1] = str(_MONTHS.index(parts[1].strip()[:3].lower()) + 1)
    return fields.day([part.strip() for part in parts])


def _keys(entry: _Entry) -> Iterator[Key]:
    for tag in _PLACES_OF_DOI:
        for value in entry.all(tag):
            for line in value.split("\n"):
                if doi := parse_doi(line.strip()):
                    yield from fields.keys(doi)
    yield from fields.keys(*entry.first("UR").split("\n")[:1])
