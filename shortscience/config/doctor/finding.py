"""What a check found."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec


class State(StrEnum):
    OK = "ok"
    # It was wrong, and is right now.
    MENDED = "mended"
    # `--repair` mends it.
    WRONG = "wrong"
    # Only a person can decide or do it.
    NEEDS_YOU = "needs you"


class Finding(msgspec.Struct, frozen=True):
    """The answer of one check: what it looked at, how that is, and in words."""

    check: str
    state: State
    says: str = ""
    number: int = 0

    @property
    def is_fault(self) -> bool:
        return self.state in (State.WRONG, State.NEEDS_YOU)


# What is wrong, in numbers and words; whether to repair is the argument.
Check = Callable[[bool], list[Finding]]


def ok(check: str, says: str = "") -> Finding:
    return Finding(check, State.OK, says)


def counted(check: str, number: int, says: str, *, repairs: bool) -> Finding:
    """Return a finding about something that `--repair` mends; 0 is right."""
    if not number:
        return ok(check)
    return Finding(check, State.MENDED if repairs else State.WRONG, f"{number:,} {says}", number)


def needs_you(check: str, says: str, number: int = 1) -> Finding:
    return Finding(check, State.NEEDS_YOU, says, number)
