"""`shortscience check`: are the stored numbers what the rows say?"""

from __future__ import annotations

import argparse
from typing import Any

from shortscience.config.terminal import say

# SciScores follow votes with a delay of an hour and the index changes with one of a second, so a
# difference is no fault.
NO_FAULT = frozenset({"standings", "papers in the search index"})


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "check",
        help="compare the stored numbers with the rows they count",
        description="Count summaries, comments, votes, venues and people again and compare with"
        " the stored numbers. Exit code 1 when one is wrong.",
    )
    command.add_argument("--repair", action="store_true", help="also store the right numbers")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready

    require_ready()
    wrong = recounted(keep=arguments.repair)
    wrong["papers in the search index"] = index_differs(repair=arguments.repair)
    for name, number in wrong.items():
        if number:
            what = "out of date" if name in NO_FAULT else "wrong"
            say(f"{name}: {number:,} {what}{', repaired' if arguments.repair else ''}")
    faults = sum(number for name, number in wrong.items() if name not in NO_FAULT)
    if not faults:
        say("All numbers are right.")
    elif not arguments.repair:
        say("`shortscience check --repair` makes them right.")
    return 1 if faults and not arguments.repair else 0


def index_differs(*, repair: bool) -> int:
    """Compare the search index of this machine with the database; return how many papers differ.

    An index that is missing is no difference: the indexer builds it by itself.
    """
    from shortscience.papers.outbox import changed
    from shortscience.search import audit, engine

    try:
        wrong = list(audit.differing())
    except engine.Unavailable:
        return 0
    if repair:
        changed(wrong)
    return len(wrong)


def recounted(*, keep: bool) -> dict[str, int]:
    """Count everything again; return how many numbers of each kind were wrong.

    All in one transaction, which is taken back unless the right numbers are to be kept.
    """
    from django.db import transaction

    from shortscience.summaries import counts
    from shortscience.summaries.arrivals import move_sections, resolve_waiting_citations
    from shortscience.voting.actions import refresh_standing, rescore_all

    with transaction.atomic():
        wrong = {
            "sections of summaries": move_sections(),
            "waiting cites": resolve_waiting_citations(),
            **{f"counts of {name}": number for name, number in counts.recount().items()},
            "scores": rescore_all(),
            "standings": refresh_standing(),
        }
        if not keep:
            transaction.set_rollback(True)
    return wrong
