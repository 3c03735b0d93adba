"""Tables: a limit, since their cost grows with rows times columns, and heads that head."""

import re
from collections.abc import Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import table
from markdown_it.token import Token

from shortscience.lib.markup.source import SourceRefused

# 5,000 cells are 100 rows of 50 columns; a table of 1000 x 100 takes 2.5 s to parse.
MAX_TABLE_CELLS = 5_000

_ONE_FORMULA = re.compile(r"\$[^$]+\$|\\\(.+\\\)")
WORD_JOINER = "\N{WORD JOINER}"
_DELIMITER = re.compile(r"[\s|:-]*-[\s|:-]*")


def tables_plugin(md: MarkdownIt) -> None:
    """Parse tables as before, but refuse a note whose tables have too many cells."""
    md.block.ruler.at("table", _limited_table, {"alt": ["paragraph", "reference"]})


def _limited_table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    cells = _cells_at_most(state, start_line, end_line)
    if cells == 0:
        return False
    seen: int = state.env.get("_table_cells", 0)
    if cells + seen > MAX_TABLE_CELLS:
        raise SourceRefused(f"The tables have more than {MAX_TABLE_CELLS:,} cells.")
    before = len(state.tokens)
    found = table(state, start_line, end_line, silent)
    if found and not silent:
        state.env["_table_cells"] = seen + cells
        _free_empty_heads(state.tokens[before:])
        made = state.tokens[before:]
        made[0].meta["heads"] = [
            inline for opening, inline in pairwise(made) if opening.type == "th_open"
        ]
        _fill_heads_of_maths(made)
    return found


def _free_empty_heads(tokens: Sequence[Token]) -> None:
    """An empty cell heads nothing: readers aloud should not hear it as a heading."""
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "th_open" and not inline.content.strip():
            opening.type, opening.tag = "td_open", "td"
            closing.type, closing.tag = "td_close", "td"


def _fill_heads_of_maths(tokens: Sequence[Token]) -> None:
    """A head that is a formula gets a character without width or sound beside it.

    axe-core, with which sites are checked, sees no text in MathML and calls such a head empty.
    """
    for opening, inline in pairwise(tokens):
        if opening.type == "th_open" and _ONE_FORMULA.fullmatch(inline.content.strip()):
            inline.content = f"{inline.content.strip()}{WORD_JOINER}"


def _cells_at_most(state: StateBlock, start_line: int, end_line: int) -> int:
    """Return rows times columns of a table that starts here, 0 if none can."""
    if start_line + 2 > end_line:
        return 0
    delimiter = _line(state, start_line + 1)
    if _DELIMITER.fullmatch(delimiter) is None:
        return 0
    line = start_line + 2
    while line < end_line and not state.isEmpty(line):
        line += 1
    return (line - start_line) * len([part for part in delimiter.split("|") if part.strip()])


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
