"""Hide what must never be cut (formulas, code, links, addresses) while structure is restored."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shortscience.sources.pages import mentions

# Every span becomes one character, by kind: images and the rest are placed differently.
SPAN = "\ue000"
IMAGE = "\ue001"
MASKS = SPAN + IMAGE

_SPANS = re.compile(
    "|".join(
        (
            r"(?P<fence>```.*?```|~~~.*?~~~)",
            r"(?P<code>(?<!`)(?P<ticks>`{1,2})(?!`)[^`]{1,2000}?(?P=ticks)(?!`))",
            r"(?P<display>\$\$[^$]{1,5000}\$\$)",
            # A body never holds its own opener, so that a text of openers costs no more.
            r"(?P<brackets>\\\[(?:[^\\]|\\[^\[\]]){1,5000}\\\]|\\\((?:[^\\]|\\[^()]){1,2000}\\\))",
            r"(?P<image>!\[[^\[\]]{0,300}\]\(\s*[^()\s]{1,2000}[^()]{0,300}\))",
            r"(?P<link>!?\[[^\[\]]{0,500}\]\([^()\s]{0,2000}(?:\([^()\s]{0,300}\)[^()\s]{0,300})?\))",
            r"(?P<cite>\\cite\{[^{}]{0,300}\})",
            r"(?P<math>(?<![\\$\w])\$(?![\s$])[^$\n]{0,1000}?(?<![\s\\])\$(?![\d$]))",
            r"(?P<address><?https?://[^\s<>]{1,2000}>?)",
        )
    ),
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with one character per hidden span, and the spans in their order."""

    text: str
    spans: tuple[str, ...]


def mask(text: str) -> Masked:
    """Hide every formula, piece of code, link, cite and address behind one character."""
    spans: list[str] = []

    def hide(match: re.Match[str]) -> str:
        spans.append(match[0])
        is_image = bool(match["image"] or mentions.BARE_MEDIUM.fullmatch(match[0]))
        return IMAGE if is_image else SPAN

    # A mask that stands in the text already is hidden like a span, so that counting agrees.
    pattern = re.compile(f"[{MASKS}]|{_SPANS.pattern}", re.DOTALL)
    return Masked(pattern.sub(hide, text), tuple(spans))


def unmask(text: str, spans: tuple[str, ...]) -> str:
    """Put the hidden spans back; the text must hold its masks in the original order."""
    parts = iter(spans)
    return re.sub(f"[{MASKS}]", lambda _: next(parts), text)
