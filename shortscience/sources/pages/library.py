"""What several pages say together: papers with their summaries, and what found no paper."""

from __future__ import annotations

from dataclasses import dataclass

from shortscience.sources.pages.records import PagePaper

# Why a summary belongs to its paper. Shown to the person who imports.
UNDER_ITS_TITLE = "stands under its title"
SAME_TEXT = "same text stands under its title on another page"
OWN_LINK = "links to the paper itself"
CITES = "begins by citing the paper"
NAMES_TITLE = "names the paper in the text"
METHOD_NAME = "same method name"
FIRST_AUTHOR = "names the first author, and the topic agrees"

# Why it belongs to none.
TELLS_NOTHING = "The text does not tell which paper it is about."
SEVERAL_FIT = "Several papers fit the text equally well."


@dataclass(frozen=True, slots=True)
class KnownPaper:
    """A paper that the database has already; `ref` is whatever the caller finds it by."""

    title: str
    authors: tuple[str, ...]
    year: int | None
    keys: tuple[str, ...]
    ref: object


@dataclass(frozen=True, slots=True)
class Copy:
    """Where one copy of a summary stands, and why it belongs to its paper ("" if unplaced)."""

    page: int  # index into the pages given
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class LibrarySummary:
    """One summary, in its best preserved text."""

    text: str
    raw: str
    comment_count: int  # the most that any copy shows
    cites: tuple[str, ...]
    images: tuple[str, ...]
    reason: str
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class LibraryPaper:
    """One paper of the pages; `paper.summaries` is empty, they are in `summaries`."""

    paper: PagePaper
    identifiers: tuple[str, ...]  # arXiv ids and keys that texts give as its own
    known: KnownPaper | None  # the same paper in the database
    summaries: tuple[LibrarySummary, ...]
    places: tuple[tuple[int, int], ...]  # (page, line) of each of its cards


@dataclass(frozen=True, slots=True)
class KnownWithSummaries:
    """A paper of the database that no page has a card for, with summaries placed at it."""

    known: KnownPaper
    summaries: tuple[LibrarySummary, ...]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A summary whose text does not tell its paper."""

    summary: LibrarySummary
    first_words: str
    why: str  # a sentence
    candidates: tuple[str, ...]  # titles that were considered
    arxiv_id: str  # a hint: the text gives this id as the paper's own


@dataclass(frozen=True, slots=True)
class Library:
    """All that several pages say together."""

    papers: tuple[LibraryPaper, ...]
    known: tuple[KnownWithSummaries, ...]
    unplaced: tuple[Unplaced, ...]
