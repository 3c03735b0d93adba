"""The lines of a text that show why a search found it, with the words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shortscience.lib.plaintext import squeeze

if TYPE_CHECKING:
    from shortscience.papers.models import Paper
    from shortscience.summaries.models import Summary

# Two lines on a wide page, four on a phone.
LENGTH = 260
# How much of it stands before the first hit.
BEFORE = 80
# A text is searched this far for its words; what stands later is rarely what it is about.
READ = 40_000

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_CITE = re.compile(r"\\cite\{[^}\n]*\}")
_SIGNS = re.compile(
    r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+|\|?[-:| ]+\|\s*$)|\*\*|__|`"
    # Of emphasis by one sign only stars go: a low line may be the index of a formula.
    r"|(?<![\w*])\*(?=\w)|(?<=\w)\*(?![\w*])",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """Safe HTML of a few lines, and the summary they come from; None for the abstract."""

    html: SafeString
    summary: Summary | None


def snippet_of(paper: Paper, summaries: Sequence[Summary], words: Sequence[str]) -> Snippet | None:
    """Return lines of the text that has most of the words: a summary, else the abstract."""
    texts: list[tuple[str, Summary | None]] = [
        (readable(summary.text), summary) for summary in summaries
    ]
    if paper.abstract:
        texts.append((squeeze(paper.abstract[:READ]), None))
    if not texts:
        return None
    # `max` keeps the first of equals: the best summary.
    text, summary = max(texts, key=lambda pair: _hits(pair[0], words))
    return Snippet(marked(cut(text, words), words), summary)


def readable(source: str) -> str:
    """Return Markdown as one line without most of its signs; formulas stay as typed."""
    text = _ADDRESS.sub("", _LINK.sub(r"\1", source[:READ]))
    return squeeze(_SIGNS.sub("", _CITE.sub("", text)))


def cut(text: str, words: Sequence[str]) -> str:
    """Return about LENGTH characters around the first word met, at the borders of words."""
    found = _pattern(words).search(text) if words else None
    start = max(0, found.start() - BEFORE) if found else 0
    end = start + LENGTH
    if start:
        start = text.rfind(" ", 0, start) + 1 or start
    if end < len(text):
        end = max(text.rfind(" ", start + 1, end), start + LENGTH // 2)
    piece = text[start:end].strip()
    return f"{'… ' if start else ''}{piece}{' …' if end < len(text) else ''}"


def marked(text: str, words: Sequence[str]) -> SafeString:
    """Return the text as safe HTML with each word in a <mark>."""
    if not words:
        return format_html("{}", text)
    # `split` with a group gives text, hit, text, hit, …; format_html escapes each.
    pieces = _pattern(words).split(text)
    return format_html_join(
        "",
        "{}{}",
        (
            (piece, "") if index % 2 == 0 else (format_html("<mark>{}</mark>", piece), "")
            for index, piece in enumerate(pieces)
        ),
    )


def _hits(text: str, words: Sequence[str]) -> int:
    folded = text.lower()
    return sum(word in folded for word in words)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})", re.IGNORECASE)
