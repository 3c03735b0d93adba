"""Read DBLP's whole dump as a stream: millions of records, constant memory.

Its DTD is not needed: the characters that it names (`&Ouml;`) are HTML's, put in as numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from shortscience.papers.records import PaperRecord
from shortscience.sources import xmltree
from shortscience.sources.dblp.records import record_of_node
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.parsed import BadField, Refusal


def iter_dump(file: IO[bytes]) -> Iterator[PaperRecord | Refusal]:
    """Yield every paper of `dblp.xml`, unpacked, in its order, and why others are none.

    Whole volumes, editors' and persons' pages are no papers and are passed over. A dump that
    breaks off ends in a refusal that says where.
    """
    line = 1
    try:
        for node in xmltree.stream(file, depth=1):
            line = xmltree.line(node)
            if xmltree.name(node) == "proceedings":
                continue
            try:
                record = record_of_node(node)
            except BadField as bad:
                key = xmltree.attribute(node, "key")
                yield Refusal(f"line {line}, {key}" if key else f"line {line}", bad.sentence)
            else:
                if record is not None:
                    yield record
    except SourceUnreadable as broken:
        yield Refusal(f"after line {line}", broken.sentence)
