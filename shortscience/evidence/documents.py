"""Reports as they are stored: canonical JSON, packed."""

from __future__ import annotations

import hashlib
import json

import zstandard

from shortscience.evidence.models import Report, ReportDocument
from shortscience.evidence.reading import MAX_BYTES, Reading
from shortscience.evidence.reading.checking import recomputed
from shortscience.evidence.reading.parsing import canonical

# Level 9 packs a report of 300 kB in some 10 ms, to an eighth.
_LEVEL = 9


def store(report: Report, text: bytes) -> ReportDocument:
    """Store the canonical JSON of a report that was just made."""
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(text)
    return ReportDocument.objects.create(report=report, packed=packed, size_bytes=len(text))


def read_document(report: Report) -> bytes:
    """Return the canonical JSON of the report."""
    packed = bytes(report.document.packed)
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_BYTES)


def reading_of(report: Report) -> Reading:
    """Return the stored report as it was read when it came, with everything computed again."""
    return recomputed(read_document(report))


def is_intact(report: Report) -> bool:
    """Whether the stored text still has the hash that is its address."""
    if report.document.is_disowned:
        return True
    return hashlib.sha256(read_document(report)).hexdigest() == report.sha256


def disown(report: Report) -> None:
    """Take the uploader's name out of the stored text; its address stays what it was."""
    data = json.loads(read_document(report))
    data["author"] = ""
    if data.get("confirms"):
        data["confirms"]["user"] = ""
    text = canonical(data)
    document = report.document
    document.packed = zstandard.ZstdCompressor(level=_LEVEL).compress(text)
    document.size_bytes = len(text)
    document.is_disowned = True
    document.save(update_fields=["packed", "size_bytes", "is_disowned"])
