"""Read PMLR: the BibTeX file of a volume, and the entry on a paper's page.

Checked on a real volume's file. The page's form is known from others' programs only.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from shortscience.lib import bibtex_syntax
from shortscience.lib.bibtex_syntax import RawEntry
from shortscience.lib.identifiers import Key, Scheme
from shortscience.papers.records import PaperRecord
from shortscience.sources import bibfile, fields
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.parsed import BadField, Parsed, Refusal, require_size

_ON_PAGE = re.compile(rb"<code[^>]*\bid=[\"']?bibtex\b[^>]*>(.*?)</code>", re.I | re.S)


@dataclass(frozen=True, slots=True)
class _Volume:
    """What the file's first entry says of all its papers."""

    number: str = ""
    venue: str = ""
    name: str = ""
    year: int | None = None
    published_on: date | None = None


def parse(payload: bytes) -> Parsed:
    """Return the papers of a volume's BibTeX file or of a paper's page.

    Raises:
        SourceUnreadable: it is neither.
    """
    require_size(payload)
    if payload[:1000].lstrip().startswith(b"<"):
        found = _ON_PAGE.search(payload)
        if found is None:
            raise SourceUnreadable(_("This page has no BibTeX entry."))
        payload = html.unescape(bibfile.decoded(found[1])).encode()
    entry = _proceedings(bibfile.decoded(payload))
    try:
        volume = _volume(entry)
    except BadField as bad:
        return Parsed(refused=(Refusal(f"line {entry.line if entry else 1}", bad.sentence),))
    parsed = bibfile.parse(payload, source="PMLR")
    # The entry of the volume itself is no paper, as it should be.
    of_volume = f"line {entry.line}" if entry else ""
    refused = tuple(item for item in parsed.refused if item.where != of_volume)
    return Parsed(tuple(_with(record, volume) for record in parsed.records), refused)


def _entries(text: str) -> list[RawEntry]:
    strings: dict[str, str] = {}
    return [
        item
        for chunk in bibtex_syntax.chunks(io.StringIO(text))
        if not chunk.is_cut
        for item in bibtex_syntax.entries(chunk, strings)
        if isinstance(item, RawEntry)
    ]


def _proceedings(text: str) -> RawEntry | None:
    return next((one for one in _entries(text) if one.entry_type == "proceedings"), None)


def _volume(entry: RawEntry | None) -> _Volume:
    if entry is None:
        return _Volume()
    get = entry.fields.get
    return _Volume(
        number=_volume_number(entry.fields),
        venue=fields.text(get("shortname", "")),
        name=fields.text(get("booktitle") or get("name") or ""),
        year=fields.year(get("year", "")),
        published_on=fields.day_in(get("published", "")),
    )


def _volume_number(given: Mapping[str, str]) -> str:
    """Return "v54" of "54"; a volume of reissues is "r2" already."""
    printed = given.get("volume", "").strip().lower()
    return f"v{printed}" if printed.isdecimal() else printed


def _with(record: PaperRecord, volume: _Volume) -> PaperRecord:
    """Give the paper its key and what it has from its volume alone."""
    own: tuple[Key, ...] = tuple(key for key in record.keys if key.scheme == Scheme.PMLR)
    if not own and volume.number:
        own = fields.key(Scheme.PMLR, f"{volume.number}/{record.source_id.lower()}")
    number = own[0].value if own else record.source_id
    home = f"https://proceedings.mlr.press/{number}.html" if own else ""
    others = (key for key in record.keys if not _says_the_same(key, home))
    return replace(
        record,
        keys=tuple(dict.fromkeys((*own, *others))),
        year=record.year or volume.year,
        venue=volume.venue or record.venue or volume.name,
        venue_name=volume.name or record.venue_name,
        published_on=record.published_on or volume.published_on,
        details={
            "entry_type": "inproceedings",
            "volume": volume.number.removeprefix("v"),
            "publisher": "PMLR",
            **({"url": home} if home else {}),
            **record.details,
            "pages": fields.pages(record.details.get("pages")),
        },
        source_id=number,
    )


def _says_the_same(key: Key, home: str) -> bool:
    return key.scheme == Scheme.URL and key.value == home
