"""A paper as a BibTeX entry."""

from __future__ import annotations

from collections.abc import Sequence

from shortscience.lib import bibtex
from shortscience.lib.identifiers import Scheme
from shortscience.lib.names import join_authors
from shortscience.papers.models import Paper
from shortscience.venues.models import Venue

_TYPE_OF_KIND = {
    Venue.Kind.CONFERENCE: "inproceedings",
    Venue.Kind.WORKSHOP: "inproceedings",
    Venue.Kind.JOURNAL: "article",
    Venue.Kind.PREPRINTS: "article",
}
# Types whose venue is a book of papers rather than a journal.
_IN_A_BOOK = frozenset({"inproceedings", "incollection", "inbook", "conference"})


def entry_type_of(paper: Paper) -> str:
    """Return BibTeX's word for what the paper is: as its source said, or by its venue."""
    kind = _TYPE_OF_KIND.get(Venue.Kind(paper.venue.kind), "misc") if paper.venue else "misc"
    return str(paper.details.get("entry_type") or kind)


def as_bibtex(paper: Paper, *, tags: Sequence[str] = (), note: str = "") -> str:
    """Return the entry that a reference manager reads; costs no query if all is loaded.

    Args:
        tags, note: what its reader noted, for their own file.
    """
    details: dict[str, str] = paper.details
    entry_type = entry_type_of(paper)
    venue = "booktitle" if entry_type in _IN_A_BOOK else "journal"
    keys = {key.scheme: key.value for key in reversed(paper.keys)}
    fields = {
        "author": join_authors(paper.authors),
        "title": paper.title,
        venue: paper.venue.name if paper.venue else "",
        "year": str(paper.year or ""),
        **{name: details.get(name, "") for name in ("volume", "number", "pages", "publisher")},
        "doi": keys.get(Scheme.DOI, ""),
        "eprint": keys.get(Scheme.ARXIV, ""),
        "archiveprefix": "arXiv" if Scheme.ARXIV in keys else "",
        "url": details.get("url", ""),
        "keywords": ", ".join(tags),
        "annote": note,
    }
    return bibtex.entry(key=paper.legacy_key, entry_type=entry_type, fields=fields)
