"""What a fault script looked at, and the table of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was looked at while something was broken."""

    should: str
    did: str
    right: bool


class Skipped(Exception):  # no error: this machine lacks what the script needs
    """The fault cannot be made here; the sentence says what is missing."""


def failures(seen: Iterable[Seen]) -> list[str]:
    """Return a line for each thing that was not as it should be."""
    return [f"should: {one.should}; did: {one.did}" for one in seen if not one.right]


def table(name: str, seen: Iterable[Seen]) -> str:
    """Return one fault as lines of a table."""
    lines = [name]
    lines += [f"  {'ok   ' if one.right else 'WRONG'}  {one.should:64}  {one.did}" for one in seen]
    return "\n".join(lines)


def last_line(text: str) -> str:
    """Return what a command said last."""
    return (text.strip().splitlines() or [""])[-1]
