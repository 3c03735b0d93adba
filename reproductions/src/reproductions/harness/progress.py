"""One line that says how far a run is and how long it still takes."""

from __future__ import annotations

import time
from typing import TextIO


class Progress:
    """Writes over one line of a terminal; says nothing to a file or pipe.

    Args:
        total: sum of the expected costs of what is to do.
    """

    def __init__(self, name: str, total: float, *, is_quiet: bool, out: TextIO) -> None:
        self.name, self.total, self.out = name, total, out
        self.is_shown = not is_quiet and out.isatty()
        self.started = time.monotonic()
        self.done = 0.0
        self.shares: dict[int, float] = {}

    def share(self, number: int, cost: float, share: float) -> None:
        self.shares[number] = cost * min(max(share, 0.0), 1.0)
        self._show()

    def finish(self, number: int, cost: float) -> None:
        self.shares.pop(number, None)
        self.done += cost
        self._show()

    def close(self) -> None:
        if self.is_shown:
            self.out.write("\r\x1b[K")
            self.out.flush()

    def _show(self) -> None:
        if not self.is_shown:
            return
        done = self.done + sum(self.shares.values())
        share = done / self.total if self.total else 1.0
        took = time.monotonic() - self.started
        left = f", {duration(took / share - took)} left" if share > 0.02 else ""
        self.out.write(f"\r\x1b[K{self.name}  {share:4.0%}{left}")
        self.out.flush()


def duration(seconds: float) -> str:
    """Return a time as people say it: "8 s", "3 min 20 s", "2 h 5 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
