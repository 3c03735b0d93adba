"""Read and write BibTeX."""

from __future__ import annotations

import io
import re
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from shortscience.lib import bibtex_syntax, names
from shortscience.lib.addresses import normalise_url
from shortscience.lib.bibtex_syntax import RawEntry
from shortscience.lib.bibtex_writer import entry as entry
from shortscience.lib.identifiers import parse_arxiv, parse_doi
from shortscience.lib.plaintext import from_html, from_latex, squeeze
from shortscience.lib.titles import clean_title

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# The longest real titles have 500 characters; beyond this an abstract has slipped in.
MAX_TITLE = 1000
# Gutenberg's first book; nothing to summarise is older.
FIRST_YEAR = 1450
# Volumes remembered for `crossref`, and entries that wait for theirs to come.
MAX_VOLUMES = 20_000
MAX_WAITING = 20_000


@dataclass(frozen=True, slots=True)
class BibtexRecord:
    """One entry, its text in Unicode; `line` is where it starts in its file, from 1.

    `is_mended` tells that the entry was broken and has only the fields that could be read.
    """

    key: str
    entry_type: str
    title: str
    authors: tuple[str, ...] = ()
    has_others: bool = False
    year: int | None = None
    venue: str = ""
    doi: str = ""
    arxiv_id: str = ""
    url: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    pages: str = ""
    publisher: str = ""
    volume: str = ""
    number: str = ""
    published_on: date | None = None
    line: int = 1
    is_mended: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that was left out: its line from 1, and a sentence that says why."""

    line: int
    reason: str | StrPromise


@dataclass(frozen=True, slots=True)
class BibtexFile:
    """What a BibTeX text gave."""

    records: tuple[BibtexRecord, ...]
    refused: tuple[Refusal, ...]


class _Refused(Exception):  # never leaves this module
    def __init__(self, reason: str | StrPromise) -> None:
        self.reason = reason


def parse(text: str) -> BibtexFile:
    """Return every readable entry of the text, and a refusal for every other one."""
    records: list[BibtexRecord] = []
    refused: list[Refusal] = []
    for item in iter_entries(io.StringIO(text)):
        if isinstance(item, BibtexRecord):
            records.append(item)
        else:
            refused.append(item)
    return BibtexFile(tuple(records), tuple(refused))


def iter_entries(fileobj: IO[bytes] | IO[str]) -> Iterator[BibtexRecord | Refusal]:
    """Yield what `parse` gives, entry by entry, in memory that does not grow with the file.

    An entry with a `crossref` to a volume that comes later is yielded after it.
    """
    is_empty = True
    for item in _with_volumes(_raw_entries(fileobj)):
        is_empty = False
        yield item if isinstance(item, Refusal) else _record_or_refusal(item)
    if is_empty:
        yield Refusal(1, _("This is not BibTeX: no entry like “@article{key, …}” was found."))


def _raw_entries(fileobj: IO[bytes] | IO[str]) -> Iterator[RawEntry | Refusal]:
    strings: dict[str, str] = {}
    for chunk in bibtex_syntax.chunks(bibtex_syntax.blocks_of(fileobj)):
        if chunk.is_cut:
            yield Refusal(chunk.line, _("This entry is too long to be one."))
        else:
            yield from bibtex_syntax.entries(chunk, strings)


_VOLUME_TYPES = frozenset({"proceedings", "book", "collection", "mvbook", "mvproceedings"})


def _with_volumes(items: Iterable[RawEntry | Refusal]) -> Iterator[RawEntry | Refusal]:
    """Give each entry with a `crossref` the fields of its volume, before or after it."""
    volumes: OrderedDict[str, RawEntry] = OrderedDict()
    waiting: deque[RawEntry] = deque()
    for item in items:
        if isinstance(item, RawEntry):
            if item.entry_type in _VOLUME_TYPES:
                volumes[item.key.lower()] = item
                if len(volumes) > MAX_VOLUMES:
                    volumes.popitem(last=False)
            if "crossref" in item.fields:
                waiting.append(item)
                if len(waiting) > MAX_WAITING:
                    yield _inherit(waiting.popleft(), volumes)
                continue
        yield item
    for entry_ in waiting:
        yield _inherit(entry_, volumes)


def _inherit(item: RawEntry, volumes: Mapping[str, RawEntry]) -> RawEntry:
    volume = volumes.get(item.fields["crossref"].strip().lower())
    if volume is None:
        return item
    title = volume.fields.get("title", "")
    given = {key: value for key, value in volume.fields.items() if key not in {"title", "doi"}}
    fields = {"booktitle": title, **given, **item.fields}
    return RawEntry(item.entry_type, item.key, fields, item.line, item.is_mended)


def _record_or_refusal(raw: RawEntry) -> BibtexRecord | Refusal:
    try:
        return _record(raw)
    except _Refused as refused:
        return Refusal(raw.line, refused.reason)


def _record(raw: RawEntry) -> BibtexRecord:
    if raw.entry_type in {"proceedings", "mvproceedings"}:
        raise _Refused(_("This entry is a whole volume of proceedings, not a paper."))
    get = raw.fields.get
    year = _year(get("year", "") or get("date", ""))
    author_text = get("author", "")
    return BibtexRecord(
        key=squeeze(raw.key),
        entry_type=raw.entry_type,
        title=_title(raw),
        authors=names.split_authors(author_text),
        has_others=names.has_others(author_text),
        year=year,
        venue=_text(get("booktitle") or get("journal") or get("journaltitle") or ""),
        doi=_doi(raw.fields),
        arxiv_id=_arxiv(raw.fields),
        url=_url(raw.fields),
        abstract=_text(get("abstract") or get("abstractnote") or ""),
        keywords=_keywords(get("keywords") or get("keyword") or ""),
        pages=_text(get("pages", "")),
        publisher=_text(get("publisher", "")),
        volume=_text(get("volume", "")),
        number=_text(get("number") or get("issue") or ""),
        published_on=_published_on(raw.fields, year),
        line=raw.line,
        is_mended=raw.is_mended,
    )


def _text(value: str) -> str:
    return squeeze(from_latex(from_html(value)))


def _verbatim(value: str) -> str:
    """Return an address or identifier, which LaTeX's escapes alone may have changed."""
    value = re.sub(r"\\(?:url|href)\s*", "", value)
    return re.sub(r"\\([_%&#~{}])", r"\1", squeeze(value)).strip("{}<> ")


def _title(raw: RawEntry) -> str:
    title = clean_title(raw.fields.get("title", ""))
    if not title:
        if not raw.fields:
            raise _Refused(_("This entry could not be read."))
        raise _Refused(_("This entry has no title."))
    if len(title) > MAX_TITLE:
        raise _Refused(_("The title of this entry is longer than 1,000 characters."))
    return title


def _year(text: str) -> int | None:
    """Return the year in "2008", "c2001" or "2019-10-12"; None for "in press"."""
    digits = re.findall(r"[0-9]+", text)
    if not digits:
        return None
    year = next((int(run) for run in digits if len(run) == 4), None)
    if year is None or not FIRST_YEAR <= year <= date.today().year + 2:
        raise _Refused(_("The year “%(year)s” cannot be right.") % {"year": squeeze(text)[:20]})
    return year


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _published_on(fields: Mapping[str, str], year: int | None) -> date | None:
    """Return the day of publication where the entry gives a whole date, else None."""
    for name in ("date", "published", "issue_date"):
        if found := re.fullmatch(r"\s*(\d{4})-(\d{2})-(\d{2})(?:T.*)?\s*", fields.get(name, "")):
            return _date(int(found[1]), int(found[2]), int(found[3]))
    month, day = fields.get("month", "").strip().lower(), fields.get("day", "").strip()
    if year is None or not re.fullmatch(r"[0-9]{1,2}", day, re.ASCII):
        return None
    if re.fullmatch(r"[0-9]{1,2}", month, re.ASCII):
        return _date(year, int(month), int(day))
    return _date(year, _MONTHS.index(month[:3]) + 1, int(day)) if month[:3] in _MONTHS else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _doi(fields: Mapping[str, str]) -> str:
    for name in ("doi", "url", "ee"):
        if name in fields and (doi := parse_doi(_verbatim(fields[name]))):
            return doi
    return ""


def _arxiv(fields: Mapping[str, str]) -> str:
    for name in ("eprint", "arxivid", "arxiv", "doi", "url", "ee", "volume", "howpublished"):
        if name in fields and (arxiv := parse_arxiv(_verbatim(fields[name]))):
            return arxiv.id
    printed = re.search(
        r"(?:arxiv:\s*|arxiv\.org/abs/|\babs/)([\w./-]+)",
        " ".join(_verbatim(fields.get(name, "")) for name in ("journal", "howpublished", "url")),
        re.IGNORECASE,
    )
    arxiv = parse_arxiv(printed[1].rstrip(".,")) if printed else None
    return arxiv.id if arxiv else ""


def _url(fields: Mapping[str, str]) -> str:
    for name in ("url", "ee", "link", "howpublished"):
        # Two addresses in one field: the first.
        words = _verbatim(fields.get(name, "")).split()
        if words and normalise_url(words[0]):
            return words[0]
    return ""


def _keywords(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split(r"[,;]", _text(text)))
    return tuple(dict.fromkeys(part for part in parts if part))
