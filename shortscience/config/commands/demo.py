"""`shortscience demo`: a library to look at, so that a new site is not empty."""

from __future__ import annotations

import argparse
from typing import Any

from shortscience.config.terminal import Stop, listed, say


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "demo",
        help="fill a new site with a small library",
        description="Load real papers with summaries, comments and votes by invented readers, as"
        " whom nobody can sign in. Again does no harm.",
    )
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready
    from shortscience.demo.content import WrongContent
    from shortscience.demo.load import load

    require_ready()
    try:
        counts = load()
    except WrongContent as wrong:
        raise Stop(f"The demo library is wrong: {wrong}") from wrong
    say(f"The demo library: {listed(counts)}.")
    say("Sign up on the site, then `shortscience user staff YOUR-NAME` makes you a moderator.")
    return 0
