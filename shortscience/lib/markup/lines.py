"""On which lines of the source things stand, for editors: counted from 0."""

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# What an editor says something about.
_POINTED_AT = ("math_inline", "math_display", "cite", "image")


def lines_plugin(md: MarkdownIt) -> None:
    """Note the line of what stands inside paragraphs; before anything is moved elsewhere."""
    md.core.ruler.push("lines", _note_lines)


def first_lines(blocks: Sequence[Sequence[Token]]) -> tuple[int, ...]:
    """Return the line at which each block begins; of one that does not know, that before it."""
    lines: list[int] = []
    for block in blocks:
        known = next((line for token in block if (line := _line_of(token)) is not None), None)
        lines.append(known if known is not None else lines[-1] if lines else 0)
    return tuple(lines)


def _line_of(token: Token) -> int | None:
    line: int | None = token.meta.get("line")
    return line if line is not None else token.map[0] if token.map else None


def _note_lines(state: StateCore) -> None:
    source: list[str] | None = None
    for token in state.tokens:
        if token.type != "inline" or not token.map:
            continue
        wanted = list(_pointed_at(token.children or ()))
        if not wanted:
            continue
        if source is None:
            source = state.src.split("\n")
        _note(wanted, source, first=token.map[0], end=token.map[1])


def _note(tokens: Sequence[Token], source: Sequence[str], *, first: int, end: int) -> None:
    """Look for each in the lines of its block, from where the one before it was found."""
    line, column = first, 0
    for token in tokens:
        sign = _typed(token)
        for number in range(line, min(end, len(source))):
            at = source[number].find(sign, column if number == line else 0)
            if at >= 0:
                line, column = number, at + len(sign)
                break
        token.meta["line"] = line


def _typed(token: Token) -> str:
    """Return how the thing begins in the source, as far as it is on one line."""
    if token.type == "image":
        return "!["
    typed = token.content if token.type == "cite" else token.markup + token.content
    return typed.split("\n")[0]


def _pointed_at(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type in _POINTED_AT:
            yield token
