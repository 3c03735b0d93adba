"""What the command line says: answers on stdout, complaints and progress on stderr."""

from __future__ import annotations

import sys


class Stop(Exception):  # not an error of ours: it ends a command with its sentence
    """The command cannot do what was asked; the sentence says why and what to do."""

    def __init__(self, sentence: str, *, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def say(text: str = "") -> None:
    """Print a line of the answer."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print a line for the person at the terminal, apart from the answer."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def listed(counts: dict[str, int]) -> str:
    """Return "2 papers, 1 person": what was counted, in words, without the zeros."""
    return ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
