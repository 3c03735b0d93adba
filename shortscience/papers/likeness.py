"""How alike are two titles, and two lists of authors? Pure; `matching` decides from it.

The rules were read off real pairs of records: a preprint that lost an article or gained a
subtitle, letters that a scanner misread, names with and without a middle initial.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache

from shortscience.lib.names import to_first_last
from shortscience.lib.plaintext import fold
from shortscience.lib.titles import title_key, title_words

# Authors compared one by one; whoever stands behind them changes no decision.
MOST_AUTHORS = 40
# Words in a row that two texts hardly share by chance, and how many of such runs say something.
RUN = 4
MIN_RUNS = 20
MOST_TEXT = 10_000
# "convolution" and "convolutional" are one word to `block_key`.
BLOCK_LETTERS = 8
# Two words are forms of one when this share of the longer is common at their beginning.
SAME_STEM = 0.7
# A subtitle may be missing when what remains still says something.
TELLING_WORDS = 4

STOP_WORDS = frozenset(
    "a an and as at by de der des die du for from in into is its la le les of on or the their to"
    " toward towards und using via vs with et en pour your our this that some".split()
)
# What is printed around a title and says nothing about the work.
_DECORATION = re.compile(
    r"^\W*(?:\*\*|\[)?(?:paper\s+)?(?:retracted|withdrawn)\b(?:\s+article|\s+by[^*:]*)?"
    r"(?:\s*\([^)]*\))?\W+"
    r"|\W*[(\[]?\b(?:extended\s+abstract|(?:full|long|short|extended|journal|preliminary|conference"
    r"|technical|revised|updated|complete|draft|arxiv|camera[\s-]ready)\s+(?:version|report|paper"
    r"|draft)|technical\s+report|preprint|abstract\s+only)\b[)\]]?\W*$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]{12,})[)\]]\s*$")
_SUBTITLE = re.compile(r"\s*[:?!–—]\s+|\s+-+\s+|\.\s+(?=[A-Z])|\s*[(\[]")
# One of these in one title alone: a text about the other work.
_ABOUT_ANOTHER = re.compile(
    r"\b(?:corrigend(?:um|a)|errat(?:um|a)|addend(?:um|a)|rejoinder|supplementary\s+(?:material|text"
    r"|information|data|appendix)|supplement\s+to|retraction\s+note|book\s+review"
    r"|author(?:’s|'s|s)?\s+(?:response|reply|correction)|publisher\s+correction)\b"
    r"|(?:^|[:(\[.–—]\s*)(?:a\s+|some\s+|further\s+)?(?:corrections?\s+(?:to|for)|correction\s*:"
    r"|retraction\s*(?:of|:)|comments?\s+(?:on|to)|commentary\s+on|repl(?:y|ies)\s+to"
    r"|responses?\s+to|re\s*:|rebuttal|discussion\s+(?:of|on)|review\s*(?:of\b|:)|appendix"
    r"|supplement|slides|presentation\s+of|editorial|guest\s+editorial)",
    re.IGNORECASE,
)
_ROMAN = dict(
    zip("ii iii iv vi vii viii ix xi xii".split(), "2 3 4 6 7 8 9 11 12".split(), strict=True)
)
_ROMAN_IN_SERIES = {**_ROMAN, "i": "1", "v": "5", "x": "10", "one": "1", "two": "2", "three": "3"}
_SERIES = frozenset({"part", "volume", "vol", "chapter", "book", "number", "no", "section"})
# Words that hardly stand in a title but for counting.
_PARTS = frozenset({"part", "volume", "vol", "chapter"})
_ORDINALS = {
    word: str(number)
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1
    )
}
_NAME_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md"})


class Titles(IntEnum):
    """How two titles compare, the most alike last."""

    UNLIKE = 0
    NEAR = 1  # a content word or two differ
    PART = 2  # one is the other with a subtitle
    CLOSE = 3  # articles, word forms, slips of typing
    EQUAL = 4


@dataclass(frozen=True, slots=True)
class Likeness:
    """The comparison of two titles.

    `changed` content words differ out of `words`; `numbers_differ` and `is_about_other` mean
    that they are two works, however alike they are.
    """

    titles: Titles
    changed: int = 0
    words: int = 0
    numbers_differ: bool = False
    is_about_other: bool = False
    # A number stands in one title only.
    has_more_numbers: bool = False


@dataclass(frozen=True, slots=True)
class Authors:
    """The comparison of two lists of authors, people that both name counted once."""

    shared: int
    fewer: int
    more: int
    same_first: bool

    @property
    def is_unknown(self) -> bool:
        return self.fewer == 0

    @property
    def are_equal(self) -> bool:
        return 0 < self.shared == self.fewer == self.more

    @property
    def are_nested(self) -> bool:
        """Whether one list has everybody of the other."""
        return 0 < self.shared == self.fewer

    @property
    def share(self) -> float:
        return self.shared / self.fewer if self.fewer else 0.0


def compare_titles(one: str, other: str) -> Likeness:
    """Compare two titles as printed."""
    bare, other_bare = _undecorated(one), _undecorated(other)
    about = bool(_ABOUT_ANOTHER.search(bare)) != bool(_ABOUT_ANOTHER.search(other_bare))
    words, other_words = title_words(bare), title_words(other_bare)
    numbers_differ = _numbers_differ(words, other_words)
    content = max(_count(bare), _count(other_bare))
    if title_key(bare) == title_key(other_bare):
        return Likeness(Titles.EQUAL, 0, content, numbers_differ, about)
    changed = _changed_words(words, other_words)
    if changed == 0:
        found = Titles.CLOSE
    elif _is_part(bare, other_bare) or _is_part(other_bare, bare):
        found = Titles.PART
    elif changed * 3 <= content:
        found = Titles.NEAR
    else:
        found = Titles.UNLIKE
    has_more = Counter(_numbers(words)) != Counter(_numbers(other_words))
    return Likeness(found, changed, content, numbers_differ, about, has_more)


def compare_authors(one: Sequence[str], other: Sequence[str]) -> Authors:
    """Compare two lists of names; order matters only for who is first."""
    mine = list(dict.fromkeys(filter(None, map(_person, one[:MOST_AUTHORS]))))
    theirs = list(dict.fromkeys(filter(None, map(_person, other[:MOST_AUTHORS]))))
    left = list(theirs)
    shared = 0
    for person in mine:
        match = next((each for each in left if _are_one(person, each)), None)
        if match is not None:
            left.remove(match)
            shared += 1
    same_first = bool(mine and theirs) and _are_one(mine[0], theirs[0])
    counts = sorted((len(mine), len(theirs)))
    return Authors(shared, counts[0], counts[1], same_first)


def block_key(title: str, authors: Sequence[str]) -> int | None:
    """Return a number that a work keeps when a word of its title changes; None without words.

    Made of the first author and the title's longest word: among pairs whose titles changed,
    two of three agree in it, and few strangers do.
    """
    words = _content(title_words(title))
    if not words or not authors:
        return None
    first = _person(authors[0])
    longest = max(words, key=lambda word: (len(word), word))[:BLOCK_LETTERS]
    who = f"{first[0][0]} {first[-1]}" if first else ""
    return zlib.crc32(f"{who} {longest}".encode()) & 0x7FFFFFFF


def shared_text(one: str, other: str) -> float | None:
    """Return the share of the shorter text's runs of words that the other has; None if too short.

    Copies and revisions of one abstract share 0.4 and more, abstracts of two works by the
    same people under 0.1.
    """
    mine, theirs = _runs(one), _runs(other)
    if min(len(mine), len(theirs)) < MIN_RUNS:
        return None
    return len(mine & theirs) / min(len(mine), len(theirs))


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W_]+", text[:MOST_TEXT].lower())
    return set(zip(*(words[start:] for start in range(RUN)), strict=False))


@lru_cache(maxsize=4096)
def _undecorated(title: str) -> str:
    bare = _DECORATION.sub("", title).strip(" *")
    return bare if title_key(bare) else title


@lru_cache(maxsize=4096)
def _count(title: str) -> int:
    """Count the words that say something; "R-CNN" is one."""
    return sum(bool(title_key(word)) and word.lower() not in STOP_WORDS for word in title.split())


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in STOP_WORDS]


def _is_part(short: str, long: str) -> bool:
    """Tell whether the longer title is the shorter one and a subtitle, or its translation."""
    key = title_key(short)
    if len(_content(title_words(short))) < TELLING_WORDS or len(title_key(long)) <= len(key):
        return False
    pieces = {title_key(long[: cut.start()]) for cut in _SUBTITLE.finditer(long)}
    pieces |= {title_key(long[cut.end() :]) for cut in _SUBTITLE.finditer(long)}
    if bracketed := _BRACKETED.search(long):
        pieces |= {title_key(bracketed[1]), title_key(long[: bracketed.start()])}
    return key in pieces


def _numbers_differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether the titles count differently: parts of a series, years of a campaign."""
    mine, theirs = Counter(_numbers(one)), Counter(_numbers(other))
    only_mine, only_theirs = mine - theirs, theirs - mine
    if only_mine and only_theirs:
        return True
    extra = only_mine or only_theirs
    longer = one if only_mine else other
    # "Title" and "Title II" are two works; "Title" and "Team at Task 2016: Title" may be one.
    is_of_series = any(word in _ROMAN or word in _PARTS for word in longer)
    return bool(extra) and (is_of_series or longer[-1] in _ORDINALS.keys() | _one_digit(longer))


def _one_digit(words: Sequence[str]) -> set[str]:
    return {words[-1]} if len(words[-1]) == 1 and words[-1].isdigit() else set()


def _numbers(words: Sequence[str]) -> list[str]:
    found = []
    for before, word in zip(("", *words), words, strict=False):
        if any(map(str.isdigit, word)):
            found.append(word)
        elif before in _SERIES and word in _ROMAN_IN_SERIES:
            found.append(_ROMAN_IN_SERIES[word])
        elif word in _ROMAN:
            found.append(_ROMAN[word])
        elif word in _ORDINALS:
            found.append(_ORDINALS[word])
    return found


def _changed_words(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the content words that are in one title and, in no form, in the other."""
    changed = 0
    for tag, i, j, k, m in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal" or "".join(one[i:j]) == "".join(other[k:m]):
            continue
        mine, theirs = _content(one[i:j]), _content(other[k:m])
        for word in list(mine):
            match = next((each for each in theirs if is_form_of(word, each)), None)
            if match is not None:
                mine.remove(word)
                theirs.remove(match)
        if mine and theirs and _are_one_word("".join(mine), "".join(theirs)):
            continue
        changed += max(len(mine), len(theirs))
    return changed


def _are_one_word(one: str, other: str) -> bool:
    return one == other or (len(one) > 7 and is_slip(one, other))


def is_form_of(one: str, other: str) -> bool:
    """Tell whether two words are one: other endings, one slip of typing, a misread letter."""
    if one == other:
        return True
    if any(map(str.isdigit, one + other)):
        return False
    longer = max(len(one), len(other))
    stem = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    if stem >= max(3, SAME_STEM * longer) or (
        stem >= 3 and {one[stem:], other[stem:]} <= {"", "s", "es"}
    ):
        return True
    return _as_scanned(one) == _as_scanned(other) or is_slip(one, other)


def _as_scanned(word: str) -> str:
    return word.replace("rn", "m").translate(str.maketrans("l1|", "iii"))


def is_slip(one: str, other: str) -> bool:
    """Tell whether one slip of typing, in a longer word, makes one of the other.

    The first letter stays: "convex" and "nonconvex", "causal" and "acausal" are no slips.
    """
    if min(len(one), len(other)) < 5 or one[0] != other[0] or abs(len(one) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:])
    )


@lru_cache(maxsize=4096)
def _person(name: str) -> tuple[str, ...]:
    """Return the words of a name, the family name last, without its suffix."""
    words = re.findall(r"[^\W_]+", fold(to_first_last(re.sub(r"\([^)]*\)", " ", name))))
    while len(words) > 2 and words[-1] in _NAME_SUFFIXES:
        words.pop()
    return tuple(words)


def _are_one(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two names are credibly one person, in lists of one work."""
    if one == other or sorted(one) == sorted(other):
        return True
    if not _are_one_family(one, other):
        return False
    mine, theirs = {word[0] for word in one[:-1]}, {word[0] for word in other[:-1]}
    if not mine or not theirs or mine & theirs:
        return True
    # "Ouais" and "Quais": a slip in the first letter of a given name.
    return one[-1] == other[-1] and len(one[0]) > 3 and one[0][1:] == other[0][1:]


def _are_one_family(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    last, other_last = one[-1], other[-1]
    if _as_german(last) == _as_german(other_last) or _as_scanned(last) == _as_scanned(other_last):
        return True
    # A double name of which one source prints a half.
    if (last in other[1:] or other_last in one[1:]) and one[0][0] == other[0][0]:
        return True
    return is_slip(last, other_last) and one[0][0] == other[0][0]


def _as_german(word: str) -> str:
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u").replace("ss", "s")
