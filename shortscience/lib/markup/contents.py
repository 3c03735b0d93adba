"""The table of contents of a long note: links to its headings, two levels of them."""

from collections.abc import Callable, Sequence
from copy import copy
from html import escape
from itertools import pairwise

from markdown_it.token import Token

# Three headings are seen at one glance down the page.
FROM_HEADINGS = 4

# What a link may not hold, or what would be there twice.
_LEFT_OUT = ("link_open", "link_close", "footnote_ref", "image", "task", "softbreak", "hardbreak")


def _as_in_link(child: Token) -> Token:
    mine = copy(child)
    mine.meta = {**child.meta, "in_link": True}
    return mine


def contents_html(
    tokens: Sequence[Token], *, prefix: str, name: str, inline: Callable[[Sequence[Token]], str]
) -> str:
    """Return a `nav` with a link to each heading, or nothing for a note with few.

    Args:
        name: of the note; several of them stand on one page, and each `nav` has a name of its own.
        inline: writes what stands in a heading.
    """
    headings = [
        (opening, text)
        for opening, text in pairwise(tokens)
        # Not those of a quotation.
        if opening.type == "heading_open" and opening.level == 0
    ]
    if len(headings) < FROM_HEADINGS:
        return ""
    top = min(opening.tag for opening, _text in headings)
    items: list[str] = []
    inner: list[str] = []
    for opening, text in reversed(headings):
        shown = inline(
            [_as_in_link(child) for child in text.children or () if child.type not in _LEFT_OUT]
        )
        link = f'<a href="#{escape(prefix + str(opening.attrs["id"]))}">{shown}</a>'
        if opening.tag == top:
            nested = f"<ul>{''.join(reversed(inner))}</ul>" if inner else ""
            items.append(f"<li>{link}{nested}</li>")
            inner = []
        else:
            inner.append(f"<li>{link}</li>")
    # What comes before the first heading of the top level stands beside it.
    listed = "".join(reversed([*items, *inner]))
    label = escape(f"Contents of {name}" if name else "Contents")
    return f'<nav class="contents" aria-label="{label}"><p>Contents</p><ul>{listed}</ul></nav>'
