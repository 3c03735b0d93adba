"""The writing guide: `guide.md` beside this file, with each example as typed and as shown.

A `##` line begins a chapter; a fenced block marked `example` is rendered by the same code as a
summary. The page and the file in the repository therefore never disagree with the renderer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

from shortscience.lib import markup
from shortscience.lib.titles import slugify

SOURCE = Path(__file__).with_name("guide.md")

# An example goes first: a line in it may look like the beginning of a chapter.
_PIECE = re.compile(r"^````example\n(?P<example>.*?)^````$|^## (?P<title>[^\n]+)$", re.M | re.S)

# The guide cites this paper whether or not the site has it.
_CITED = {
    "conf/cvpr/HeZRS16": markup.CitedPaper(
        url="/search?q=conf/cvpr/HeZRS16",
        label="He et al., 2016",
        title="Deep Residual Learning for Image Recognition",
    )
}


@dataclass(frozen=True, slots=True)
class Part:
    """Some text of the guide; or an example, when `source` is set."""

    html: SafeString
    source: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    anchor: str
    parts: tuple[Part, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return the guide, rendered once per process."""
    text = SOURCE.read_text("utf-8")
    found: list[tuple[str, list[Part]]] = []
    end = 0
    for piece in [*_PIECE.finditer(text), None]:
        between = text[end : piece.start() if piece else len(text)]
        if found and between.strip():
            found[-1][1].append(_part(between, found[-1]))
        if piece and piece["title"]:
            found.append((piece["title"], []))
        elif piece:
            found[-1][1].append(_part(piece["example"], found[-1], is_example=True))
        end = piece.end() if piece else end
    return tuple(Chapter(title, slugify(title), tuple(parts)) for title, parts in found)


def _part(text: str, chapter: tuple[str, list[Part]], *, is_example: bool = False) -> Part:
    title, before = chapter
    html = _html(text, f"{slugify(title)}-{len(before)}-")
    return Part(html, source=text.rstrip("\n") if is_example else "")


def _html(text: str, id_prefix: str) -> SafeString:
    rendered = markup.render(text, resolve=_cited, id_prefix=id_prefix)
    # Safe: made by the renderer of all texts, from a file of ours.
    return mark_safe(rendered.html)  # noqa: S308


def _cited(_keys: Collection[str]) -> Mapping[str, markup.CitedPaper]:
    return _CITED
