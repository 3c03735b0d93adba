"""`shortscience restore`: bring a backup back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from shortscience.config.terminal import say


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "restore",
        help="bring a backup back",
        description="Load a backup into the database that DATABASE_URL names, and bring it up to"
        " date with this program. The site must be stopped. The search index builds itself when"
        " the site starts.",
    )
    command.add_argument("source", type=Path, metavar="BACKUP", help="what `backup` made")
    command.add_argument(
        "--replace", action="store_true", help="also when the database is not empty"
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from shortscience.config.backup.restoring import restore

    made = restore(arguments.source, replaces=arguments.replace)
    rows = sum(made.rows.values())
    say(f"Restored {rows:,} rows of {made.made_at}. Start the site: its index builds itself.")
    return 0
