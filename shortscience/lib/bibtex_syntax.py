"""The syntax of BibTeX: cut a stream into entries, and an entry into its fields.

Well-formed entries are read by bibtexparser. What it refuses (a brace that never closes,
a missing comma) is mended here, because real files are full of both.
"""

import logging
import re
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from bibtexparser.model import Entry, ParsingFailedBlock, String
from bibtexparser.splitter import Splitter

# We report every broken entry ourselves, with its line, to the person who brought the file.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

# An entry with 3 000 authors has 90 000 characters; beyond this it is no entry.
MAX_ENTRY = 1_000_000
# How much of a file is read at a time.
_READ = 65_536

# An entry starts on a line of its own or right after the one before it.
_START = re.compile(r"(?:^|(?<=[})]))[ \t]*(?=@[ \t]*[A-Za-z]+[ \t]*[{(])", re.MULTILINE)
_HEAD = re.compile(r"\s*@\s*([A-Za-z]+)\s*[{(]\s*([^\s,={}\"]*)\s*,?")
_FIELD = re.compile(r"[\s,}\"]*([A-Za-z][\w:.+-]*)\s*=\s*")
_NEXT_FIELD = re.compile(r"[,}\"\n]\s*[A-Za-z][\w-]*\s*=\s*[{\"\w]")
_SWALLOWED = re.compile(r"[}\"],?[ \t]*\n\s*[A-Za-z]+\s*=\s*[{\"]")
_ATOM = re.compile(r"\s*([^\s#,{}\"=]+)\s*")


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry as written: lower-case type and field names, values without delimiters."""

    entry_type: str
    key: str
    fields: dict[str, str]
    line: int
    is_mended: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """The text of one entry with the line it starts on; `is_cut` where it was too long."""

    text: str
    line: int
    is_cut: bool = False


def decode(block: bytes) -> str:
    """Return the lines as UTF-8, or as Windows-1252 each one that is not.

    Line by line, since files are put together from several sources.
    """
    try:
        return block.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\n" in block[:-1]:
            return "".join(map(decode, block.splitlines(keepends=True)))
        return block.decode("cp1252", errors="replace")


def blocks_of(fileobj: IO[bytes] | IO[str]) -> Iterator[str]:
    """Yield a file of either kind in blocks that end with a line; very long lines are cut."""
    while True:
        block = fileobj.read(_READ)
        rest = fileobj.readline(_READ)
        if isinstance(block, bytes) and isinstance(rest, bytes):
            text = decode(block + rest)
        else:
            text = f"{block!s}{rest!s}"
        if not text:
            return
        yield text.replace("\r\n", "\n").replace("\r", "\n")


def chunks(blocks: Iterable[str]) -> Iterator[Chunk]:
    """Yield the text of each entry; text before the first one is a comment and left out."""
    parts: list[str] = []
    size, start, line = 0, 0, 1
    for text in blocks:
        cuts = [found.end() for found in _START.finditer(text)] if "@" in text else []
        for index, (begin, end) in enumerate(pairwise([0, *cuts, len(text)])):
            # Every piece but the first begins an entry.
            if index:
                if start:
                    yield Chunk("".join(parts), start, is_cut=size > MAX_ENTRY)
                parts, size, start = [], 0, line
            piece = text[begin:end]
            size += len(piece)
            if start and size <= MAX_ENTRY:
                parts.append(piece)
            line += piece.count("\n")
    if start:
        yield Chunk("".join(parts), start, is_cut=size > MAX_ENTRY)


def entries(chunk: Chunk, strings: MutableMapping[str, str]) -> list[RawEntry]:
    """Return the entries of one chunk (nearly always one), with `@string` names resolved.

    A chunk that only defines strings adds them to `strings` and returns nothing.
    """
    found: list[RawEntry] = []
    for block in Splitter(chunk.text).split().blocks:
        if isinstance(block, String):
            strings[block.key.lower()] = _value(block.value, strings) or ""
        elif isinstance(block, Entry | ParsingFailedBlock):
            entry = block if isinstance(block, Entry) else block.ignore_error_block
            read = _well_formed(entry, chunk.line, strings) if isinstance(entry, Entry) else None
            if read is None:
                return [*found, *_mended(chunk, strings)]
            found.append(read)
    # bibtexparser takes "@ article {" for a comment.
    return found or _mended(chunk, strings)


def _well_formed(entry: Entry, line: int, strings: MutableMapping[str, str]) -> RawEntry | None:
    fields: dict[str, str] = {}
    for field in entry.fields:
        value = _value(field.value, strings)
        if value is None:
            return None
        # The first of two fields of one name counts, as for BibTeX.
        fields.setdefault(field.key.lower(), value)
    start = entry.start_line or 0
    return RawEntry(entry.entry_type.lower(), entry.key, fields, line + start)


def _value(raw: str, strings: MutableMapping[str, str]) -> str | None:
    """Return `{a} # "b" # name` as one text, or None if something else is in between."""
    parts: list[str] = []
    position = 0
    while True:
        part, position = _operand(raw, position, strings)
        if part is None:
            return None
        parts.append(part)
        if position == len(raw):
            return "".join(parts)
        if raw[position] != "#":
            return None
        position += 1


def _operand(raw: str, position: int, strings: MutableMapping[str, str]) -> tuple[str | None, int]:
    """Return one part of a value and where the next begins; None if it does not close."""
    while position < len(raw) and raw[position].isspace():
        position += 1
    if raw[position : position + 1] in ("{", '"'):
        end = _closing(raw, position)
        inside = None if end < 0 else raw[position + 1 : end]
        position = end + 1
    else:
        atom = _ATOM.match(raw, position)
        if atom is None:
            return ("" if position == len(raw) else None), position
        inside = strings.get(atom[1].lower(), atom[1])
        position = atom.end()
    while 0 < position < len(raw) and raw[position].isspace():
        position += 1
    return inside, position


_DELIMITER = re.compile(r"[{}\"]")
_BARE_DELIMITER = re.compile(r"(?<!\\)[{}]|\"")


def _closing(raw: str, opening: int) -> int:
    """Return the index of the delimiter that closes the one at `opening`, or -1.

    BibTeX counts every brace; files not made for it have "\\{" without its partner.
    """
    end = _balanced(raw, opening, _DELIMITER)
    return end if end >= 0 else _balanced(raw, opening, _BARE_DELIMITER)


def _balanced(raw: str, opening: int, delimiter: re.Pattern[str]) -> int:
    depth = 0
    is_quoted = raw[opening] == '"'
    for found in delimiter.finditer(raw, opening + 1):
        mark = found[0]
        if mark == "{":
            depth += 1
        elif mark == "}" and (depth or not is_quoted):
            if not depth:
                return found.start()
            depth -= 1
        elif mark == '"' and is_quoted and not depth:
            return found.start()
    return -1


def _mended(chunk: Chunk, strings: MutableMapping[str, str]) -> list[RawEntry]:
    """Return the entry with the fields that can be told apart, or nothing."""
    text = chunk.text
    head = _HEAD.match(text)
    if head is None or head[1].lower() in {"comment", "preamble", "string"}:
        return []
    fields: dict[str, str] = {}
    position = head.end()
    while field := _FIELD.match(text, position):
        start = field.end()
        value, position = _operand(text, start, strings)
        if value is None or _SWALLOWED.search(value):
            value, position = _unclosed(text, start)
        fields.setdefault(field[1].lower(), value.strip())
    return [RawEntry(head[1].lower(), head[2], fields, chunk.line, is_mended=True)]


def _unclosed(text: str, start: int) -> tuple[str, int]:
    """Return the value that never closes: up to the next line that looks like a field."""
    found = _NEXT_FIELD.search(text, start)
    end = found.start() if found else len(text)
    return text[start:end].lstrip('{"').rstrip('\n\t ,}"'), end
