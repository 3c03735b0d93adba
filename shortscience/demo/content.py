"""The files of the demo library, read and checked: what is wrong names its file and field."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from shortscience.lib.identifiers import Key, candidates
from shortscience.lib.sections import Section
from shortscience.papers.records import PaperRecord

FOLDER = Path(__file__).parent
FENCE = "+++"


class WrongContent(Exception):  # named after what is wrong, as all our refusals
    """A file of the library is wrong; the message names the file and the field."""


class Person(msgspec.Struct, forbid_unknown_fields=True):
    """An invented reader."""

    handle: str
    display_name: str
    about: str
    section: str = ""


class Paper(msgspec.Struct, forbid_unknown_fields=True):
    """A real paper; `id` is how the summaries' files name it."""

    id: str
    title: str
    authors: list[str]
    year: int
    published_on: date
    venue: str
    venue_name: str
    source: str
    section: Section
    keys: list[str] = []
    keywords: list[str] = []
    arxiv_id: str = ""
    doi: str = ""
    abstract: str = ""
    abstract_by: str = ""


class Comment(msgspec.Struct, forbid_unknown_fields=True):
    """A comment; `reply_to` is the place of another one in the same file, from 0. `passage` is
    what of the summary it is a note on; an `accepted` one answers a `question`."""

    author: str
    at: datetime
    text: str
    reply_to: int | None = None
    passage: str = ""
    question: bool = False
    accepted: bool = False


class Head(msgspec.Struct, forbid_unknown_fields=True):
    """What stands between the fences at the top of a summary's file."""

    paper: str
    author: str
    published_at: datetime
    anonymous: bool = False
    # Of `Summary.Level`.
    level: Literal["", "new", "neighbour", "expert"] = ""
    votes_up: list[str] = []
    votes_down: list[str] = []
    comment: list[Comment] = []


@dataclass(frozen=True, slots=True)
class Summary:
    """One summary with its comments and votes; `file` is for messages."""

    file: str
    head: Head
    text: str


@dataclass(frozen=True, slots=True)
class Library:
    """All of it, the summaries in the order in which they were published."""

    people: tuple[Person, ...]
    papers: tuple[Paper, ...]
    summaries: tuple[Summary, ...]
    images: tuple[Path, ...]


def read_library(folder: Path = FOLDER) -> Library:
    """Return the library of a folder.

    Raises:
        WrongContent: a file is wrong; the message names it and its field.
    """
    people = tuple(_tables(folder / "people.toml", "person", Person))
    papers = tuple(
        paper
        for path in sorted(folder.glob("papers-*.toml"))
        for paper in _tables(path, "paper", Paper)
    )
    summaries = [_summary(path, folder) for path in sorted(folder.glob("summaries/**/*.md"))]
    library = Library(
        people=people,
        papers=papers,
        summaries=tuple(sorted(summaries, key=lambda one: one.head.published_at)),
        images=tuple(path for path in sorted((folder / "images").glob("*")) if path.is_file()),
    )
    _check(library)
    return library


def record_of(paper: Paper) -> PaperRecord:
    """Return the paper as intake takes it."""
    named = [*paper.keys, *filter(None, (paper.doi, paper.arxiv_id))]
    keys: list[Key] = []
    for text in named:
        found = candidates(text)
        if not found:
            raise WrongContent(f"papers: {paper.id}: keys: “{text}” is no identifier.")
        keys += found
    return PaperRecord(
        title=paper.title,
        authors=tuple(paper.authors),
        year=paper.year,
        venue=paper.venue,
        venue_name=paper.venue_name,
        keys=tuple(dict.fromkeys(keys)),
        source=paper.source,
        keywords=tuple(paper.keywords),
        published_on=paper.published_on,
        abstract=paper.abstract.strip(),
        abstract_by=paper.abstract_by,
        section=paper.section,
    )


_Table = TypeVar("_Table", bound=msgspec.Struct)


def _tables(path: Path, name: str, kind: type[_Table]) -> Iterator[_Table]:
    for number, table in enumerate(_toml(path.read_text("utf-8"), path.name).get(name, ()), 1):
        yield _convert(table, kind, f"{path.name}: [[{name}]] number {number}")


def _summary(path: Path, folder: Path) -> Summary:
    name = str(path.relative_to(folder))
    start, _, rest = path.read_text("utf-8").partition(f"{FENCE}\n")
    head, fence, text = rest.partition(f"\n{FENCE}\n")
    if start or not fence:
        raise WrongContent(f"{name}: the file does not begin with a head between {FENCE} lines.")
    if not text.strip():
        raise WrongContent(f"{name}: there is no text below the head.")
    return Summary(name, _convert(_toml(head, name), Head, name), text.strip())


def _toml(text: str, name: str) -> dict[str, Any]:  # Any: as tomllib gives it
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise WrongContent(f"{name}: {wrong}") from wrong


def _convert(table: object, kind: type[_Table], place: str) -> _Table:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as wrong:
        raise WrongContent(f"{place}: {wrong}") from wrong


def _check(library: Library) -> None:
    """Make sure that everybody and everything that is named is there."""
    people = {person.handle for person in library.people}
    papers = {paper.id for paper in library.papers}
    written: set[tuple[str, str]] = set()
    for summary in library.summaries:
        head = summary.head
        comments = [comment.author for comment in head.comment]
        for handle in (head.author, *head.votes_up, *head.votes_down, *comments):
            if handle not in people:
                raise WrongContent(f"{summary.file}: nobody is called “{handle}”.")
        if head.paper not in papers:
            raise WrongContent(f"{summary.file}: paper: there is no “{head.paper}”.")
        if head.author in {*head.votes_up, *head.votes_down}:
            raise WrongContent(f"{summary.file}: votes: {head.author} votes on their own text.")
        if (head.paper, head.author) in written:
            raise WrongContent(
                f"{summary.file}: {head.author} has a summary of this paper already."
            )
        written.add((head.paper, head.author))
        _check_times(summary)


def _check_times(summary: Summary) -> None:
    """Make sure that nothing happens in the future, or before what it answers."""
    head, now = summary.head, datetime.now(UTC)
    times = [head.published_at, *(comment.at for comment in head.comment)]
    if any(moment.tzinfo is None for moment in times):
        raise WrongContent(f"{summary.file}: published_at or at: a time without its zone.")
    if max(times) > now:
        raise WrongContent(f"{summary.file}: published_at or at: lies in the future.")
    for number, comment in enumerate(head.comment):
        place = f"{summary.file}: comment {number}"
        if comment.at < head.published_at:
            raise WrongContent(f"{place}: at: before the summary was published.")
        if comment.reply_to is None:
            continue
        if comment.passage or comment.question:
            raise WrongContent(f"{place}: an answer is neither a note nor a question.")
        if not 0 <= comment.reply_to < number:
            raise WrongContent(
                f"{place}: reply_to: there is no earlier comment {comment.reply_to}."
            )
        if comment.at < head.comment[comment.reply_to].at:
            raise WrongContent(f"{place}: at: before the comment that it answers.")
