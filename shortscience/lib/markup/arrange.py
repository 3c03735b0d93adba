"""What happens to the parsed tokens before they are written out.

Markdown puts images and display formulas into paragraphs, where HTML allows no block; here such a
paragraph is split around them. Headings get their ids, list items their task boxes, and whatever
stands inside a link learns that it must not be a link itself.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from shortscience.lib.markup.media import media_in

# `#` in a note is the third level of a page: the site and the paper are above it.
HEADING_SHIFT = 2
_LAST_HEADING = 6

_TASK = re.compile(r"\[([ xX])\]\s+")
_PUNCTUATION = re.compile(r"[.,;:!?]+")
_NOT_WORD = re.compile(r"[\W_]+")
_BREAKS = ("softbreak", "hardbreak")
_OF_THEIR_OWN = ("link_open", "image", "footnote_ref", "cite", "math_display", "claim_open")
_LABEL = re.compile(r"\\label\{([^{}]{1,40})\}")


def arrange_plugin(md: MarkdownIt) -> None:
    """Run the three steps after every other rule has had its say."""
    md.core.ruler.push("inside_links", _mark_inside_links)
    md.core.ruler.push("headings", _name_headings)
    md.core.ruler.push("formulas", _name_formulas)
    md.core.ruler.push("tasks", _mark_tasks)
    md.core.ruler.push("split_paragraphs", _split_paragraphs)


def _mark_inside_links(state: StateCore) -> None:
    for token in state.tokens:
        links = 0
        for child in token.children or ():
            if child.type in ("link_open", "link_close"):
                links += child.nesting
            elif links:
                child.meta["in_link"] = True


def _name_headings(state: StateCore) -> None:
    used: dict[str, int] = {}
    for heading, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if heading.type == "heading_open":
            level = int(heading.tag[1]) + HEADING_SHIFT
            heading.tag = f"h{min(level, _LAST_HEADING)}"
            heading.attrs["id"] = _unused(_slug(inline), used)
            heading.meta["is_link"] = _is_link(inline)
    opened: Token | None = None
    for token in state.tokens:
        if token.type == "heading_open":
            opened = token
        elif token.type == "heading_close" and opened is not None:
            token.tag, token.meta["is_link"] = opened.tag, opened.meta["is_link"]


def _is_link(inline: Token) -> bool:
    """Say whether all of a heading may be one link: nothing in it is or scrolls by itself."""
    mine = False
    for child in inline.children or ():
        if child.type in _OF_THEIR_OWN:
            return False
        if child.type == "math_inline":
            # A long one becomes a box that takes the focus.
            child.meta["in_link"] = True
        mine = mine or child.type != "text" or bool(child.content.strip())
    return mine


def _name_formulas(state: StateCore) -> None:
    """Name each display formula by its `\\label`, else by its own text: edits elsewhere keep it."""
    used: dict[str, int] = {}
    for token in _all(state.tokens):
        if token.type == "math_display":
            label = _LABEL.search(token.content)
            said = _NOT_WORD.sub("-", label[1].lower()).strip("-") if label else ""
            tex = " ".join(token.content.split())
            mark = said.removeprefix("eq-") or blake2b(tex.encode(), digest_size=3).hexdigest()
            token.meta["id"] = _unused(f"eq-{mark}", used)


def _all(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())


def _slug(inline: Token) -> str:
    text = "".join(child.content for child in inline.children or ())
    return _NOT_WORD.sub("-", text.lower())[:60].strip("-") or "section"


def _unused(slug: str, used: dict[str, int]) -> str:
    name = slug
    while name in used:
        used[slug] += 1
        name = f"{slug}-{used[slug]}"
    used[name] = 1
    return name


def _mark_tasks(state: StateCore) -> None:
    lists: list[Token] = []
    for at, token in enumerate(state.tokens):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(token)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "inline" and at >= 2 and state.tokens[at - 2].type == "list_item_open":
            _mark_task(token, item=state.tokens[at - 2], parent=lists[-1])


def _mark_task(inline: Token, *, item: Token, parent: Token) -> None:
    children = inline.children or []
    box = _TASK.match(children[0].content) if children and children[0].type == "text" else None
    if box is None:
        return
    children[0].content = children[0].content[box.end() :]
    mark = Token("task", "", 0)
    mark.meta["done"] = box[1] != " "
    children.insert(0, mark)
    item.attrs["class"] = "task"
    parent.attrs["class"] = "task-list"


def _split_paragraphs(state: StateCore) -> None:
    arranged: list[Token] = []
    tokens = iter(state.tokens)
    for token in tokens:
        if token.type == "inline" and arranged and arranged[-1].type == "paragraph_open":
            pieces = list(_pieces(token.children or []))
            if any(isinstance(piece, Token) for piece in pieces):
                arranged.extend(_rebuilt(arranged.pop(), token, pieces, tokens))
                continue
        arranged.append(token)
    state.tokens = arranged


def _rebuilt(
    opening: Token, inline: Token, pieces: list[Token | list[Token]], following: Iterator[Token]
) -> Iterator[Token]:
    """Yield the paragraph as paragraphs and blocks, up to and with its closing token."""
    closing = Token("paragraph_close", "p", -1, block=True, hidden=opening.hidden)
    is_open = False
    for piece in pieces:
        if isinstance(piece, Token):
            if is_open:
                yield closing
            yield piece
        else:
            yield opening
            yield Token(
                "inline", "", 0, children=piece, content=inline.content, block=True, map=inline.map
            )
        is_open = not isinstance(piece, Token)
    for token in following:
        if token.type == "paragraph_close":
            break
        if not is_open:
            yield opening
            is_open = True
        yield token
    if is_open:
        yield closing


def _pieces(children: list[Token]) -> Iterator[Token | list[Token]]:
    """Yield the runs of inline tokens and, between them, the tokens that are blocks."""
    run: list[Token] = []
    display: Token | None = None
    for line in _lines(children):
        for piece in _line_pieces(line):
            if isinstance(piece, Token):
                yield from _non_empty(run)
                run = []
                display = piece if piece.type == "math_display" else None
                yield piece
            elif display is not None and not run and (end := _leading_punctuation(piece)):
                display.content = display.content.rstrip() + end
                run = _trimmed(piece)
            else:
                run += piece
    yield from _non_empty(run)


def _lines(children: list[Token]) -> Iterator[list[Token]]:
    """Yield the source lines of a paragraph, each with the break that ends it."""
    line: list[Token] = []
    depth = 0
    for child in children:
        depth += child.nesting
        line.append(child)
        if child.type in _BREAKS and depth == 0:
            yield line
            line = []
    yield line


def _line_pieces(line: list[Token]) -> Iterator[Token | list[Token]]:
    medium = media_in([token for token in line if token.type not in _BREAKS])
    if medium is not None:
        yield medium
        return
    run: list[Token] = []
    depth = 0
    for token in line:
        depth += token.nesting
        if token.type == "math_display" and depth == 0:
            yield run
            run = []
            token.block = True
            yield token
        else:
            run.append(token)
    yield run


def _leading_punctuation(run: list[Token]) -> str:
    """Take the full stop that ends a display formula's sentence from the text after it."""
    if not run or run[0].type != "text":
        return ""
    found = _PUNCTUATION.match(run[0].content)
    if found is None:
        return ""
    run[0].content = run[0].content[found.end() :]
    return found[0]


def _non_empty(run: list[Token]) -> Iterator[list[Token]]:
    if trimmed := _trimmed(run):
        yield trimmed


def _trimmed(run: list[Token]) -> list[Token]:
    def is_blank(token: Token) -> bool:
        return token.type in _BREAKS or (token.type == "text" and not token.content.strip())

    start, end = 0, len(run)
    while start < end and is_blank(run[start]):
        start += 1
    while end > start and is_blank(run[end - 1]):
        end -= 1
    return run[start:end]
