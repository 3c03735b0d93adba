r"""Where a formula starts and ends in Markdown: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`.

The dollar rules follow mdit-py-plugins' dollarmath, with three repairs that notes need: digits
may touch a formula that is surely one (`3$\times$3`) but not a price, a display formula may
follow a line of text without a blank line, and a formula never reaches past its own block.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_CLOSING = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}

# What a price or a plain word does not have.
_SURELY_TEX = re.compile(r"[\\^_{}]")
_DISPLAY_OPENERS = ("$$", r"\[")


def maths_plugin(md: MarkdownIt) -> None:
    """Teach the parser formulas: tokens `math_inline` and `math_display`, source in `content`."""
    md.inline.ruler.before("escape", "math", _inline_maths)
    md.block.ruler.before(
        "fence", "math_block", _block_maths, {"alt": ["paragraph", "reference", "blockquote"]}
    )


def _inline_maths(state: StateInline, silent: bool) -> bool:
    start = state.pos
    opener = _opener(state.src, start)
    if not opener:
        return False
    end = _closing_at(state, opener, start + len(opener))
    if end < 0:
        return False
    tex = state.src[start + len(opener) : end]
    after = end + len(opener)
    if not tex.strip() or (opener == "$" and not _is_formula(state.src, start, after, tex)):
        return False
    if not silent:
        kind = "math_display" if opener in _DISPLAY_OPENERS else "math_inline"
        token = state.push(kind, "math", 0)
        token.content = tex
        token.markup = opener
    state.pos = after
    return True


def _opener(text: str, at: int) -> str:
    # Asked at every sign that may mean something: most are neither of the two.
    if text[at] == "$":
        return "$$" if text.startswith("$$", at) else "$"
    two = text[at : at + 2] if text[at] == "\\" else ""
    return two if two in _CLOSING else ""


def _closing_at(state: StateInline, opener: str, start: int) -> int:
    """Return where the closing mark stands, or -1; a failed search is remembered.

    Without the memory, a line of thousands of openers is searched once for each.
    """
    closing = _CLOSING[opener]
    # The state itself and not its number: the next paragraph's may get the number of this one.
    hopeless: set[tuple[StateInline, str]] = state.env.setdefault("_math_unclosed", set())
    key = (state, closing)
    if key in hopeless:
        return -1
    at = state.src.find(closing, start, state.posMax)
    while at > 0 and closing[0] == "$" and _is_escaped(state.src, at):
        at = state.src.find(closing, at + 1, state.posMax)
    if at < 0:
        hopeless.add(key)
    if opener == "$" and state.src.startswith("$$", at):
        return -1
    return at


def _is_escaped(text: str, at: int) -> bool:
    backslashes = 0
    while at > backslashes and text[at - backslashes - 1] == "\\":
        backslashes += 1
    return backslashes % 2 == 1


def _is_formula(text: str, start: int, after: int, tex: str) -> bool:
    """Tell `$5 and $10` from `$n$`: digits touching the outside need a sign of TeX inside."""
    if tex[0].isdigit() and tex[-1].isspace():
        return False
    touches_digit = text[start - 1 : start].isdigit() or text[after : after + 1].isdigit()
    return not touches_digit or _SURELY_TEX.search(tex) is not None


def _block_maths(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    start = state.bMarks[start_line] + state.tShift[start_line]
    opener = state.src[start : start + 2]
    if opener not in _DISPLAY_OPENERS:
        return False
    # A search that failed would fail from every line it passed as well.
    hopeless: dict[tuple[str, int, int], int] = state.env.setdefault("_math_hopeless", {})
    place = (opener, end_line, state.blkIndent)
    if start_line < hopeless.get(place, 0):
        return False
    last, is_whole = _last_line(state, opener, start + 2, start_line, end_line)
    if not is_whole:
        hopeless[place] = last
        return False
    lines = state.getLines(start_line, last + 1, state.sCount[start_line], False).strip()
    if not lines[2:-2].strip():
        return False
    if silent:
        return True
    token = state.push("math_display", "math", 0)
    token.block = True
    token.content = lines[2:-2]
    token.markup = opener
    token.map = [start_line, last + 1]
    state.line = last + 1
    return True


def _last_line(
    state: StateBlock, opener: str, start: int, start_line: int, end_line: int
) -> tuple[int, bool]:
    """Return the line where the search ended, and whether a formula of whole lines ends there."""
    closing = _CLOSING[opener]
    for line in range(start_line, end_line):
        at = start if line == start_line else state.bMarks[line] + state.tShift[line]
        text = state.src[at : state.eMarks[line]].rstrip()
        if line > start_line and (not text or state.sCount[line] < state.blkIndent):
            return line, False
        position = text.find(closing)
        if position >= 0:
            return line, position == len(text) - 2 and (position > 0 or line > start_line)
    return end_line, False
