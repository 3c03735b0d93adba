"""What a summary's text says about its own paper: names, authors, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from shortscience.lib.plaintext import fold
from shortscience.sources.pages import mentions

# A text names its paper early; what comes later may be any paper.
OPENING_WORDS = 100
# The words of its title, said one after the other, may come somewhat later.
PHRASE_WORDS = 250
_LONGEST_NAME_WORDS = 16

_OTHERS_HEADING = re.compile(
    r"^#{1,6}\s+(?:see also|related|references|further reading|links|bibliography)\b.*",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_HYPHENS = re.compile(r"(?<=\w)[-‐‑‒–](?=\w)")
_PLURAL = re.compile(r"(?:(?<=ch|sh|ss)es|(?<=x)es|s)$")
_WORD = re.compile(r"[^\W_]+")
_SURNAME = r"[^\W\d_a-zß-ÿ][^\W\d_]+(?:[-'’][^\W\d_]+)*"
_LEAD = re.compile(
    rf"(?P<first>{_SURNAME})(?:,? (?:and|&) (?P<second>{_SURNAME}))?"
    r"(?P<et_al>,? et\.? al\b\.?|,? and (?:colleagues|co-?workers|co-?authors)\b)?(?=[\s,('’])"
)
# What may stand before the authors: a heading, "In this paper,", "This paper by".
_BEFORE_LEAD = re.compile(
    r"(?:\s*#{1,6} [^\n]{0,40}\n+)?\s*[*_>]*\s*(?:(?:In (?:this|their) (?:paper|work),? )|"
    r"(?:(?:This|The) (?:paper|work|article) (?:by|of|from) ))?"
)
_LEAD_CITE = re.compile(r"(?:\s*#{1,6} [^\n]{0,40}\n+)?[\s*_>]*(?:Summary of )?\\cite\{([^{},]+)\}")

FUNCTION_WORDS = frozenset(
    "a an and are as at by do for from in is it its of on or that the to with".split()
)
_CITATION = re.compile(
    rf"{mentions.CITE.pattern}|\({_SURNAME}(?: et al\.?| (?:and|&) {_SURNAME})?,? \d{{4}}[a-z]?\)"
)
# Stands in the words where the text cites: the name before is another paper's.
_CITED = "citedhere"
_FILLERS = frozenset(
    "the this paper article in introduction overview summary of on title abstract work review "
    "notes tldr a an idea main".split()
)
_NAMING = (
    "introduc", "propos", "present", "call", "name", "dub", "term", "develop", "describ", "coin",
)  # fmt: skip
# So does "a new design: the …" before a title's very words.
NAMING_OR_NEW = (*_NAMING, "new", "novel")
_RELATION = frozenset(
    """after against and apply applied applies base based beat beats build builds by compare
    compared extend extended extending extends extension follow following follows for from improve
    improved improvement improvements improves improving in inspired into like of on or original
    outperform outperforms over prior previous results similar than through to unlike upon use
    used uses using variant via vs with without""".split()
)


@dataclass(frozen=True, slots=True)
class Lead:
    """The people a text begins with: "Li et al.", "Kurakin and Goodfellow"."""

    first: str
    second: str
    has_others: bool


@dataclass(frozen=True, slots=True)
class Clues:
    """What one text says about its own paper."""

    arxiv_id: str
    cited_key: str
    lead: Lead | None
    opening: tuple[str, ...]  # words, folded, hyphens removed
    cased: tuple[str, ...]  # the same words as printed
    stems: frozenset[str]
    spaced: str  # " all the words ", to find words that lost the hyphen between them
    pairs: frozenset[str]  # neighbouring words written together, for titles that join them
    phrase: str  # the telling words of the beginning, without spaces
    phrase_starts: dict[int, int]  # where a word begins in `phrase`, and which of the words it is
    beginning: tuple[str, ...]  # those words


def words_of(text: str) -> list[str]:
    """Return the words, folded and without hyphens: "Mask R-CNN" gives mask, rcnn."""
    return _WORD.findall(_HYPHENS.sub("", fold(text)))


def telling(words: Iterable[str]) -> list[tuple[int, str]]:
    """Return (index, word in the singular) of the words that are not "of" and "the"."""
    return [
        (index, _PLURAL.sub("", word))
        for index, word in enumerate(words)
        if word not in FUNCTION_WORDS
    ]


def stem(word: str) -> str:
    """Return a word's beginning, the same for "robust" and "robustness"."""
    short = word[:-1] if word.endswith("s") and len(word) > 3 else word
    return short[:6]


def read_clues(text: str) -> Clues:
    """Return what a restored Markdown text says about its own paper."""
    own = _OTHERS_HEADING.sub("", text) or text
    plain = mentions.without_references(_CITATION.sub(f" {_CITED} ", own))[:100_000]
    words = words_of(plain)
    cased = _WORD.findall(_HYPHENS.sub("", plain[:3000]))[:OPENING_WORDS]
    beginning = tuple(words[:PHRASE_WORDS])
    phrase, starts = "", {}
    for index, word in telling(beginning):
        starts[len(phrase)] = index
        phrase += word
    cite = _LEAD_CITE.match(own[:400])
    return Clues(
        arxiv_id=mentions.own_arxiv_id(text),
        cited_key=cite[1].strip() if cite else "",
        lead=_lead(own),
        opening=tuple("".join(words_of(word)) for word in cased),
        cased=tuple(cased),
        stems=frozenset(map(stem, words)),
        spaced=f" {' '.join(words)} ",
        pairs=frozenset((one + other).removesuffix("s") for one, other in pairwise(words)),
        phrase=phrase,
        phrase_starts=starts,
        beginning=beginning,
    )


class Standing(Enum):
    """How a name stands in a text that it may be the subject of."""

    AT_START = "only words such as “Overview” or “The paper” stand before"
    INTRODUCED = "the words before say that the paper gives this name: “they call it …”"


@dataclass(frozen=True, slots=True)
class Naming:
    """A run of words that may be the paper's name: how it stands there, and its spelling."""

    standing: Standing
    cased: tuple[str, ...]


def names_in_opening(clues: Clues) -> dict[str, Naming]:
    """Return every run of words, without spaces, that stands where a text names its paper."""
    opening = clues.opening
    names: dict[str, Naming] = {}
    for at in range(len(opening)):
        standing = standing_at(opening, at)
        if not standing:
            continue
        for count in range(1, min(_LONGEST_NAME_WORDS, len(opening) - at) + 1):
            if _CITED in opening[at + count - 1 : at + count + 1]:
                break
            name = "".join(opening[at : at + count])
            if name not in names or names[name].standing is not Standing.INTRODUCED:
                names[name] = Naming(standing, clues.cased[at : at + count])
    return names


def standing_at(
    opening: tuple[str, ...], at: int, naming: tuple[str, ...] = _NAMING
) -> Standing | None:
    """Tell how the word with this index stands, or None if it may be about anything."""
    for word in reversed(opening[max(0, at - 8) : at]):
        if word.startswith(naming):
            return Standing.INTRODUCED
        if word in _RELATION:
            break
    is_at_start = at <= 4 and all(word in _FILLERS for word in opening[:at])
    return Standing.AT_START if is_at_start else None


def _lead(text: str) -> Lead | None:
    start = _BEFORE_LEAD.match(text[:400])
    found = _LEAD.match(text[:400], start.end() if start else 0)
    if not found or not (found["et_al"] or found["second"]):
        return None
    first, second = (words_of(found[name] or "") for name in ("first", "second"))
    return Lead("".join(first), "".join(second), bool(found["et_al"]))
