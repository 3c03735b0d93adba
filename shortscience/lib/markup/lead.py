"""The first part of a note, for lists: whole blocks, or a long first paragraph cut short."""

import re
from collections.abc import Sequence
from copy import copy

from markdown_it.token import Token

from shortscience.lib.markup.wording import readable_text

# About eight lines at the reading width: enough to decide whether to open the rest.
LEAD_LENGTH = 600

# A first paragraph up to this length is shown whole; a longer one is cut.
LONGEST_FIRST_PARAGRAPH = 900

# A cut at the end of a sentence is worth a line more.
_OVERRUN = 80

# Folding away less than this costs a click and saves nothing.
SMALLEST_REST = 200

_SENTENCE_END = re.compile(r"[.!?][”\")]?(?=\s)")


def top_level_blocks(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the tokens grouped by the blocks of the outermost level, in order."""
    blocks: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            blocks.append([])
        blocks[-1].append(token)
        depth += token.nesting
    return blocks


def lead_size(blocks: Sequence[Sequence[Token]]) -> int:
    """Return how many blocks make the lead; all of them if little would be left."""
    lengths = [len(readable_text(block)) for block in blocks]
    taken = total = 0
    while taken < len(blocks) and (taken == 0 or total + lengths[taken] <= LEAD_LENGTH):
        total += lengths[taken]
        taken += 1
    while 1 < taken < len(blocks) and blocks[taken - 1][0].type == "heading_open":
        taken -= 1
    has_pictures = any(token.type == "media" for block in blocks[taken:] for token in block)
    return taken if has_pictures or sum(lengths[taken:]) >= SMALLEST_REST else len(blocks)


def cut_paragraph(block: Sequence[Token]) -> list[Token] | None:
    """Return a long paragraph cut at a sentence or word, with "…"; `None` if it is short.

    Only plain text of the paragraph itself is cut, never a link, a formula or emphasis.
    """
    if [token.type for token in block] != ["paragraph_open", "inline", "paragraph_close"]:
        return None
    if len(readable_text(block)) <= LONGEST_FIRST_PARAGRAPH:
        return None
    opening, inline, closing = block
    children = _cut(inline.children or [])
    if children is None:
        return None
    shorter = copy(inline)
    shorter.children = children
    return [opening, shorter, closing]


def _cut(children: Sequence[Token]) -> list[Token] | None:
    kept: list[Token] = []
    length = depth = 0
    for child in children:
        depth += child.nesting
        here = len(readable_text([child]))
        if depth == 0 and child.type == "text" and length + here > LEAD_LENGTH:
            last = copy(child)
            last.content = _ending(child.content, max(LEAD_LENGTH - length, 0))
            return [*kept, last]
        if length > LONGEST_FIRST_PARAGRAPH:
            return None
        length += here
        # The whole note follows in the fold: its ids are there.
        if child.type == "claim_open":
            child = copy(child)
            child.meta = {**child.meta, "is_copy": True}
        if child.type != "footnote_ref":
            kept.append(_without_number(child) if child.type == "cite" else child)
    return None


def _without_number(cite: Token) -> Token:
    """Return the cite as an excerpt shows it: the way to the references is in the whole note."""
    plain = copy(cite)
    plain.meta = {**cite.meta, "is_excerpt": True}
    return plain


def _ending(text: str, room: int) -> str:
    """Return the beginning of the text up to `room`, or to the end of a sentence nearby."""
    kept = text[:room]
    sentences = list(_SENTENCE_END.finditer(text, 0, room + _OVERRUN))
    if sentences and sentences[-1].end() > room // 2:
        return f"{text[: sentences[-1].end()]} …"
    at_word = kept.rsplit(None, 1)[0] if len(kept.split()) > 1 else ""
    return f"{at_word.rstrip(' ,;:')}…"
