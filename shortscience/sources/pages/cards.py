"""The lines of a paper's card, recognised one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

# A card's own lines are short; a summary, which may end like a venue line, is not.
LONGEST_VENUE_LINE = 400

LINK_LINE = re.compile(r"\[link\]\s*(?P<rest>.*)", re.IGNORECASE)
COMMENTS_LINE = re.compile(r"(?P<count>\d{1,6})\s+Comments?\s*\|?", re.IGNORECASE)
BYLINE = re.compile(r"Summary by .{1,80}?(?: (?:ago|just now)\b.{0,10})?", re.IGNORECASE)
# Buttons, forms and menus that a page prints between summaries; no title looks like these.
CHROME_LINE = re.compile(
    r"(?:your comment:?|you must (?:be logged|log) ?in .{1,60}|loading\W*|send feedback"
    r"|shortscience\.org (?:allows researchers to publish|- making science) .{1,90}"
    r"|(?:add|post|reply to) (?:a |this |your )?comment|[+-]?\d{1,5} votes?|votes?: ?[+-]?\d{1,5}"
    r"|(?:all )?compsci biology physics|popular \(?today\)?|(?:popular \(?today\)? )?most recent"
    r"(?: highest rated)?|highest rated)\s*\|?",
    re.IGNORECASE,
)
# With its age it is no text, wherever it stands.
DATED_BYLINE = re.compile(
    r"Summary by .{1,80}? (?:\d{1,3}|an?) (?:second|minute|hour|day|week|month|year)s? ago\s*\|?",
    re.IGNORECASE,
)
KEYWORDS_LINE = re.compile(r"\**Keywords:\**(?P<rest>.*)", re.IGNORECASE)
PUBLISHED_LINE = re.compile(r"\**First published:\**(?P<rest>.*)", re.IGNORECASE)
ABSTRACT_LINE = re.compile(r"\**Abstract:\**(?P<rest>.*)", re.IGNORECASE)
_VIA = r"via\s+(?:Local\s+)?(?P<source>[A-Za-z][\w.:+-]*(?: [\w.:+-]+)?)\s*\|?"
VENUE_LINE = re.compile(rf"(?:(?P<venue>.*\S)\s+)?[-–—]\s+(?:(?P<year>\S{{1,9}})\s+)?{_VIA}")
# The same where the dump lost its hyphens: then the year and "Local" make sure.
_HYPHENLESS_VENUE_LINE = re.compile(
    rf"(?:(?P<venue>.*\S)\s+)?(?P<year>\d{{4}})\s+(?=via\s+Local\s){_VIA}"
)

# What the original printed when it had no date: today, so an age of less than a day.
_NO_AGE = re.compile(
    r"\s*(?:just now|now|(?:earlier )?today|(?:a )?(?:few )?moments? ago|in the future|in .*|0 .*"
    r"|.*\b(?:seconds?|secs?|minutes?|mins?|hours?)\b.*)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\s*(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T][\d:.Z+]*)?\s*(?:\((?P<age>[^()]*)\))?"
)
# Tags that importers set, which say nothing about the paper.
_IMPORTERS_TAGS = {"dblp"}


@dataclass(frozen=True, slots=True)
class Venue:
    """`VENUE - YEAR via SOURCE`."""

    name: str
    year: int | None
    source: str


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A "first published" date; `is_rendering_day` marks the original's fault."""

    day: date
    is_rendering_day: bool


def read_venue(line: str) -> Venue | None:
    """Return the venue line's parts, or None if the line is no venue line."""
    if len(line) > LONGEST_VENUE_LINE or " via " not in f" {line}":
        return None
    words = line.strip()
    match = VENUE_LINE.fullmatch(words) or _HYPHENLESS_VENUE_LINE.fullmatch(words)
    if not match:
        return None
    return Venue(match["venue"] or "", _year(match["year"] or ""), match["source"])


def read_keywords(rest: str) -> tuple[str, ...]:
    """Return the keywords in order, each once, without the importers' tags."""
    words = (" ".join(word.split()) for word in re.split(r"[,;]", rest.strip().rstrip("|")))
    kept: dict[str, str] = {}
    for word in words:
        if word and word.lower() not in _IMPORTERS_TAGS:
            kept.setdefault(word.casefold(), word)
    return tuple(kept.values())


def read_date(rest: str) -> PrintedDate | None:
    """Return the printed date, or None if there is none that a calendar knows."""
    match = _DATE.match(rest)
    if not match:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return PrintedDate(day, bool(match["age"] and _NO_AGE.fullmatch(match["age"])))


def join_wrapped(lines: list[str]) -> str:
    """Return wrapped lines as paragraphs, one line each, separated by an empty line.

    The dump wraps greedily and prints no empty line between paragraphs. A line that ends
    a sentence although the next word still had room ends its paragraph.
    """
    width = max((len(line.strip()) for line in lines), default=0)
    paragraphs: list[list[str]] = [[]]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        words = line.strip()
        if words:
            paragraphs[-1].append(words)
        next_word = (following.split() or [""])[0]
        had_room = len(words) + 1 + len(next_word) <= width
        if not words or (had_room and next_word[:1].isupper() and words[-1] in ".!?"):
            paragraphs.append([])
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph)


def _year(printed: str) -> int | None:
    """Return a year in which a paper can have appeared; 0 and 9999 are fillers."""
    if not re.fullmatch(r"[0-9]{4}", printed):
        return None
    return int(printed) if 1600 <= int(printed) <= 2100 else None


def looks_like_authors(line: str) -> bool:
    """Tell whether a line reads as a list of people rather than as a title."""
    parts = re.split(r"\s+and\s+", line.strip())
    if all(re.fullmatch(r"[^,]{1,40},[^,]{1,40}(?:,[^,]{1,40})?", part) for part in parts):
        return all(_is_person(part.replace(",", " ")) for part in parts)
    return len(parts) > 1 and all(_is_person(part) for part in parts)


def _is_person(part: str) -> bool:
    words = part.split()
    return 1 <= len(words) <= 5 and words[0][:1].isupper() and words[-1][:1].isupper()
