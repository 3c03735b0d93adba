"""Files that are read as a whole, since their form tells nothing before its end: up to 32 MB."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from shortscience.sources.acl.parse import parse as parse_acl
from shortscience.sources.csljson.parse import parse as parse_csljson
from shortscience.sources.errors import SourceError
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
from shortscience.sources.parsed import MAX_PAYLOAD, Parsed
from shortscience.sources.ris.parse import parse as parse_ris
from shortscience.sources.streams import PIECE, Broken, Stream

# How each kind is parsed, and what it is called.
KINDS: dict[str, tuple[Callable[[bytes], Parsed], str]] = {
    "ris": (parse_ris, "RIS"),
    "csl-json": (parse_csljson, "CSL-JSON"),
    "acl": (parse_acl, "a file of the ACL Anthology"),
}
# Records of a piece.
SOME = 500
_NUMBER = re.compile(r"[0-9]+")


def import_files(
    files: Sequence[Path],
    *,
    kind: str,
    progress: Progress | None = None,
    is_load: bool | None = None,
) -> Report:
    """Take in the papers of these files, all of one of the `KINDS`.

    Raises:
        NotReadable: none of them is of this kind.
    """
    reader = partial(read, kind=kind)
    return load_files(files, kind=kind, read=reader, progress=progress, is_load=is_load)


def read(path: Path, start: Place, *, kind: str) -> Iterator[Piece]:
    """Yield the papers of the file from this place on, whose offset counts records.

    Raises:
        NotReadable: it is not of this kind, or too large to be; the message says so.
    """
    parse, name = KINDS[kind]
    with Stream(path) as stream:
        payload = _whole(stream, path)
        try:
            parsed = parse(payload)
        except SourceError as error:
            raise NotReadable(f"{path.name} is not {name}: {error.sentence}") from error
        items = islice(_items(parsed, path.name), start.offset, None)
        offset = start.offset
        while some := list(islice(items, SOME)):
            offset += len(some)
            yield Piece(some, Place(offset, offset), stream.used_bytes)


def _whole(stream: Stream, path: Path) -> bytes:
    payload = bytearray()
    try:
        while len(payload) <= MAX_PAYLOAD and (piece := stream.read(PIECE)):
            payload += piece
    except Broken as broken:
        raise NotReadable(f"{path.name} cannot be read to its end: {broken}") from broken
    if len(payload) > MAX_PAYLOAD:
        raise NotReadable(f"{path.name} is larger than {MAX_PAYLOAD // 10**6} MB: split it.")
    if not payload.strip():
        raise NotReadable(f"{path.name} is empty.")
    return bytes(payload)


def _items(parsed: Parsed, file: str) -> Iterator[Item]:
    for refused in parsed.refused:
        at = _NUMBER.search(refused.where)
        yield Refusal(int(at[0]) if at else 0, str(refused.reason), file)
    for number, record in enumerate(parsed.records, start=1):
        yield Found(record, number)
