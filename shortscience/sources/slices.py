"""Large XML files with one record after the other, read slice by slice.

A file is cut where records end, and each slice is parsed at once: quick, in memory that does
not grow, with a place to go on from after each. A record that is not well-formed is refused
alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shortscience.sources import xmltree
from shortscience.sources.errors import SourceError
from shortscience.sources.importing import Item, NotReadable, Piece, Place, Refusal
from shortscience.sources.streams import Broken, Stream

# Bytes read for a slice: a thousand records or so.
SLICE = 400_000
# The longest real record has 60 KB; where none ends within this, something else begins.
LONGEST = 5_000_000
# Bytes in which the first record begins.
HEAD = 100_000

_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([A-Za-z0-9._-]{1,20})["']""")
_TAG = re.compile(rb"<(/?)([A-Za-z_][\w:.-]*)((?:\s[^<>]*)?)>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Form:
    """How such a file looks."""

    # The document's element, and those of its records.
    root: bytes
    kinds: Sequence[bytes]
    # Finds what a record is called, in one that is broken.
    name: re.Pattern[bytes]
    # What such a file is ("a dump of DBLP").
    what: str
    # Yields what one record's element says, given its line and the file's name.
    items: Callable[[xmltree.Node, int, str], Iterator[Item]]

    @property
    def start(self) -> re.Pattern[bytes]:
        return re.compile(rb"<(?:%s)[\s>]" % b"|".join(self.kinds))

    @property
    def end(self) -> re.Pattern[bytes]:
        return re.compile(rb"</(?:%s)\s*>" % b"|".join(self.kinds))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What has to stand around a slice to make it a document, and where the first begins."""

    before: bytes
    after: bytes
    # How many elements are open around the records.
    depth: int
    place: Place


def read(path: Path, start: Place, form: Form) -> Iterator[Piece]:
    """Yield the papers of the file from this place on, whose offset is in unpacked bytes.

    Raises:
        NotReadable: it is not of this form; the message says so.
    """
    frame = _frame(path, form)
    place = frame.place if start == Place() else start
    with Stream(path) as stream:
        reading = _Reading(form, frame, path.name)
        try:
            stream.skip(place.offset)
            for piece in _slices(stream, form):
                items = list(reading.items(piece, place.line))
                place = Place(place.offset + len(piece), place.line + piece.count(b"\n"))
                yield Piece(items, place, stream.used_bytes)
        except Broken as broken:
            refused = Refusal(place.line + 1, str(broken), path.name)
            yield Piece([refused], place, stream.used_bytes)


def _frame(path: Path, form: Form) -> _Frame:
    with Stream(path) as stream:
        try:
            head = stream.read(HEAD)
        except Broken as broken:
            raise NotReadable(f"{path.name} is a damaged gzip file.") from broken
    if not head.strip():
        raise NotReadable(f"{path.name} is empty.")
    root = re.search(rb"<(?:[\w.-]+:)?%s[\s>]" % form.root, head)
    first = form.start.search(head)
    # A single record may stand for itself.
    is_bare = first is not None and not _TAG.search(head, 0, first.start())
    if first is None or (root is None and not is_bare):
        raise NotReadable(
            f"{path.name} is not {form.what}: it does not begin with <{form.root.decode()}> and a"
            " record."
        )
    declared = _DECLARED.match(head.lstrip(b"\xef\xbb\xbf \r\n\t"))
    tags = _open_tags(head[root.start() : first.start()]) if root and not is_bare else []
    opened = tags or [(b"<records>", b"records")]
    encoding = declared[1] if declared else b"utf-8"
    # On one line with the slice's first, so that its lines count from 1.
    before = b'<?xml version="1.0" encoding="%s"?>%s' % (
        encoding,
        b"".join(b" ".join(tag.split()) for tag, _name in opened),
    )
    after = b"".join(b"</%s>" % name for _tag, name in reversed(opened))
    place = Place(first.start(), head.count(b"\n", 0, first.start()))
    return _Frame(before, after, len(opened), place)


def _open_tags(head: bytes) -> list[tuple[bytes, bytes]]:
    """Return the tags that are open at the end of the text, with their names."""
    opened: list[tuple[bytes, bytes]] = []
    for found in _TAG.finditer(head):
        if found[1]:
            del opened[-1:]
        elif not found[3].endswith(b"/"):
            opened.append((found[0], found[2]))
    return opened


def _slices(stream: Stream, form: Form) -> Iterator[bytes]:
    """Yield the file in slices that end where a record ends; the last may be cut off.

    Raises:
        Broken: see `Stream.read`; all whole records before were yielded.
    """
    rest = b""
    while piece := stream.read(SLICE):
        rest += piece
        end = 0
        # Only the new bytes, and what a closing tag may have begun before them.
        for found in form.end.finditer(rest, max(0, len(rest) - len(piece) - 20)):
            end = found.end()
        if end or len(rest) > LONGEST:
            end = end or len(rest)
            yield rest[:end]
            rest = rest[end:]
    if rest.strip():
        yield rest


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file being read."""

    form: Form
    frame: _Frame
    name: str

    @property
    def _kinds(self) -> set[str]:
        return {kind.decode() for kind in self.form.kinds}

    def items(self, piece: bytes, line: int) -> Iterator[Item]:
        """Yield what a slice says; `line` is the number of lines before it."""
        try:
            nodes = self._nodes(piece)
        except SourceError:
            yield from self._one_by_one(piece, line)
            return
        for node in nodes:
            yield from self.form.items(node, line + xmltree.line(node), self.name)

    def _one_by_one(self, piece: bytes, line: int) -> Iterator[Item]:
        """Yield the same where a record is broken: it is refused, its neighbours are not."""
        at = 0
        for found in self.form.end.finditer(piece):
            yield from self._single(piece[at : found.end()], line)
            line += piece.count(b"\n", at, found.end())
            at = found.end()
        rest = piece[at:]
        if self.form.start.search(rest) or (rest.strip() and not _closes_only(rest)):
            line += rest.count(b"\n", 0, len(rest) - len(rest.lstrip()))
            reason = "The file breaks off here, or what follows is no record."
            yield Refusal(line + 1, reason, self.name)

    def _single(self, piece: bytes, line: int) -> Iterator[Item]:
        """Yield what one record says, and whether something strange stands before it."""
        begun = self.form.start.search(piece)
        lead = piece[: begun.start()] if begun else b""
        if not _closes_only(lead):
            at = line + lead.count(b"\n", 0, len(lead) - len(lead.lstrip()))
            yield Refusal(at + 1, "This is no record.", self.name)
        line += lead.count(b"\n")
        record = piece[len(lead) :]
        try:
            nodes = self._nodes(record)
        except SourceError as broken:
            named = self.form.name.search(record)
            which = f"{named[1].decode('utf-8', 'replace')}: " if named else ""
            yield Refusal(line + 1, f"{which}{broken.sentence}", self.name)
            return
        for node in nodes:
            yield from self.form.items(node, line + xmltree.line(node), self.name)

    def _nodes(self, piece: bytes) -> list[xmltree.Node]:
        """Return the elements of the records of a slice.

        Raises:
            SourceError: it is no well-formed XML.
        """
        # What closes the document after its last record is in the frame.
        last = max(piece.rfind(b"</%s" % kind) for kind in self.form.kinds)
        tail = piece[piece.find(b">", last) + 1 :] if last >= 0 else piece
        body = piece[: len(piece) - len(tail)] if _closes_only(tail) else piece
        parent = xmltree.root(self.frame.before + body + self.frame.after)
        for _level in range(self.frame.depth - 1):
            parent = parent[0]
        kinds = self._kinds
        return [node for node in parent if xmltree.name(node) in kinds]


def _closes_only(rest: bytes) -> bool:
    """Tell whether a document ends in this, maybe to let another begin, and nothing is lost."""
    return not rest.strip() or rest.lstrip().startswith((b"</", b"<resumptionToken"))
