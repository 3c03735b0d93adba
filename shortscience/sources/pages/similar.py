"""Recognise one summary in differently damaged copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import combinations, pairwise

from shortscience.lib.plaintext import fold
from shortscience.sources.pages import mentions

# Share of the shorter text's word groups that the longer one must hold.
SAME_FROM = 0.9
# A text that is less than half of the other must also begin like it: a cut, not a quotation.
_HALF = 0.5
_OPENING_WORDS = 8
# Groups of so many words: fewer occur by chance, more break at each damaged word.
_GROUP = 4
# Texts of fewer words are one only if they are equal; boilerplate is that short.
_FEWEST_WORDS = 12
# A word group of more texts is boilerplate ("Also find this summary at …") or a text of many
# damaged forms: each text is compared with its neighbours there, not with all.
_MOST_TEXTS_PER_GROUP = 16


def damaged_words(text: str) -> tuple[str, ...]:
    """Return the words that survive a dump: no images, addresses, hyphens or punctuation."""
    text = mentions.IMAGE_LINK.sub(" ", text)
    text = mentions.LINK.sub(r" \1 ", text)
    text = mentions.BARE_ADDRESS.sub(" ", text)
    words = ("".join(filter(str.isalnum, word)) for word in fold(text).split())
    return tuple(word for word in words if word)


def same_text(first: Sequence[str], second: Sequence[str]) -> bool:
    """Tell whether two texts, given by their `damaged_words`, are copies of one."""
    if tuple(first) == tuple(second):
        return True
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) < _FEWEST_WORDS:
        return False
    groups = _groups(shorter)
    if len(groups & _groups(longer)) < SAME_FROM * len(groups):
        return False
    opens_alike = tuple(shorter[:_OPENING_WORDS]) == tuple(longer[:_OPENING_WORDS])
    return opens_alike or len(shorter) >= _HALF * len(longer)


def group_copies(texts: Sequence[str]) -> list[list[int]]:
    """Return the indexes of `texts` in groups of copies; each group and the list are in order."""
    words = [damaged_words(text) for text in texts]
    leader = _Leaders(len(texts))
    for index, equal in _first_equals(words).items():
        leader.join(index, equal)
    distinct = [index for index in range(len(texts)) if leader.of(index) == index]
    for first, second in _pairs_to_compare(distinct, words):
        if leader.of(first) != leader.of(second) and same_text(words[first], words[second]):
            leader.join(first, second)
    grouped: dict[int, list[int]] = defaultdict(list)
    for index in range(len(texts)):
        grouped[leader.of(index)].append(index)
    return list(grouped.values())


class _Leaders:
    """Union-find: who stands for whom; the smallest index leads."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def of(self, index: int) -> int:
        while self._above[index] != index:
            self._above[index] = self._above[self._above[index]]
            index = self._above[index]
        return index

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self.of(first), self.of(second)))
        self._above[high] = low


def _groups(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + _GROUP]) for at in range(len(words) - _GROUP + 1)}


def _first_equals(words: Sequence[Hashable]) -> dict[int, int]:
    seen: dict[Hashable, int] = {}
    return {index: seen.setdefault(word, index) for index, word in enumerate(words)}


def _pairs_to_compare(
    indexes: Sequence[int], words: Sequence[Sequence[str]]
) -> list[tuple[int, int]]:
    """Return the pairs that share at least a few word groups."""
    holders: dict[int, list[int]] = defaultdict(list)
    for index in indexes:
        if len(words[index]) >= _FEWEST_WORDS:
            for group in _groups(words[index]):
                holders[hash(group)].append(index)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for texts in holders.values():
        is_popular = len(texts) > _MOST_TEXTS_PER_GROUP
        for pair in pairwise(texts) if is_popular else combinations(texts, 2):
            shared[pair] += 1
    return sorted(pair for pair, count in shared.items() if count >= _GROUP)
