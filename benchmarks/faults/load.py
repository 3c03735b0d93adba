"""Readers and writers who keep on while something breaks, and remember what they were told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.faults.visitor import Answer


@dataclass
class Done:
    """One request: what it was, when it began and ended (seconds of a steady clock), what came."""

    what: str
    began: float
    ended: float
    answer: Answer

    @property
    def took_s(self) -> float:
        return self.ended - self.began


Act = Callable[[int], Answer]


@dataclass
class Load:
    """People, each a thread, who do one thing again and again."""

    done: list[Done] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def add(self, what: str, act: Act, *, people: int = 1, pause_s: float = 0.05) -> None:
        """Let so many people do this, with a pause after each answer."""
        for person in range(people):
            thread = threading.Thread(
                target=self._go_on, args=(what, act, person * 1_000_000, pause_s), daemon=True
            )
            self._threads.append(thread)

    def _go_on(self, what: str, act: Act, n: int, pause_s: float) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            answer = act(n)
            # Pages that came as they should are not kept: hours of them would not fit.
            kept = Answer(answer.status, "", {}) if answer.is_fine else answer
            self.done.append(Done(what, began, time.monotonic(), kept))
            n += 1
            self._stop.wait(pause_s)

    @contextmanager
    def running(self) -> Iterator[Load]:
        """Run them while the body runs; all have their last answer when it is left."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def count(self, what: str = "") -> int:
        return sum(1 for one in self.done if what in ("", one.what))

    def failed(self, what: str = "") -> list[Done]:
        return [one for one in self.done if what in ("", one.what) and not one.answer.is_fine]

    def slowest_s(self, what: str = "") -> float:
        return max((one.took_s for one in self.done if what in ("", one.what)), default=0.0)


def summary_of(failed: list[Done]) -> str:
    """Return what went wrong in a few words."""
    if not failed:
        return "none failed"
    kinds: dict[str, int] = {}
    for one in failed:
        said = one.answer.body[:80] if one.answer.status == 0 else str(one.answer.status)
        kinds[f"{one.what} {said}"] = kinds.get(f"{one.what} {said}", 0) + 1
    return "; ".join(f"{count} x {kind}" for kind, count in kinds.items())
