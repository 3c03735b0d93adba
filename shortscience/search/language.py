"""What people may type: words, "phrases", author:, venue:, year:2015..2018, has:summary, -not.

Reading never fails: what makes no sense is looked for as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shortscience.claims.models import Claim
from shortscience.lib.plaintext import squeeze
from shortscience.search.narrow import NO_FILTERS, Narrow

# Longer than any title; the rest of a pasted abstract adds nothing but work.
MAX_QUERY = 500
# A long title has 30 words. Each further one costs and tells nothing.
MAX_PARTS = 40
FIRST_YEAR = 1
LAST_YEAR = 9999


class Where(StrEnum):
    """What a part of the query is about; the value is how people write it."""

    ANYWHERE = ""
    TITLE = "title"
    AUTHOR = "author"
    ABSTRACT = "abstract"
    VENUE = "venue"
    SECTION = "section"
    YEAR = "year"
    HAS = "has"


# Other names for the same, as other sites have taught people.
_ALSO = {
    "authors": Where.AUTHOR,
    "by": Where.AUTHOR,
    "intitle": Where.TITLE,
    "in": Where.VENUE,
    "conference": Where.VENUE,
    "journal": Where.VENUE,
    "years": Where.YEAR,
    "date": Where.YEAR,
}
_FIELDS = {where.value: where for where in Where if where} | _ALSO
_HAS = {
    "summary": "summary",
    "summaries": "summary",
    "reproduction": "reproduced",
    "reproductions": "reproduced",
    **{status: status for status in Claim.Status.values},
}

_PART = re.compile(
    r"""(?P<sign>[-−+](?=[^\W_]|["“”„]))?(?:(?P<field>[A-Za-z]+):)?
    (?:["“”„](?P<phrase>[^"“”„]*)(?P<closed>["“”„]?)|(?P<word>[^\s"“”„]+))""",
    re.VERBOSE,
)
_YEARS = re.compile(r"(?P<first>[0-9]{4})?(?P<range>\.{2,3}|…|-|–)?(?P<last>[0-9]{4})?")
_OPERATORS = frozenset({"AND", "OR", "NOT", "&", "|"})


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a paper must have, or must not."""

    text: str
    where: Where = Where.ANYWHERE
    is_phrase: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Years:
    """A range of years with both ends in it."""

    first: int
    last: int
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it was understood.

    `is_open` says that its last word may be unfinished, `is_typing` that it probably is.
    """

    text: str
    parts: tuple[Part, ...] = ()
    years: tuple[Years, ...] = ()
    is_open: bool = False
    is_typing: bool = False
    # What the filters beside the results add.
    narrow: Narrow = NO_FILTERS

    @property
    def words(self) -> tuple[Part, ...]:
        """The parts to rank by: words and phrases that may stand anywhere."""
        return tuple(p for p in self.parts if p.where is Where.ANYWHERE and not p.is_excluded)

    @property
    def phrases(self) -> tuple[str, ...]:
        """What has to stand side by side."""
        return tuple(part.text for part in self.words if part.is_phrase)

    @property
    def plain_text(self) -> str:
        """Those words as one text: what to compare with a title."""
        return " ".join(part.text for part in self.words)

    @property
    def is_plain(self) -> bool:
        """Nothing but words: the query may be a title."""
        return len(self.words) == len(self.parts) and not self.years

    def __bool__(self) -> bool:
        return bool(self.parts or self.years)


def understood(text: str, *, typing: bool = False) -> Asked:
    """Return what the text asks for.

    Args:
        typing: the reader has not pressed Enter: the last word may be only a beginning.
    """
    asked = squeeze(text[: 4 * MAX_QUERY])[:MAX_QUERY]
    parts: list[Part] = []
    years: list[Years] = []
    last_end, is_open = 0, False
    for found in _PART.finditer(asked):
        for read in _read(found):
            if isinstance(read, Years):
                years.append(read)
            else:
                parts.append(read)
        last_end = found.end()
        is_open = bool(found["word"]) and not found["field"] and not found["sign"]
    # A space after the last word says that it is finished.
    ends_here = last_end == len(asked) and not text[-1:].isspace()
    is_open = is_open and ends_here
    return Asked(asked, tuple(parts[:MAX_PARTS]), tuple(years), is_open, typing and is_open)


def _read(found: re.Match[str]) -> Iterator[Part | Years]:
    """Yield what one part means."""
    is_phrase = found["phrase"] is not None
    text = found["phrase"] if is_phrase else found["word"]
    is_excluded = found["sign"] in ("-", "−")
    if not is_phrase and not is_excluded and not found["field"] and text in _OPERATORS:
        return
    where = _FIELDS.get((found["field"] or "").lower(), Where.ANYWHERE)
    if found["field"] and where is Where.ANYWHERE:
        # "word:word" is no field of ours.
        yield Part(f"{found['field']} {text}", is_excluded=is_excluded)
    elif where is Where.YEAR:
        years = _years(text, is_excluded)
        yield years or Part(text, is_excluded=is_excluded)
    elif where is Where.HAS:
        thing = _HAS.get(text.lower())
        yield Part(thing, where, is_excluded=is_excluded) if thing else Part(text)
    elif any(character.isalnum() for character in text):
        yield Part(text, where, is_phrase, is_excluded)


def _years(text: str, is_excluded: bool) -> Years | None:
    found = _YEARS.fullmatch(text)
    if found is None or not (found["first"] or found["last"]):
        return None
    if not found["range"]:
        return Years(int(text[:4]), int(text[:4]), is_excluded) if len(text) == 4 else None
    first = int(found["first"] or FIRST_YEAR)
    last = int(found["last"] or LAST_YEAR)
    return Years(min(first, last), max(first, last), is_excluded)
