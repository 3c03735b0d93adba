"""Limits per time, counted from rows that exist anyway: nothing to store, nothing to expire."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shortscience.lib.errors import Sentence, TooFast


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` acts within `window`."""

    count: int
    window: timedelta


class NewestFirst(Protocol):
    """The times of earlier acts, newest first: a list, or a queryset of one column."""

    def __getitem__(self, key: slice, /) -> Iterable[datetime]: ...


@dataclass(frozen=True, slots=True)
class Times:
    """The times of earlier acts, of whatever reads numbers `start` to `stop` of them."""

    read: Callable[[int, int], Iterable[datetime]]

    def __getitem__(self, key: slice, /) -> Iterable[datetime]:
        return self.read(key.start, key.stop)


def check_limit(limit: Limit, times: NewestFirst, *, now: datetime, sentence: Sentence) -> None:
    """Let the act pass, or say when the next one can.

    Args:
        limit: how many acts in which time.
        times: of the earlier acts, newest first; at most one of them is read.
        now: the moment of this act.
        sentence: what the person reads.

    Raises:
        TooFast: `limit.count` acts lie within the window; it knows the seconds to wait.
    """
    decisive = next(iter(times[limit.count - 1 : limit.count]), None)
    if decisive is None or decisive + limit.window <= now:
        return
    wait = decisive + limit.window - now
    raise TooFast(sentence, retry_after_s=max(1, int(wait.total_seconds()) + 1))
