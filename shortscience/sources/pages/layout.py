"""The layout of a dump: which line is what, and where each card begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from shortscience.sources.pages import cards


class Kind(Enum):
    """What a line is by its looks alone."""

    BLANK = "blank"
    WELCOME = "Welcome to ShortScience.org!"
    DECORATION = "decoration"  # images that the dump lost, bars
    LINK = "[link]"
    COMMENTS = "N Comments"
    KEYWORDS = "Keywords:"
    PUBLISHED = "First published:"
    ABSTRACT = "Abstract:"
    TOGGLE = "more/less"
    CHROME = "Your comment:"
    BYLINE = "Summary by NAME 5 years ago"
    VENUE = "VENUE - YEAR via SOURCE"
    TEXT = "text"


EMPTY = (Kind.BLANK, Kind.DECORATION)


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a dump with their kinds; indexes count from 0."""

    lines: list[str]
    kinds: list[Kind]


@dataclass(frozen=True, slots=True)
class Card:
    """Where a card stands: `title` and `authors` are ranges of line indexes, maybe empty."""

    title: range
    authors: range
    venue: int

    @property
    def start(self) -> int:
        """The first line that belongs to the card."""
        return next((lines.start for lines in (self.title, self.authors) if lines), self.venue)


# Byte order marks and zero-width spaces; the joiners of scripts and emoji are letters' parts.
_INVISIBLE = re.compile("[\ufeff\u200b\u2060]")
_ODD_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_PATTERNS = (
    (Kind.WELCOME, re.compile(r"Welcome to ShortScience\b.{0,40}", re.IGNORECASE)),
    (Kind.DECORATION, re.compile(r"(?:!\[\]\(\s*\)|\||\s)+")),
    (Kind.LINK, cards.LINK_LINE),
    (Kind.COMMENTS, cards.COMMENTS_LINE),
    (Kind.KEYWORDS, cards.KEYWORDS_LINE),
    (Kind.PUBLISHED, cards.PUBLISHED_LINE),
    (Kind.ABSTRACT, cards.ABSTRACT_LINE),
    (Kind.TOGGLE, re.compile(r"(?:more|less)(?:\s+less)?\s*\|?", re.IGNORECASE)),
    (Kind.CHROME, cards.CHROME_LINE),
    (Kind.BYLINE, cards.DATED_BYLINE),
)


def read_layout(text: str) -> Layout:
    """Return the lines of a dump, each with what it looks like."""
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = _ODD_SPACE.sub(" ", text).split("\n")
    return Layout(lines, [_kind(line.strip()) for line in lines])


def find_cards(layout: Layout) -> list[Card]:
    """Return every card, first ones and repeats, in the order of the page."""
    found: list[Card] = []
    floor = 0
    for index, kind in enumerate(layout.kinds):
        if kind is Kind.VENUE and not _is_summary(layout, index):
            previous = found[-1] if found else None
            card = _card_above(layout, index, floor, previous)
            if previous and _follows_abstract_of(layout, previous, card):
                card = Card(range(0), card.authors, index)
            found.append(card)
            floor = index + 1
    return found


def _card_above(layout: Layout, venue: int, floor: int, previous: Card | None) -> Card:
    """Read upwards from a venue line: authors, above them the title (a repeat has none)."""
    nearest = _paragraph_above(layout, venue, floor)
    if len(nearest) > 1 and not _goes_on(layout.lines[nearest[-2]]):
        # No empty line between title and authors: the last line is the authors'.
        return Card(nearest[:-1], nearest[-1:], venue)
    above = _paragraph_above(layout, nearest.start, floor) if nearest else range(0)
    if not nearest or above:
        return Card(above, nearest, venue)
    words = joined(layout, nearest)
    is_repeat = previous is not None and words == joined(layout, previous.authors)
    if is_repeat or cards.looks_like_authors(words):
        return Card(range(0), nearest, venue)
    return Card(nearest, range(0), venue)


def _follows_abstract_of(layout: Layout, previous: Card, card: Card) -> bool:
    """Tell whether a repeat stands right below an abstract that no "more/less" closes."""
    between = layout.kinds[previous.venue : card.venue]
    return (
        Kind.ABSTRACT in between
        and Kind.TOGGLE not in between
        and joined(layout, card.title) != joined(layout, previous.title)
        and joined(layout, card.authors) == joined(layout, previous.authors)
        and layout.lines[card.venue].strip() == layout.lines[previous.venue].strip()
    )


def _paragraph_above(layout: Layout, below: int, floor: int) -> range:
    """Return the block of text lines that ends above `below`, past empty lines."""
    stop = below
    while stop > floor and layout.kinds[stop - 1] in EMPTY:
        stop -= 1
    start = stop
    while start > floor and _can_be_in_card(layout, start - 1):
        start -= 1
    return range(start, stop)


def _can_be_in_card(layout: Layout, index: int) -> bool:
    """Titles and author lists are text, and neither bulleted nor closed by a bar."""
    line = layout.lines[index].strip()
    return (
        layout.kinds[index] is Kind.TEXT
        and not line.endswith("|")
        and not line.startswith("- ")
        and not _is_summary(layout, index)
    )


def _is_summary(layout: Layout, index: int) -> bool:
    """Tell whether the line stands right below `[link]`."""
    return index > 0 and layout.kinds[index - 1] is Kind.LINK


def joined(layout: Layout, lines: range) -> str:
    """Return the lines of a range as one."""
    return " ".join(" ".join(layout.lines[index].split()) for index in lines)


def _goes_on(line: str) -> bool:
    """Tell whether an author list was wrapped behind this line."""
    return line.rstrip().endswith((" and", ","))


def _kind(line: str) -> Kind:
    if not line:
        return Kind.BLANK
    if len(line) <= cards.LONGEST_VENUE_LINE and cards.read_venue(line):
        return Kind.VENUE
    return next((kind for kind, looks in _PATTERNS if looks.fullmatch(line)), Kind.TEXT)
