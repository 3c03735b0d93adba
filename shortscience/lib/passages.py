"""Passages of a text: what is quoted, where it stands, and where it stands after the text changed.

A passage is named as the W3C Web Annotation Data Model names it: by its words with some of what
stands around them (TextQuoteSelector) and by its place (TextPositionSelector). Both speak of the
*reading text* of a rendered note, which `static/js/notes.js` makes in the same way in a browser:

- the text of the page in its order, each run of white space as one space, none at either end;
- a block (paragraph, item, cell, line break…) begins and ends with white space;
- the arrow that leads back from a footnote is no part of it;
- a formula is its source between dollars, as `$x^2$`, and is quoted whole or not at all.

Places count characters (code points), not bytes and not UTF-16 units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from html.parser import HTMLParser

# What is kept of the text around a passage: enough to tell two equal sentences apart.
CONTEXT = 32
# A long paragraph. Who means more than that means the summary.
MAX_QUOTE = 2000
# A passage whose words changed is the same one while so much of it is there; below that, a reader
# would not see why the note stands where it does.
ALIKE = 0.6
# Equal passages that are looked at: "the" stands a thousand times in a long text.
_MAX_PLACES = 200

# As JavaScript's `\s`, so that both sides see white space in the same places.
_SPACE = re.compile("[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
BLOCKS = frozenset(
    "blockquote br div dd dl dt figcaption figure h3 h4 h5 h6 hr li nav ol p pre section table"
    " tbody td th thead tr ul".split()
)


class Fate(StrEnum):
    """What became of a passage."""

    SAME = "same"
    # Its words changed, but it is there.
    ALTERED = "altered"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the reading text: characters from `start` up to, not with, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage by its words and by what stood before and after it."""

    exact: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a passage stands now; `span` is None when it is gone."""

    fate: Fate
    span: Span | None


@dataclass(frozen=True)
class Reading:
    """A note's reading text. `formulas` are the places of its formulas, with the signs shown."""

    text: str
    formulas: tuple[tuple[Span, str], ...] = ()

    def quote(self, span: Span) -> Quote:
        """Return the passage at this place, with what stands around it."""
        return Quote(
            exact=self.text[span.start : span.end],
            prefix=self.text[max(0, span.start - CONTEXT) : span.start],
            suffix=self.text[span.end : span.end + CONTEXT],
        )

    def places_of(self, typed: str, prefix: str = "", suffix: str = "") -> list[Span]:
        """Return where the typed or pasted passage stands, in order; the best fit alone where
        what stands around it tells.

        A passage that is not there letter by letter is looked for by its letters and digits
        alone, with formulas as they are shown or as they are written: so a browser copies them.
        """
        exact = squeezed(typed)
        spans = list(_occurrences(self.text, exact)) or self._loosely(exact)
        if len(spans) < 2 or not (prefix or suffix):
            return spans
        around = _SPACE.sub(" ", prefix), _SPACE.sub(" ", suffix)
        fits = [self._fit(span, *around) for span in spans]
        best = max(fits)
        return [span for span, fit in zip(spans, fits, strict=True) if fit == best]

    def find_again(self, quote: Quote, *, near: int) -> Found:
        """Return where a passage of an older text stands in this one.

        Args:
            near: where it stood before.
        """
        spans = list(_occurrences(self.text, quote.exact))
        if spans:
            fit = {span: self._fit(span, quote.prefix, quote.suffix) for span in spans}
            nearest = max(spans, key=lambda span: (fit[span], -abs(span.start - near)))
            return Found(Fate.SAME, nearest)
        span = self._alike(quote.exact)
        return Found(Fate.ALTERED, span) if span else Found(Fate.GONE, None)

    def _fit(self, span: Span, prefix: str, suffix: str) -> int:
        """Return how many characters around this place are as they should be."""
        before = self.text[max(0, span.start - len(prefix)) : span.start]
        after = self.text[span.end : span.end + len(suffix)]
        return _common(before[::-1], prefix[::-1]) + _common(after, suffix)

    def _alike(self, exact: str) -> Span | None:
        """Return the part of this text that has most of the passage's words in their order."""
        words = [found[0] for found in _TOKEN.finditer(exact)]
        matcher = SequenceMatcher(None, autojunk=False)
        matcher.set_seq2(words)
        matcher.set_seq1([word for word, _ in self._words])
        core = matcher.find_longest_match()
        # As much around the longest common run as the passage has, and half of it again.
        slack = len(words) // 2
        low = max(0, core.a - core.b - slack)
        high = min(len(self._words), core.a - core.b + len(words) + slack)
        matcher.set_seq1([word for word, _ in self._words[low:high]])
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        if not blocks:
            return None
        first, last = low + blocks[0].a, low + blocks[-1].a + blocks[-1].size - 1
        common = sum(block.size for block in blocks)
        if 2 * common < ALIKE * (last - first + 1 + len(words)):
            return None
        return self._whole(Span(self._words[first][1].start, self._words[last][1].end))

    def _loosely(self, typed: str) -> list[Span]:
        wanted = "".join(map(str.casefold, filter(str.isalnum, typed)))
        if not wanted:
            return []
        for letters, places in (self._letters(shown=True), self._letters(shown=False)):
            spans = [
                self._whole(Span(places[at.start], places[at.end - 1] + 1))
                for at in _occurrences(letters, wanted)
            ]
            if spans:
                return list(dict.fromkeys(spans))
        return []

    def _letters(self, *, shown: bool) -> tuple[str, list[int]]:
        """Return the letters and digits of the text, and the place of each."""
        letters: list[str] = []
        places: list[int] = []
        signs = {span.start: (span, text) for span, text in self.formulas} if shown else {}
        at = 0
        while at < len(self.text):
            span, text = signs.get(at, (Span(at, at + 1), self.text[at]))
            for letter in "".join(filter(str.isalnum, text)).casefold():
                letters.append(letter)
                places.append(at)
            at = span.end
        return "".join(letters), places

    def _whole(self, span: Span) -> Span:
        """Return the place with the formulas that it cuts into."""
        start, end = span.start, span.end
        for formula, _signs in self.formulas:
            if formula.start < end and start < formula.end:
                start, end = min(start, formula.start), max(end, formula.end)
        return Span(start, end)

    @cached_property
    def _words(self) -> list[tuple[str, Span]]:
        return [(one[0], Span(one.start(), one.end())) for one in _TOKEN.finditer(self.text)]


def read(html: str) -> Reading:
    """Return the reading text of a note's HTML, as `lib.markup` wrote it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.reading()


def squeezed(text: str) -> str:
    """Return the text with each run of white space as one space, and none at its ends."""
    return _SPACE.sub(" ", text).strip(" ")


def _occurrences(text: str, part: str) -> Iterator[Span]:
    at = text.find(part) if part else -1
    for _ in range(_MAX_PLACES):
        if at < 0:
            return
        yield Span(at, at + len(part))
        at = text.find(part, at + 1)


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    for number, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return number
    return min(len(one), len(other))


class _Reader(HTMLParser):
    """Puts the reading text together while the HTML is read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._text: list[str] = []
        self._length = 0
        self._formulas: list[tuple[Span, str]] = []
        # Inside a formula: its signs as shown, its source, and which of them is being read.
        self._signs: list[str] | None = None
        self._source: list[str] = []
        self._is_source = False
        self._is_arrow = False

    def reading(self) -> Reading:
        text = "".join(self._text)
        return Reading(text[:-1] if text.endswith(" ") else text, tuple(self._formulas))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("class", "footnote-back") in attrs:
            self._is_arrow = True
        elif tag == "math":
            self._signs, self._source = [], []
        elif tag == "annotation":
            self._is_source = True
        elif tag in BLOCKS:
            self._add(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "math" and self._signs is not None:
            signs, self._signs = "".join(self._signs), None
            start = self._length
            self._add(f"${squeezed(''.join(self._source) or signs)}$")
            self._formulas.append((Span(start, self._length), signs))
        elif tag == "annotation":
            self._is_source = False
        elif tag == "a":
            self._is_arrow = False
        elif tag in BLOCKS:
            self._add(" ")

    def handle_data(self, data: str) -> None:
        if self._is_arrow:
            return
        if self._signs is None:
            self._add(data)
        else:
            (self._source if self._is_source else self._signs).append(data)

    def _add(self, text: str) -> None:
        text = _SPACE.sub(" ", text)
        if text.startswith(" ") and (not self._text or self._text[-1].endswith(" ")):
            text = text[1:]
        if text:
            self._text.append(text)
            self._length += len(text)
