"""How far a job is: said by the task, seen by staff while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# How much is done, of how much, in words.
Said = tuple[int | None, int | None, str]
NOTHING_SAID: Said = (None, None, "")

_LONGEST_NOTE = 200


@dataclass(slots=True)
class Progress:
    """What one running job said last."""

    state: Said = NOTHING_SAID


_current: ContextVar[Progress | None] = ContextVar("progress", default=None)


def report(done: int, total: int | None = None, note: str = "") -> None:
    """Say how far the job is. It costs nothing: the heartbeat writes it, at most once a second.

    Outside of a worker this does nothing, so a task stays a function that one can call.
    """
    current = _current.get()
    if current is not None:
        current.state = (done, total, note[:_LONGEST_NOTE])


@contextmanager
def of_this_job() -> Iterator[Progress]:
    """Collect what is reported inside."""
    progress = Progress()
    token = _current.set(progress)
    try:
        yield progress
    finally:
        _current.reset(token)
