"""Bring the papers of a BibTeX file into the database."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from shortscience.lib import bibtex, bibtex_syntax
from shortscience.lib.bibtex import BibtexRecord
from shortscience.sources.bibtex.parse import record_of
from shortscience.sources.importing import (
    Found,
    Item,
    NotReadable,
    Piece,
    Place,
    Progress,
    Refusal,
    Report,
)
from shortscience.sources.loading import import_files as load_files
from shortscience.sources.streams import Broken, Stream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# How much is looked at to tell whether there is an entry in it.
SAMPLE = 1_000_000
# Entries of a piece.
PIECE = 500


def import_file(path: Path, *, progress: Progress | None = None) -> Report:
    """Take in the file's papers; a broken entry is reported and the rest goes on.

    Raises:
        NotReadable: it is no BibTeX file.
    """
    return import_files([path], progress=progress)


def import_files(
    files: Sequence[Path], *, progress: Progress | None = None, is_load: bool | None = None
) -> Report:
    """Take in the papers of several files, as one import.

    Raises:
        NotReadable: none of them is a BibTeX file.
    """
    return load_files(files, kind="bibtex", read=read, progress=progress, is_load=is_load)


def read(path: Path, start: Place) -> Iterator[Piece]:
    """Yield the papers of the file from this place on, whose offset counts entries.

    Raises:
        NotReadable: it is no BibTeX file; the message says what it is.
    """
    _require_bibtex(path)
    with Stream(path) as stream:
        # Entries refer to each other, so those before the place are read, but not stored again.
        items = islice(_items(stream, path.name), start.offset, None)
        offset = start.offset
        while some := list(islice(items, PIECE)):
            offset += len(some)
            yield Piece(some, Place(offset, some[-1].line), stream.used_bytes)


def _require_bibtex(path: Path) -> None:
    """Return if the file's beginning is text with an entry in it.

    Raises:
        NotReadable: it is something else; the message says what.
    """
    with Stream(path) as stream:
        try:
            start = stream.read(SAMPLE)
        except Broken as broken:
            raise NotReadable(f"{path.name} is a damaged gzip file.") from broken
    if not start.strip():
        raise NotReadable(f"{path.name} is empty.")
    # A text may have a stray NUL; a picture or an archive is full of them.
    if start.count(b"\0") * 100 > len(start) or start.startswith(b"PK\x03\x04"):
        raise NotReadable(f"{path.name} is not BibTeX: it looks like a binary file.")
    text = io.StringIO(start.decode("utf-8", "replace"))
    if not any(bibtex_syntax.chunks(text)):
        raise NotReadable(f"{path.name} is not BibTeX: it has no entry like “@article{{key, …}}”.")


class _File(io.RawIOBase):
    """A stream as the file that the parser reads."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.broken: Broken | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            found = self.stream.read(len(view))
        except Broken as broken:
            self.broken = broken
            return 0
        view[: len(found)] = found
        return len(found)


def _items(stream: Stream, name: str) -> Iterator[Item]:
    line = 0
    file = _File(stream)
    for item in bibtex.iter_entries(io.BufferedReader(file)):
        line = item.line
        if isinstance(item, BibtexRecord):
            yield Found(record_of(item), line)
        else:
            yield Refusal(line, str(item.reason), name)
    if file.broken is not None:
        yield Refusal(line + 1, str(file.broken), name)
