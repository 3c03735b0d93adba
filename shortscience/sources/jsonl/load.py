"""Bring the papers of a file of JSON lines into the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

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
from shortscience.sources.jsonl.parse import MAX_LINE, LineRefused, parse
from shortscience.sources.loading import import_files as load_files
from shortscience.sources.streams import Broken, Stream, lines

# Lines looked at to tell whether this is a file of JSON lines at all.
SAMPLE = 20
_MARK = b"\xef\xbb\xbf"


def import_file(path: Path, *, progress: Progress | None = None) -> Report:
    """Take in the file's papers; a broken line is reported and the rest goes on.

    Raises:
        NotReadable: it is no file of JSON lines.
    """
    return import_files([path], progress=progress)


def import_files(
    files: Sequence[Path], *, progress: Progress | None = None, is_load: bool | None = None
) -> Report:
    """Take in the papers of several files, as one import.

    Raises:
        NotReadable: none of them is a file of JSON lines.
    """
    return load_files(files, kind="jsonl", read=read, progress=progress, is_load=is_load)


def read(path: Path, start: Place) -> Iterator[Piece]:
    """Yield the papers of the file from this place on.

    Raises:
        NotReadable: it is no file of JSON lines; the message says so.
    """
    with Stream(path) as stream:
        is_checked, after = start != Place(), start
        try:
            for some in lines(stream, start, longest=MAX_LINE):
                if some.lines and not is_checked:
                    _require_json_lines(path, some.lines)
                    is_checked = True
                after = some.after
                yield Piece(list(_items(some.lines, path.name)), after, stream.used_bytes)
        except Broken as broken:
            if not is_checked:
                raise NotReadable(f"{path.name} is a damaged gzip file.") from broken
            refused = Refusal(after.line + 1, str(broken), path.name)
            yield Piece([refused], after, stream.used_bytes)
        if not is_checked:
            raise NotReadable(f"{path.name} is empty.")


def _require_json_lines(path: Path, some: Sequence[tuple[int, bytes]]) -> None:
    """Return if one of these lines is a JSON object.

    Raises:
        NotReadable: none is; the message says so.
    """
    sample = (line for _number, line in islice(some, SAMPLE))
    if not any(line.lstrip(_MARK + b" \t").startswith(b"{") for line in sample):
        raise NotReadable(
            f"{path.name} is not a file of JSON lines: none of its lines begins with {{."
        )


def _items(some: Iterable[tuple[int, bytes]], name: str) -> Iterator[Item]:
    for number, line in some:
        try:
            yield Found(parse(line.removeprefix(_MARK)), number)
        except LineRefused as refused:
            yield Refusal(number, str(refused), name)
