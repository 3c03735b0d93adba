"""What all imports share: the items of a file, progress, and the report."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import msgspec

from shortscience.papers.intake import Taken
from shortscience.papers.records import PaperRecord

# Records a transaction: large enough to be fast, small enough to hold a writer up for a blink.
BATCH = 1000
# What a report lists one by one; a file with more faults than this is another kind of file.
MOST_LISTED = 1000

_GZIP = b"\x1f\x8b"


class NotReadable(Exception):  # named after what is wrong, as all our refusals
    """The file is not what it is said to be; the message is a sentence for the operator."""


class Refusal(msgspec.Struct, frozen=True):
    """A place of a file that was left out: its line (or item) from 1, and why."""

    line: int
    reason: str
    file: str = ""


class Unplaced(msgspec.Struct, frozen=True):
    """A summary of which we do not know which paper it is about."""

    line: int
    text: str  # how it begins
    reason: str
    candidates: list[str]  # titles of papers that were considered
    file: str = ""


class Doubt(msgspec.Struct, frozen=True):
    """A record of which somebody should look at where it went."""

    line: int
    reason: str
    file: str = ""


class Counts(msgspec.Struct):
    """How many records of one kind ended in which way."""

    added: int = 0
    updated: int = 0
    merged: int = 0
    unchanged: int = 0
    refused: int = 0

    def count(self, outcome: str, number: int = 1) -> None:
        setattr(self, outcome, getattr(self, outcome) + number)


class Report(msgspec.Struct):
    """What an import did. `refused_unlisted` counts the refusals beyond the listed ones."""

    papers: Counts = msgspec.field(default_factory=Counts)
    summaries: Counts = msgspec.field(default_factory=Counts)
    comments: Counts = msgspec.field(default_factory=Counts)
    unplaced: list[Unplaced] = msgspec.field(default_factory=list)
    refused: list[Refusal] = msgspec.field(default_factory=list)
    refused_unlisted: int = 0
    doubts: list[Doubt] = msgspec.field(default_factory=list)
    doubts_unlisted: int = 0
    # Of comments a page only tells the number.
    comments_counted: int = 0
    # Files that were not what they were said to be, while others were.
    unreadable: list[str] = msgspec.field(default_factory=list)
    # How long it took, over all attempts; 0 where nobody measured.
    seconds: float = 0

    def refuse(self, refusal: Refusal, *, of: Counts | None = None) -> None:
        if of is not None:
            of.refused += 1
        if len(self.refused) < MOST_LISTED:
            self.refused.append(refusal)
        else:
            self.refused_unlisted += 1

    def took(self, taken: Taken, *, line: int, file: str) -> None:
        self.papers.count(taken.outcome)
        if not taken.doubt:
            return
        if len(self.doubts) < MOST_LISTED:
            self.doubts.append(Doubt(line, taken.doubt, file))
        else:
            self.doubts_unlisted += 1

    def as_json(self) -> bytes:
        return msgspec.json.encode(self)

    def lines(self) -> Iterator[str]:
        """Yield the report as a person reads it."""
        for name in ("papers", "summaries", "comments"):
            counts: Counts = getattr(self, name)
            told = [
                f"{getattr(counts, outcome):,} {outcome}"
                for outcome in counts.__struct_fields__
                if getattr(counts, outcome)
            ]
            if told:
                yield f"{name}: {', '.join(told)}"
        if self.seconds:
            read = sum(getattr(self.papers, name) for name in self.papers.__struct_fields__)
            yield f"time: {self.seconds:,.1f} s, {read / self.seconds:,.0f} records a second"
        yield from (f"  {_place(item)}: {item.reason}" for item in self.refused)
        if self.refused_unlisted:
            yield f"  and {self.refused_unlisted:,} more refused"
        yield from (f"  look at {_place(item)}: {item.reason}" for item in self.doubts)
        if self.doubts_unlisted:
            yield f"  and {self.doubts_unlisted:,} more to look at"
        if self.comments_counted:
            yield f"comments: {self.comments_counted:,} counted; their texts are not on the pages"
        if self.unplaced:
            yield f"unplaced: {len(self.unplaced)} summaries of papers we could not tell"
        yield from (f"  {_place(item)}: “{item.text} …” {item.reason}" for item in self.unplaced)


def merged(reports: Sequence[Report]) -> Report:
    """Return one report of several files."""
    total = Report()
    for report in reports:
        for name in ("papers", "summaries", "comments"):
            mine, theirs = getattr(total, name), getattr(report, name)
            for outcome in theirs.__struct_fields__:
                mine.count(outcome, getattr(theirs, outcome))
        total.unplaced += report.unplaced
        total.unreadable += report.unreadable
        total.seconds += report.seconds
        total.comments_counted += report.comments_counted
        total.refused += report.refused
        total.doubts += report.doubts
        total.refused_unlisted += report.refused_unlisted
        total.doubts_unlisted += report.doubts_unlisted
    total.refused_unlisted += max(0, len(total.refused) - MOST_LISTED)
    total.doubts_unlisted += max(0, len(total.doubts) - MOST_LISTED)
    del total.refused[MOST_LISTED:], total.doubts[MOST_LISTED:]
    return total


def _place(item: Refusal | Unplaced | Doubt) -> str:
    return f"{item.file} line {item.line}" if item.file else f"line {item.line}"


@dataclass(frozen=True, slots=True)
class Found:
    """A record as a file gives it, with its line from 1."""

    record: PaperRecord
    line: int


Item = Found | Refusal


class Place(NamedTuple):
    """Where to go on in a file: an offset that its reader understands, and the lines before it."""

    offset: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Some items of a file, the place after them, and how much of the file that was."""

    items: Sequence[Item]
    after: Place
    used_bytes: int


# Yields a file's pieces from a place on. Raises NotReadable before the first, if it has to.
Reader = Callable[[Path, Place], Iterator[Piece]]


class Progress(Protocol):
    """What an import tells whoever waits for it; tqdm's bar is one."""

    def update(self, n: float = 1) -> object: ...

    def set_postfix_str(self, s: str = "", refresh: bool = True) -> object: ...


class Silent:
    """The progress that nobody watches."""

    def update(self, n: float = 1) -> None: ...

    def set_postfix_str(self, s: str = "", refresh: bool = True) -> None: ...


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked if it is gzipped, whatever its name.

    Raises:
        NotReadable: there is no such file, or it may not be read.
    """
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == _GZIP
        return gzip.open(path, "rb") if is_packed else path.open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise NotReadable(
            f"Cannot read {path}: {(error.strerror or str(error)).lower()}."
        ) from error


# What a damaged or cut gzip file raises while it is read.
BROKEN_PACKING = (EOFError, zlib.error, gzip.BadGzipFile)
