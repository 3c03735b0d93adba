"""`shortscience init`: make an empty database ready, or bring an older one up to date."""

from __future__ import annotations

import argparse
from typing import Any

from shortscience.config.terminal import say


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "init",
        help="prepare the database, or bring it up to date",
        description="Create or update the tables and the list of well-known venues."
        " Run it once before the first start and after every update; again does no harm.",
    )
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    from shortscience.config.database import described, prepare

    venues = prepare()
    say(f"Ready: {described()}, {venues} well-known venues.")
    return 0
