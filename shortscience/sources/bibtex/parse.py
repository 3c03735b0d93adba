"""Read a BibTeX entry as a paper."""

from __future__ import annotations

from collections.abc import Iterator

from shortscience.lib.bibtex import BibtexRecord
from shortscience.lib.identifiers import Key, Scheme, candidates
from shortscience.papers.records import PaperRecord

# What an entry's cite key may tell. Any other is its owner's own, and meets nobody else's.
_TELLING = {Scheme.DBLP, Scheme.PMLR}


def record_of(entry: BibtexRecord) -> PaperRecord:
    """Return the entry as a record of a paper."""
    details = {
        "entry_type": entry.entry_type,
        "pages": entry.pages,
        "volume": entry.volume,
        "number": entry.number,
        "publisher": entry.publisher,
        "url": entry.url,
    }
    return PaperRecord(
        title=entry.title,
        authors=entry.authors,
        year=entry.year,
        venue=entry.venue,
        keys=tuple(dict.fromkeys(_keys(entry))),
        source="BibTeX",
        keywords=entry.keywords,
        published_on=entry.published_on,
        abstract=entry.abstract,
        details={name: value for name, value in details.items() if value},
    )


def _keys(entry: BibtexRecord) -> Iterator[Key]:
    if entry.arxiv_id:
        yield from candidates(f"arxiv:{entry.arxiv_id}")
    if entry.doi:
        yield from candidates(entry.doi)
    yield from (key for key in candidates(entry.key) if key.scheme in _TELLING)
    if entry.url:
        yield from candidates(entry.url)
