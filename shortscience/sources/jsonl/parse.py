"""Read one line of JSON as a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from shortscience.lib import names
from shortscience.lib.identifiers import Key, Scheme, candidates, parse_arxiv, parse_doi
from shortscience.lib.plaintext import squeeze
from shortscience.lib.sections import Section
from shortscience.papers.records import PaperRecord

# Gutenberg's first book; nothing to summarise is older.
FIRST_YEAR = 1450
MAX_TITLE = 1000
# 3,000 authors and a long abstract have 200 KB; beyond this a line is no record.
MAX_LINE = 1_000_000

# How a reader knows the source, where that is not how the file says it.
SOURCE_NAMES = {"acl": "ACL Anthology", "arxiv": "arXiv", "dblp": "DBLP", "crossref": "Crossref"}
# All of the Anthology is about computers and language, whatever its workshops are called.
SECTION_OF_SOURCE = {"acl": Section.CS}


class LineRefused(ValueError):  # named after what is wrong, as all our refusals
    """The line is no paper; the message says why."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """The fields of a line that we read; others are ignored, missing ones are empty."""

    title: str
    source: str | None = None
    source_id: str | int | None = None
    bibkey: str | None = None
    authors: list[str] | str | None = None
    year: int | str | float | None = None
    venue: str | None = None
    venue_name: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    openreview_id: str | None = None
    # As our own export writes them: "doi:10.1000/xyz".
    keys: list[str] | None = None
    url: str | None = None
    abstract: str | None = None
    abstract_by: str | None = None
    keywords: list[str] | str | None = None
    primary_category: str | None = None
    # What a conference decided: "Poster", "Reject", "Workshop".
    status: str | None = None
    published: str | None = None


_decode = msgspec.json.Decoder(Line).decode


def parse(line: bytes) -> PaperRecord:
    """Return the paper that a line describes.

    Raises:
        LineRefused: it is no JSON, or no paper; the message says why.
    """
    read = _read(line)
    title = squeeze(read.title)
    if not title:
        raise LineRefused("It has no title.")
    if len(title) > MAX_TITLE:
        raise LineRefused("Its title is longer than 1,000 characters.")
    source = read.source or ""
    published_on = _day(read.published)
    year = _year(read.year)
    venue, venue_name = _venue(read)
    arxiv_id = _arxiv_id(read, published_on)
    return PaperRecord(
        title=title,
        authors=_authors(read.authors),
        year=year or (published_on.year if published_on else None),
        venue=venue,
        venue_name=venue_name,
        keys=tuple(dict.fromkeys(_keys(read, arxiv_id))),
        source=SOURCE_NAMES.get(source, source),
        keywords=_keywords(read),
        published_on=published_on,
        abstract=(read.abstract or "").strip(),
        abstract_by=squeeze(read.abstract_by or ""),
        section=SECTION_OF_SOURCE.get(source),
        details=_details(read),
    )


def _read(line: bytes) -> Line:
    if len(line) > MAX_LINE:
        raise LineRefused("The line is longer than a megabyte.")
    try:
        return _decode(line)
    except UnicodeDecodeError:
        raise LineRefused("It is not UTF-8.") from None
    except msgspec.ValidationError as wrong:
        raise LineRefused(_explained(wrong)) from wrong
    except msgspec.DecodeError as wrong:
        reason = "It is not UTF-8." if "utf-8" in str(wrong).lower() else "It is not JSON."
        raise LineRefused(reason) from wrong


def _explained(wrong: msgspec.ValidationError) -> str:
    """Return msgspec's message with the field in our words."""
    field = re.search(r"at `\$\.?([^`]*)`", str(wrong))
    missing = re.search(r"missing required field `(\w+)`", str(wrong))
    if missing:
        return f"It has no {missing[1]}."
    return f"The field {field[1]} is of the wrong kind." if field else "It is not a JSON object."


def _authors(given: list[str] | str | None) -> tuple[str, ...]:
    if not given:
        return ()
    if isinstance(given, str):
        return names.split_authors(given)
    if len(given) == 1 and _is_list(given[0]):
        return tuple(filter(None, (squeeze(name) for name in re.split(r"[,;]", given[0]))))
    # A comma in one name of a list: "Last, First", or a title such as "Jr."
    turned = (names.to_first_last(name) if "," in name else squeeze(name) for name in given)
    return tuple(name for name in turned if any(map(str.isalnum, name)))


def _is_list(text: str) -> bool:
    """Tell whether one string holds several people: "Ada Lovelace, Charles Babbage"."""
    parts = [part.strip() for part in re.split(r"[,;]", text)]
    return len(parts) > 1 and all(" " in part for part in parts)


def _year(given: int | str | float | None) -> int | None:
    if given is None or given == "":
        return None
    text = str(given).removesuffix(".0").strip()
    latest = date.today().year + 2
    if not text.isdecimal() or not text.isascii() or len(text) > 9:
        raise LineRefused(f"The year “{text[:20]}” is no year.")
    if not FIRST_YEAR <= int(text) <= latest:
        raise LineRefused(f"The year {text} cannot be right.")
    return int(text)


def _day(given: str | None) -> date | None:
    """Return the day of "2016-05-14" or "2016-05-14T09:00:00Z"; a month alone is no day."""
    try:
        return date.fromisoformat(given[:10]) if given else None
    except ValueError:
        return None


def _keywords(read: Line) -> tuple[str, ...]:
    given: Sequence[str]
    if isinstance(read.keywords, str):
        given = re.split(r"[,;]", read.keywords)
    else:
        given = read.keywords or ()
    # The primary category decides the section, so it comes first.
    first = [read.primary_category] if read.primary_category else []
    return tuple(dict.fromkeys(word for word in map(squeeze, [*first, *given]) if word))


def _venue(read: Line) -> tuple[str, str]:
    """Return the short and the long name; what a conference did not take is a preprint."""
    venue, status = squeeze(read.venue or ""), (read.status or "").lower()
    if _NOT_TAKEN.search(status):
        return "OpenReview", ""
    if venue and "workshop" in status:
        return f"{venue} Workshop", ""
    return venue, squeeze(read.venue_name or "")


_NOT_TAKEN = re.compile(r"\b(?:reject|withdr|desk|active|submitted)", re.IGNORECASE)


def _arxiv_id(read: Line, published_on: date | None) -> str:
    """Return the arXiv id, "" if there is none.

    Some files took ids for numbers: "0704.0050" became 704.005, "1502.06434" became
    1502.0643400000001. Such a one is put right where the day of publication confirms it.
    """
    given = read.arxiv_id or (str(read.source_id) if read.source == "arxiv" else "")
    if whole := parse_arxiv(given):
        return whole.id
    number = re.fullmatch(r"([0-9]{3,4})\.[0-9]{1,18}", given)
    if number is None or published_on is None:
        return ""
    month = int(number[1])
    # Five digits since January 2015.
    digits = 5 if month >= 1501 else 4
    put_right = parse_arxiv(f"{float(given):0{5 + digits}.{digits}f}")
    months_apart = (month // 100 + 2000 - published_on.year) * 12 + month % 100 - published_on.month
    return put_right.id if put_right and abs(months_apart) <= 1 else ""


def _details(read: Line) -> dict[str, str]:
    """Keep the address, unless its id was damaged: the right one is made from the key."""
    return {"url": read.url} if read.url and not _is_damaged(read.url) else {}


def _is_damaged(url: str) -> bool:
    return "arxiv.org/abs/" in url and parse_arxiv(url) is None


def _keys(read: Line, arxiv_id: str) -> Iterator[Key]:
    """Yield the identifiers of the paper; a person's own cite key is none."""
    if arxiv_id:
        yield Key(Scheme.ARXIV, arxiv_id)
    if read.doi and (doi := parse_doi(read.doi)):
        yield from candidates(doi)
    if read.source in _OF_SOURCE and read.source_id:
        found = candidates(f"{read.source}:{read.source_id}")
        yield from (key for key in found if key.scheme == read.source)
    if read.openreview_id:
        yield from candidates(f"openreview:{read.openreview_id}")
    if read.bibkey:
        yield from (key for key in candidates(read.bibkey) if key.scheme in _TELLING)
    for key in read.keys or ():
        yield from _exported(key)
    if read.url and not _is_damaged(read.url):
        yield from candidates(read.url)


def _exported(text: str) -> Iterator[Key]:
    """Yield the key that our export wrote as scheme:value, if it is one."""
    scheme, _colon, value = text.partition(":")
    if scheme in _SCHEMES:
        # Some values say by themselves what they are, some only with their scheme.
        found = (*candidates(value), *candidates(text))
        yield from [key for key in found if key.scheme == scheme][:1]


_SCHEMES = frozenset(Scheme)
# Sources whose own ids are identifiers; arXiv's are read above.
_OF_SOURCE = {*Scheme} - {Scheme.ARXIV}
# Keys that no two people give to different papers.
_TELLING = {Scheme.DBLP, Scheme.PMLR}
