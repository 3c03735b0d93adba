"""What changed between two texts, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Comparing is quadratic at worst: 0.2 s for 1,500 lines on both sides. A note of 64 KB that
# somebody wrote has half as many.
MAX_LINES = 1500
# Unchanged lines shown around a change, as `diff` does.
CONTEXT = 2


class Change(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    # Unchanged lines that are left out; its text is empty.
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Line:
    change: Change
    text: str = ""


def lines_between(before: str, after: str) -> list[Line] | None:
    """Return the lines of both texts in order, each with what happened to it.

    Unchanged lines far from any change are one gap. [] when the texts are equal; None when
    they have too many lines to compare.
    """
    old, new = before.splitlines(), after.splitlines()
    if len(old) > MAX_LINES or len(new) > MAX_LINES:
        return None
    # Without `autojunk`: it takes the blank lines of a long note for noise.
    groups = list(SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT))
    lines: list[Line] = []
    end = 0
    for group in groups:
        if group[0][1] > end:
            lines.append(Line(Change.GAP))
        for tag, i, j, k, m in group:
            lines += _lines(tag, old[i:j], new[k:m])
        end = group[-1][2]
    if groups and end < len(old):
        lines.append(Line(Change.GAP))
    return lines


def _lines(tag: str, old: Sequence[str], new: Sequence[str]) -> list[Line]:
    if tag == "equal":
        return [Line(Change.SAME, text) for text in old]
    removed = [Line(Change.REMOVED, text) for text in old]
    return removed + [Line(Change.ADDED, text) for text in new]
