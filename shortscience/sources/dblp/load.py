"""Bring DBLP's dump into the database: `dblp.xml.gz`, millions of records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from shortscience.sources import slices, xmltree
from shortscience.sources.dblp.records import record_of_node
from shortscience.sources.importing import Found, Item, Piece, Place, Progress, Refusal, Report
from shortscience.sources.loading import import_files as load_files
from shortscience.sources.parsed import BadField


def import_file(path: Path, *, progress: Progress | None = None) -> Report:
    """Take in the dump's papers; a broken record is reported and the rest goes on.

    Raises:
        NotReadable: it is no dump of DBLP.
    """
    return import_files([path], progress=progress)


def import_files(
    files: Sequence[Path], *, progress: Progress | None = None, is_load: bool | None = None
) -> Report:
    """Take in the papers of several dumps, or parts of one, as one import.

    Raises:
        NotReadable: none of them is a dump of DBLP.
    """
    return load_files(files, kind="dblp", read=read, progress=progress, is_load=is_load)


def read(path: Path, start: Place) -> Iterator[Piece]:
    """Yield the papers of the dump from this place on.

    Raises:
        NotReadable: it is no dump of DBLP; the message says so.
    """
    return slices.read(path, start, FORM)


def _items(node: xmltree.Node, line: int, name: str) -> Iterator[Item]:
    # Whole volumes are no papers, and there are too many of them for a word about each.
    if xmltree.name(node) == "proceedings":
        return
    try:
        record = record_of_node(node)
    except BadField as bad:
        key = xmltree.attribute(node, "key")
        yield Refusal(line, f"{key}: {bad.sentence}" if key else str(bad.sentence), name)
    else:
        if record is not None:
            yield Found(record, line)


FORM = slices.Form(
    root=b"dblp",
    kinds=(
        b"article", b"inproceedings", b"proceedings", b"book", b"incollection", b"phdthesis",
        b"mastersthesis", b"www", b"person", b"data",
    ),
    name=re.compile(rb'\bkey="([^"<>]{1,100})"'),
    what="a dump of DBLP",
    items=_items,
)  # fmt: skip
