"""The words of a note without its markup: for feeds, descriptions, reading time, search."""

import re
from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from shortscience.lib.markup.links import host_of

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SPACES = re.compile(r"\s+")
_BLOCK_ENDS = ("paragraph_close", "heading_close", "tr_close", "td_close", "th_close")


def readable_text(tokens: Iterable[Token]) -> str:
    """Return the text of the tokens on one line; formulas as TeX, addresses as their host."""
    return _SPACES.sub(" ", "".join(_texts(tokens))).strip()


def word_count(tokens: Iterable[Token]) -> int:
    """Return the number of words; a formula counts by the letters and numbers it shows."""
    return len(_WORD.findall(readable_text(tokens)))


def shortened(text: str, limit: int) -> str:
    """Return the text, cut at the end of a word with "…" if it is longer than the limit."""
    if len(text) <= limit:
        return text
    room = max(limit - 1, 0)
    kept = text[:room]
    if " " in kept.rstrip() and not (text[room].isspace() or kept[-1].isspace()):
        kept = kept.rsplit(None, 1)[0]
    return f"{kept.rstrip(' ,;:')}…"


def _texts(tokens: Iterable[Token]) -> Iterator[str]:
    bare_address = False
    for token in tokens:
        if token.type == "footnote_block_open":
            return
        if token.type == "inline":
            yield from _texts(token.children or ())
        elif token.type == "link_open":
            bare_address = token.markup in ("autolink", "linkify")
        elif token.type == "text" and bare_address:
            yield host_of(token.content) or token.content
            bare_address = False
        elif token.type in _BLOCK_ENDS:
            yield " "
        else:
            yield _of_leaf(token)


def _of_leaf(token: Token) -> str:
    if token.type in ("text", "code_inline", "fence", "code_block", "image", "media"):
        return token.content
    if token.type in ("math_inline", "math_display"):
        return f" {token.content} " if token.type == "math_display" else token.content
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return ", ".join(token.meta["keys"]) if token.type == "cite" else ""
