"""BibTeX as an answer of a source: read by the same code as a BibTeX file."""

from __future__ import annotations

from dataclasses import replace

from shortscience.lib import bibtex
from shortscience.sources.bibtex.parse import record_of
from shortscience.sources.parsed import Parsed, Refusal, require_size


def decoded(payload: bytes) -> str:
    """Return the text of a file in UTF-8 or, where it is not, in Windows' Western encoding."""
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError:
        return payload.decode("cp1252", "replace")


def parse(payload: bytes, *, source: str = "BibTeX") -> Parsed:
    """Return the entries as papers of this source; a refusal says its line.

    Raises:
        SourceTooBig: it is larger than 32 MB.
    """
    require_size(payload)
    found = bibtex.parse(decoded(payload))
    return Parsed(
        tuple(
            replace(record_of(entry), source=source, source_id=entry.key.removeprefix("DBLP:"))
            for entry in found.records
        ),
        tuple(Refusal(f"line {item.line}", item.reason) for item in found.refused),
    )
