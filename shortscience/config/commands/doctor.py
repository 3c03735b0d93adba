"""`shortscience doctor`: find what is wrong with the site, and mend what can be mended."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import msgspec

from shortscience.config.terminal import say


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "doctor",
        aliases=["check"],
        help="find what is wrong with the site, and mend it",
        description="Look at the settings, the disk, the database and each stored number, the"
        " files and the search index of this machine. One line a check; exit code 1 when something"
        " is wrong or needs you. The site can run meanwhile.",
    )
    command.add_argument("--repair", action="store_true", help="mend what can be mended")
    command.add_argument("--json", action="store_true", help="answer with a list of objects")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from shortscience.config.doctor.checks import examine
    from shortscience.config.doctor.finding import Finding, State

    found: list[Finding] = []
    for finding in examine(repairs=arguments.repair):
        found.append(finding)
        if not arguments.json:
            more = f": {finding.says}" if finding.says else ""
            say(f"{finding.state:<10} {finding.check}{more}")
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    elif any(finding.state == State.WRONG for finding in found):
        say("`shortscience doctor --repair` mends what is wrong.")
    return 1 if any(finding.is_fault for finding in found) else 0
