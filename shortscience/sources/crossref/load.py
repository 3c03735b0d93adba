"""Bring Crossref's public data file into the database: JSON lines, or lists of works, by the file.

The file of a year is a folder of some thirty thousand `.jsonl.gz` (until 2024 `.json.gz`, each
`{"items": […]}`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from shortscience.sources.crossref.parse import parse
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
from shortscience.sources.parsed import Parsed
from shortscience.sources.streams import Broken, Stream, lines

# A book with all its references has 3 MB.
LONGEST = 8_000_000
# A list of five thousand works, unpacked, has 20 to 60 MB.
MOST_LISTED_BYTES = 400_000_000
# Works parsed together: one that is no JSON makes each of them be parsed apart.
TOGETHER = 200
_SUFFIXES = (".jsonl.gz", ".json.gz", ".jsonl", ".json", ".ndjson", ".ndjson.gz")


class _Listed(msgspec.Struct):
    items: list[msgspec.Raw]


def files_in(paths: Sequence[Path]) -> list[Path]:
    """Return the files, and of each folder those of the data file, in their order.

    Raises:
        NotReadable: a folder has none.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [file for file in path.rglob("*") if file.name.endswith(_SUFFIXES)]
        if not inside:
            raise NotReadable(f"{path} has no file of JSON in it.")
        # "2.json.gz" comes before "10.json.gz".
        found += sorted(inside, key=lambda file: (str(file.parent), len(file.name), file.name))
    return found


def import_files(
    paths: Sequence[Path], *, progress: Progress | None = None, is_load: bool | None = None
) -> Report:
    """Take in the works of files and folders, as one import.

    Raises:
        NotReadable: none of them has works of Crossref.
    """
    files = files_in(paths)
    return load_files(files, kind="crossref-dump", read=read, progress=progress, is_load=is_load)


def read(path: Path, start: Place) -> Iterator[Piece]:
    """Yield the works of one file from this place on.

    Raises:
        NotReadable: it has no works of Crossref; the message says so.
    """
    with Stream(path) as stream:
        try:
            head = stream.read(2000).lstrip(b"\xef\xbb\xbf \r\n\t")
        except Broken as broken:
            raise NotReadable(f"{path.name} is a damaged gzip file.") from broken
    if not head.startswith(b"{"):
        what = "is empty" if not head else "has no works of Crossref: it does not begin with {"
        raise NotReadable(f"{path.name} {what}.")
    is_list = head[1:].lstrip().startswith(b'"items"')
    return _list(path, start) if is_list else _lines(path, start)


def _lines(path: Path, start: Place) -> Iterator[Piece]:
    with Stream(path) as stream:
        after = start
        try:
            for some in lines(stream, start, longest=LONGEST):
                after = some.after
                yield Piece(list(_items(some.lines, path.name)), after, stream.used_bytes)
        except Broken as broken:
            refused = Refusal(after.line + 1, str(broken), path.name)
            yield Piece([refused], after, stream.used_bytes)


def _list(path: Path, start: Place) -> Iterator[Piece]:
    """Yield the works of a file that is one list; the place's offset and line count works."""
    body = bytearray()
    with Stream(path) as stream:
        try:
            while piece := stream.read():
                body += piece
                if len(body) > MOST_LISTED_BYTES:
                    raise NotReadable(f"{path.name} is one list of more than 400 MB.")
        except Broken as broken:
            raise NotReadable(f"{path.name}: {broken}") from broken
        used = stream.used_bytes
    try:
        listed = msgspec.json.decode(body, type=_Listed).items
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise NotReadable(f"{path.name} is no list of works: {wrong}.") from wrong
    numbered = [(number, bytes(raw)) for number, raw in enumerate(listed, start=1)]
    for at in range(start.offset, len(numbered), TOGETHER):
        some = numbered[at : at + TOGETHER]
        done = at + len(some)
        yield Piece(list(_items(some, path.name)), Place(done, done), used)


def _items(some: Sequence[tuple[int, bytes]], name: str) -> Iterator[Item]:
    for at in range(0, len(some), TOGETHER):
        group = some[at : at + TOGETHER]
        try:
            parsed = parse(b"[%s]" % b",".join(line for _number, line in group))
        except SourceError:
            parsed = None
        if parsed is not None and len(parsed.records) == len(group):
            pairs = zip(parsed.records, group, strict=True)
            yield from (Found(record, number) for record, (number, _line) in pairs)
            continue
        for number, line in group:
            yield from _item(line, number, name)


def _item(line: bytes, number: int, name: str) -> Iterator[Item]:
    try:
        parsed: Parsed = parse(b"[%s]" % line.removeprefix(b"\xef\xbb\xbf"))
    except SourceError as error:
        yield Refusal(number, str(error.sentence), name)
        return
    for record in parsed.records:
        yield Found(record, number)
    for refused in parsed.refused:
        yield Refusal(number, str(refused.reason), name)
