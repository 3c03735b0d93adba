"""What one process has counted and not written yet: codes in memory, nobody's address.

A visitor is hashed at once with the day's salt, and only some bits of the hash are kept. Without a
salt nobody is counted: there is no place where an address could wait for one.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import blake2b

from shortscience.lib.robots import LONGEST_AGENT
from shortscience.lib.sketch import code_of
from shortscience.readership.rules import MOST_HELD

_DAY_S = 24 * 3600
_EPOCH = date(1970, 1, 1)

# {(paper, day as a number): codes}
Held = dict[tuple[int, int], set[int]]
# Returns the salt of a day, if it can be had. It may ask the database.
FindSalt = Callable[[date], bytes | None]


class Counter:
    """Counts for one process; all of it may be called by several threads."""

    def __init__(self, find_salt: FindSalt) -> None:
        self._find_salt = find_salt
        self._lock = threading.Lock()
        self._held: Held = {}
        self._size = 0
        self._salts: dict[int, bytes] = {}

    @property
    def is_filling(self) -> bool:
        """Whether it should be written soon."""
        return self._size > MOST_HELD // 2

    def __len__(self) -> int:
        return self._size

    def note(self, paper: int, address: str, agent: str, at: float) -> bool:
        """Count this visitor of a paper's page; return whether it was possible.

        Args:
            address: where the request came from; what is finer than a network is dropped here.
            agent: what the browser calls itself.
            at: seconds since 1970.
        """
        day = int(at // _DAY_S)
        salt = self._salts.get(day) or self.prepare(at)
        if salt is None:
            return False
        who = network_of(address) + agent[:LONGEST_AGENT].encode("utf-8", "replace")
        code = code_of(int.from_bytes(blake2b(who, digest_size=8, key=salt).digest()))
        with self._lock:
            codes = self._held.get((paper, day))
            if codes is None:
                if self._size >= MOST_HELD:
                    return False
                codes = self._held[paper, day] = set()
            before = len(codes)
            codes.add(code)
            self._size += len(codes) - before
        return True

    def prepare(self, now: float, *, ahead_s: float = 0.0) -> bytes | None:
        """Have the salt of today, and of what comes soon; forget those of days that are over.

        Returns:
            Today's salt; None if it cannot be had.
        """
        today, soon = int(now // _DAY_S), int((now + ahead_s) // _DAY_S)
        for day in range(today, soon + 1):
            found = self._salts.get(day) or self._find_salt(_EPOCH + timedelta(days=day))
            if found is not None:
                self._salts[day] = found
        with self._lock:
            for day in [day for day in self._salts if day < today]:
                del self._salts[day]
        return self._salts.get(today)

    def take(self) -> dict[tuple[int, date], set[int]]:
        """Return all that was counted and hold it no longer."""
        with self._lock:
            held, self._held, self._size = self._held, {}, 0
        return {
            (paper, _EPOCH + timedelta(days=day)): codes for (paper, day), codes in held.items()
        }

    def take_back(self, taken: dict[tuple[int, date], set[int]]) -> None:
        """Hold again what could not be written."""
        with self._lock:
            for (paper, day), codes in taken.items():
                held = self._held.setdefault((paper, (day - _EPOCH).days), set())
                before = len(held)
                held |= codes
                self._size += len(held) - before


def network_of(address: str) -> bytes:
    """Return the network of an address: 3 bytes of an IPv4 address, 6 of an IPv6 one."""
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)[:3]
        whole = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return b""
    # An IPv4 address as a socket for both kinds tells it.
    return whole[12:15] if whole[:12] == _MAPPED else whole[:6]


_MAPPED = bytes(10) + b"\xff\xff"
