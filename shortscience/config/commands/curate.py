"""`shortscience curate`: after an import or an update, find venues and papers that are one."""

from __future__ import annotations

import argparse
from typing import Any

from shortscience.config.terminal import say


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "curate",
        help="find venues and doubles of papers after an import",
        description="Bring the list of well-known venues up to date, give papers the venue that"
        " their keys name, and put pairs of papers that may be one on the moderators' list."
        " Nothing is merged by itself. Run it after a large import or an update.",
    )
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready
    from shortscience.papers.pairs import fill_block_keys, find_pairs
    from shortscience.papers.venue_assignment import assign_venues
    from shortscience.summaries.arrivals import settle
    from shortscience.venues.curated import load_curated

    require_ready()
    say(f"{load_curated():,} well-known venues.")
    say(f"{assign_venues():,} papers found their venue.")
    fill_block_keys()
    say(f"{find_pairs():,} new pairs of papers may be one: see /staff/doubtful.")
    settle()
    return 0
