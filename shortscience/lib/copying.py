"""Words that stand in a row in two texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a text that stand in the same order in another; `start` is where it begins."""

    words: int
    start: int
    begins: str


def copied(text: str, source: str, *, more_than: int) -> list[Run]:
    """Return the runs of more than so many words that both texts have, in the text's order.

    Letters' case, punctuation and line breaks are no difference. The cost grows with the sum of
    both lengths.
    """
    mine, theirs = list(_WORD.finditer(text)), _words(source)
    own = [word[0].casefold() for word in mine]
    size = more_than + 1
    there = {tuple(theirs[at : at + size]) for at in range(len(theirs) - size + 1)}
    found: list[Run] = []
    at = 0
    while at <= len(own) - size:
        if tuple(own[at : at + size]) not in there:
            at += 1
            continue
        end = at + size
        while end < len(own) and tuple(own[end - size + 1 : end + 1]) in there:
            end += 1
        start = mine[at].start()
        found.append(Run(end - at, start, text[start : mine[at + 5].end()].replace("\n", " ")))
        at = end
    return found


def _words(text: str) -> Sequence[str]:
    return [word.casefold() for word in _WORD.findall(text)]
