"""A paper as a record of CSL-JSON and of RIS; `bibtex` has the third form."""

from __future__ import annotations

from collections.abc import Sequence

from shortscience.lib import csljson_writer, ris_writer
from shortscience.lib.identifiers import Scheme, href
from shortscience.papers.bibtex import entry_type_of
from shortscience.papers.models import Paper


def as_csljson(paper: Paper, *, tags: Sequence[str] = (), note: str = "") -> str:
    """Return the paper as one CSL-JSON object; costs no query if all is loaded."""
    details: dict[str, str] = paper.details
    return csljson_writer.item(
        key=paper.legacy_key,
        entry_type=entry_type_of(paper),
        authors=paper.authors,
        issued=_issued(paper),
        fields={
            "title": paper.title,
            "container-title": paper.venue.name if paper.venue else "",
            "volume": details.get("volume", ""),
            "issue": details.get("number", ""),
            "page": details.get("pages", ""),
            "publisher": details.get("publisher", ""),
            "DOI": _value(paper, Scheme.DOI),
            "URL": _address(paper),
            "keyword": ", ".join(tags),
            "note": note,
        },
    )


def as_ris(paper: Paper, *, tags: Sequence[str] = (), note: str = "") -> str:
    """Return the paper as one RIS record; costs no query if all is loaded."""
    details: dict[str, str] = paper.details
    first, _, last = details.get("pages", "").partition("-")
    issued = _issued(paper)
    return ris_writer.entry(
        entry_type=entry_type_of(paper),
        authors=paper.authors,
        fields=[
            ("TI", paper.title),
            ("T2", paper.venue.name if paper.venue else ""),
            ("PY", str(paper.year or "")),
            ("DA", "{:04}/{:02}/{:02}/".format(*issued) if len(issued) == 3 else ""),
            ("VL", details.get("volume", "")),
            ("IS", details.get("number", "")),
            ("SP", first),
            ("EP", last),
            ("PB", details.get("publisher", "")),
            ("DO", _value(paper, Scheme.DOI)),
            ("UR", _address(paper)),
            ("ID", paper.legacy_key),
            *(("KW", tag) for tag in tags),
            ("N1", note),
        ],
    )


def _issued(paper: Paper) -> list[int]:
    """Return its year; its day, too, where that is not the day of an earlier preprint."""
    day = paper.published_on
    if day is not None and day.year == paper.year:
        return [day.year, day.month, day.day]
    return [paper.year] if paper.year else []


def _value(paper: Paper, scheme: Scheme) -> str:
    return next((key.value for key in paper.keys if key.scheme == scheme), "")


def _address(paper: Paper) -> str:
    arxiv = next((key for key in paper.keys if key.scheme == Scheme.ARXIV), None)
    return (href(arxiv) if arxiv else None) or str(paper.details.get("url", ""))
