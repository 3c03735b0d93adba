"""`shortscience manage …`: Django's own commands, for those who know them."""

from __future__ import annotations

import argparse
from typing import Any


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "manage",
        help="run one of Django's own commands",
        description="Pass the rest of the line to Django: `shortscience manage help` lists what"
        " it knows.",
    )
    command.add_argument("rest", nargs=argparse.REMAINDER, metavar="…")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from django.core.management import ManagementUtility

    ManagementUtility(["shortscience manage", *arguments.rest]).execute()
    return 0
