"""Which papers may have this key? Millions of keys in little memory, nothing on disk."""

from __future__ import annotations

from array import array
from collections.abc import Hashable

SEGMENTS = 256
_FIRST_SIZE = 64
# Above this share of full slots, runs of them grow long.
_FULL = 0.75
_GROWTH = 1.5
_MARK_BITS = 32
_MARK = (1 << _MARK_BITS) - 1


class Whereabouts:
    """Remembers by 40 bits of a key's hash which paper it belongs to; 8 to 16 bytes a key.

    It may name a paper too many (about 3 lookups in 100,000 at thirty million keys), never
    one too few: who asks has to look at the papers anyway. Keys cannot be taken out. The
    hashes are those of this process.

    Each of 256 segments is an open table whose entries are (mark << 32) | paper; an entry's
    place follows from its mark, so that a table grows without the keys.
    """

    def __init__(self) -> None:
        self._tables = [array("Q", bytes(8 * _FIRST_SIZE)) for _ in range(SEGMENTS)]
        self._used = [0] * SEGMENTS

    def __len__(self) -> int:
        return sum(self._used)

    @property
    def size_bytes(self) -> int:
        return sum(8 * len(table) for table in self._tables)

    def add(self, key: Hashable, paper: int) -> None:
        """Remember that the paper (an id under 2**32) has this key; one key can have several."""
        code = hash(key)
        segment = code & 0xFF
        entry = ((code >> 8) & _MARK) << _MARK_BITS | paper
        table = self._tables[segment]
        if _put(table, entry):
            self._used[segment] += 1
            if self._used[segment] > _FULL * len(table):
                self._grow(segment)

    def find(self, key: Hashable) -> list[int]:
        """Return the papers that may have this key."""
        code = hash(key)
        mark = (code >> 8) & _MARK
        table = self._tables[code & 0xFF]
        size = len(table)
        place = (mark * size) >> _MARK_BITS
        found: list[int] = []
        while entry := table[place]:
            if entry >> _MARK_BITS == mark:
                found.append(entry & _MARK)
            place += 1
            if place == size:
                place = 0
        return found

    def _grow(self, segment: int) -> None:
        old = self._tables[segment]
        table = array("Q", bytes(8 * int(len(old) * _GROWTH)))
        for entry in old:
            if entry:
                _put(table, entry)
        self._tables[segment] = table


def _put(table: array[int], entry: int) -> bool:
    """Put the entry into the first free place from its own on; tell whether it is new."""
    size = len(table)
    place = ((entry >> _MARK_BITS) * size) >> _MARK_BITS
    while present := table[place]:
        if present == entry:
            return False
        place += 1
        if place == size:
            place = 0
    table[place] = entry
    return True
