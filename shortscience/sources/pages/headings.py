"""Find headings in running text, and where each one ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shortscience.sources.pages.protect import IMAGE, SPAN
from shortscience.sources.pages.vocabulary import ASKING, CONNECTORS, HEADINGS, OPENERS, plain_name

# A heading of more words is rare; beyond this nothing is looked at.
_MOST_HEADING_WORDS = 14
# Below this score a place is not taken for the end of a heading.
_ENOUGH = 2.5

_TOKEN = re.compile(r"(?<!\S)(?P<hashes>#{1,6})(?:(?=\s+[^\s#])|(?<=##)(?=[A-Z*]))")

# A lone "#" is a heading where a sentence ended and a capital follows, not in "the # of layers".
_MAY_PRECEDE_HEADING = tuple(".!?:;)\"”'’*`" + SPAN + IMAGE)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a line: text below a heading mark, or before the first (`hashes` is "")."""

    hashes: str
    text: str


def split_at_headings(line: str) -> list[Part]:
    """Cut a line before each heading mark."""
    marks = [mark for mark in _TOKEN.finditer(line) if _opens_heading(line, mark)]
    if not marks:
        return [Part("", line)]
    parts = [Part("", line[: marks[0].start()])]
    ends = [mark.start() for mark in marks[1:]] + [len(line)]
    for mark, end in zip(marks, ends, strict=True):
        parts.append(Part(mark["hashes"], line[mark.end() : end].strip()))
    return [part for part in parts if part.hashes or part.text.strip()]


def _opens_heading(line: str, mark: re.Match[str]) -> bool:
    if len(mark["hashes"]) > 1 or mark.start() == 0:
        return True
    following = line[mark.end() : mark.end() + 20].lstrip()[:1]
    before = line[max(0, mark.start() - 20) : mark.start()]
    return (following.isupper() or following in (SPAN, "*")) and (
        before.endswith("  ")
        or before.rstrip().endswith(_MAY_PRECEDE_HEADING)
        or not before.strip()
    )


def cut_heading(text: str, *, is_followed: bool) -> tuple[str, str]:
    """Return (heading, rest) of the text behind a heading mark.

    Args:
        text: what stands between the mark and the next list, image or heading.
        is_followed: a list, image or the like comes next, so the text may be all heading.
    """
    while True:
        heading, rest = _cut_once(text, is_followed=is_followed)
        if not rest:
            return (text, "") if is_followed else _cut_at_colon(text)
        # A heading that could be cut again would change when it is read again.
        shorter, more = _cut_once(heading, is_followed=False)
        if not more:
            return heading, rest
        return shorter, f"{more} {rest}"


def _cut_at_colon(text: str) -> tuple[str, str]:
    """Cut "Datasets: MNIST": a heading with nothing below it has its text behind the colon."""
    name, colon, rest = text.partition(": ")
    if colon and plain_name(name) in HEADINGS and rest.strip():
        return f"{name}:", rest.strip()
    return text, ""


def _cut_once(text: str, *, is_followed: bool) -> tuple[str, str]:
    words = list(re.finditer(r"\S+", text[:1000]))
    best_score, best = 0.0, 0
    for index in range(1, min(len(words), _MOST_HEADING_WORDS + 1)):
        score = _score([word[0] for word in words[: index + 4]], index)
        if score > best_score:
            best_score, best = score, index
    if not best or best_score < _enough(text, words[best - 1][0]):
        return text, ""
    heading, rest = text[: words[best].start()].rstrip(), text[words[best].start() :]
    is_short_verdict = (
        plain_name(heading) in HEADINGS
        and rest.endswith((".", "!", "?"))
        and plain_name(rest[:-1]) not in HEADINGS
    )
    if not is_short_verdict and not _can_be_body(rest, is_followed=is_followed):
        return text, ""
    return heading, rest


def _enough(text: str, last_word: str) -> float:
    """Return the score that a cut needs: less behind a colon, least where a heading is too long."""
    if len(text) > 120 or len(text.split()) > _MOST_HEADING_WORDS:
        return 1.0
    return 2.0 if last_word.endswith(":") else _ENOUGH


def _can_be_body(rest: str, *, is_followed: bool) -> bool:
    """Two words are no sentence; before a list, a few words without a stop are a heading's."""
    count = len(rest[:200].split())
    stops = rest.rstrip().endswith((".", "!", "?", ":", ";"))
    return count >= 3 and (stops or count >= 5 or not is_followed)


def _score(words: list[str], index: int) -> float:
    """Say how much words[index] looks like the first word below a heading of words[:index]."""
    word, before = words[index], words[index - 1]
    if not _can_begin(word) or before.lower() in CONNECTORS or before.endswith((",", "(", "-")):
        return 0.0
    score = 0.0
    if before.endswith(("?", "!", ".")) and not re.fullmatch(r"(?:\d+|[A-Z])\.|vs\.", before):
        score += 4
    elif before.endswith(":"):
        score += 1
    if before.islower() and before.isalpha():
        score += 1.5
    if before.lower() in ASKING:
        score -= 4
    following = words[index + 1] if index + 1 < len(words) else ""
    if following[:1].islower() and following.lower() not in CONNECTORS - {
        "a",
        "an",
        "the",
        "is",
        "are",
        "its",
    }:
        score += 1
    score += _word_score(word) + _heading_score(words, index)
    return score - max(0, index - 8)


def _word_score(word: str) -> float:
    """Score the first word of the text below: "The" and "Intuitively," open sentences."""
    bare = word.strip("\"“'*(").rstrip(",.:;").split("'")[0].split("’")[0]
    if bare.lower() in OPENERS or (bare.endswith("ly") and word.endswith(",")):
        return 3.0
    is_name = bare[1:] != bare[1:].lower()
    return -1.0 if is_name else 0.0


def _heading_score(words: list[str], index: int) -> float:
    """Score the heading itself: one that everybody uses, or an acronym spelt out below."""
    if plain_name(" ".join(words[:index])) in HEADINGS:
        return 3.0
    acronym = words[0]
    initials = "".join(word[:1] for word in words[1 : 1 + len(acronym)])
    is_spelt_out = index == 1 and len(acronym) > 2 and acronym.isupper()
    return 4.0 if is_spelt_out and initials.upper().startswith(acronym[:3]) else 0.0


def _can_begin(word: str) -> bool:
    """Text below a heading begins with a capital, a formula, or something emphasised."""
    bare = word.lstrip("\"“'(")
    return bare[:1].isupper() or bare.startswith(("**", "__")) or bare[:1] == SPAN
