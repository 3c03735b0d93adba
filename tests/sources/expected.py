"""Compare what a parser gives with what a careful reader saw in the recorded answer."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any

from shortscience.papers.records import PaperRecord
from shortscience.sources.parsed import Parsed
from tests.shared import shared


def read(source: str, sample: str) -> Parsed:
    """Return the parse of a recorded answer; skips the test where it is not at hand."""
    module = import_module(f"shortscience.sources.{source}.parse")
    parsed: Parsed = module.parse(shared(f"data/samples/{sample}").read_bytes())
    return parsed


def parsed(source: str, payload: str | bytes) -> Parsed:
    """Return the parse of a payload that is written in a test."""
    module = import_module(f"shortscience.sources.{source}.parse")
    found: Parsed = module.parse(payload.encode() if isinstance(payload, str) else payload)
    return found


def told(record: PaperRecord) -> dict[str, Any]:
    """Return the record in the short words of the tables."""
    return {
        "title": record.title,
        "authors": record.authors,
        "count": len(record.authors),
        "first": record.authors[0] if record.authors else "",
        "last": record.authors[-1] if record.authors else "",
        "year": record.year,
        "day": _iso(record.published_on),
        "venue": record.venue,
        "long": record.venue_name,
        "keys": [f"{key.scheme}:{key.value}" for key in record.keys],
        "keywords": record.keywords,
        "details": dict(record.details),
        "section": record.section,
        "source": record.source,
        "id": record.source_id,
        "notices": [(n.kind.value, n.doi, _iso(n.published_on), n.of) for n in record.notices],
        "versions": [(v.number, _iso(v.published_on)) for v in record.versions],
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def check(record: PaperRecord, **expected: Any) -> None:
    """Assert that the record has these values; `starts` and `ends` are of its abstract."""
    starts, ends = expected.pop("starts", None), expected.pop("ends", None)
    found = told(record)
    assert {name: found[name] for name in expected} == expected
    if starts is not None:
        assert record.abstract.startswith(starts), record.abstract[:80]
        assert starts or not record.abstract
    if ends is not None:
        assert record.abstract.endswith(ends), record.abstract[-80:]


def refusals(found: Parsed) -> list[tuple[str, str]]:
    return [(item.where, str(item.reason)) for item in found.refused]
