"""Files of any size, gzipped or not, read piece by piece from any place on."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple

from shortscience.sources.importing import BROKEN_PACKING, NotReadable, Place

# Bytes read at once.
PIECE = 1 << 20
# The best that gzip does with real lists of papers is 1:20; with nothing but zeros it is 1:1000.
MOST_UNPACKED = 200
# A small file may be mostly zeros without harm.
HARMLESS = 100_000_000
_GZIP = b"\x1f\x8b"
_OTHER_PACKINGS = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"7z\xbc\xaf": "a 7z archive",
}


class Broken(Exception):
    """The file cannot be read any further; the message is a sentence for the operator."""


class Stream:
    """A file being read: its bytes unpacked, and how much of it was used."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            NotReadable: there is none, it may not be read, or it is packed in another way.
        """
        try:
            self._raw: IO[bytes] = path.open("rb")
            head = self._raw.read(6)
            self._raw.seek(0)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise NotReadable(f"Cannot read {path}: {reason}.") from error
        for start, what in _OTHER_PACKINGS.items():
            if head.startswith(start):
                self._raw.close()
                raise NotReadable(f"{path.name} is {what}. Unpack it, or pack it with gzip.")
        is_packed = head.startswith(_GZIP)
        self._unpacker = gzip.GzipFile(fileobj=self._raw) if is_packed else None
        self._read = self._unpacker.read1 if self._unpacker else self._raw.read
        self._broken: Broken | None = None
        self._unpacked = 0

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._unpacker:
            self._unpacker.close()
        self._raw.close()

    @property
    def used_bytes(self) -> int:
        """How much of the file, as it lies on the disk, has been read."""
        return self._raw.tell()

    def read(self, size: int = PIECE) -> bytes:
        """Return the next bytes, b"" at the end.

        Raises:
            Broken: it is damaged, cut off, or unpacks to absurdly much.
        """
        if self._broken is not None:
            raise self._broken
        found = b""
        try:
            # Not `read`: where the file breaks, it would lose what was whole before.
            while len(found) < size and (more := self._read(size - len(found))):
                found += more
        except BROKEN_PACKING:
            self._broken = Broken("The gzip file is damaged; nothing after this is read.")
        except OSError as error:
            self._broken = Broken(f"The file cannot be read any further: {error}.")
        if self._broken is not None and not found:
            raise self._broken
        self._unpacked += len(found)
        if self._unpacked > HARMLESS and self._unpacked > MOST_UNPACKED * self.used_bytes:
            raise Broken(
                f"The file unpacks to more than {MOST_UNPACKED} times its size, as no list of"
                " papers does; nothing after this is read."
            )
        return found

    def skip(self, offset: int) -> None:
        """Go to this place of the unpacked file.

        Raises:
            Broken: see `read`.
        """
        if self._unpacker is None:
            self._raw.seek(offset)
            return
        while offset and (piece := self.read(min(offset, PIECE))):
            offset -= len(piece)


class Lines(NamedTuple):
    """Some lines that are not blank, with their numbers from 1, and the place after them."""

    lines: list[tuple[int, bytes]]
    after: Place


def lines(stream: Stream, start: Place, *, longest: int) -> Iterator[Lines]:
    """Yield the lines from this place on; of one that is longer than `longest`, its start.

    Raises:
        Broken: see `Stream.read`; all lines before were yielded.
    """
    stream.skip(start.offset)
    number, offset = start.line, start.offset
    rest, is_cut = b"", False
    broken: Broken | None = None
    while True:
        try:
            piece = stream.read()
        except Broken as error:
            piece, broken = b"", error
        found: list[tuple[int, bytes]] = []
        *whole, rest = (rest + piece).split(b"\n")
        if not piece and rest and broken is None:
            whole, rest = [*whole, rest], b""
        for line in whole:
            offset += len(line) + 1
            if is_cut:
                # The end of a line whose start was yielded.
                is_cut = False
                continue
            number += 1
            if line.strip():
                found.append((number, line))
        if len(rest) > longest:
            if not is_cut:
                number += 1
                found.append((number, rest[: longest + 1]))
            offset, rest, is_cut = offset + len(rest), b"", True
        # In the middle of such a line there is no place to go on from.
        start = start if is_cut else Place(offset, number)
        if piece or found:
            yield Lines(found, start)
        if not piece:
            break
    if broken is not None:
        raise broken
