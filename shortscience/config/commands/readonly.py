"""`shortscience readonly`: everybody reads and nobody writes, while the database is mended."""

from __future__ import annotations

import argparse
from typing import Any

from shortscience.config.commands.maintenance import add_switch, switch


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "readonly",
        help="let everybody read and nobody write, or end that",
        description="While it is on, pages are shown and nothing is saved: who sends a text gets"
        " it back with a sentence. Nobody can sign in; jobs wait. All machines of the site follow"
        " within a second.",
    )
    add_switch(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from shortscience.operations.actions import allow_writing, stop_writing

    return switch(arguments, on=stop_writing, off=allow_writing)
