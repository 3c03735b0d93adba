"""`shortscience reindex`: build the search index anew. `indexer`: keep it up to date."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from types import FrameType
from typing import Any

from shortscience.config.terminal import Stop, say


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "reindex",
        help="build the search index anew",
        description="Build the search index of this machine from the database. The site runs on"
        " meanwhile: searches read the old index until the new one is whole.",
    )
    command.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=sys.stderr.isatty(),
        help="show a progress bar on stderr (default: when it is a terminal)",
    )
    command.set_defaults(run=run)
    indexer = commands.add_parser(
        "indexer", description="Keep the search index up to date; `serve` does it."
    )
    indexer.set_defaults(run=run_indexer)


def run(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from shortscience.config.database import require_ready
    from shortscience.search import indexer

    require_ready()
    start = time.monotonic()
    with tqdm(unit=" papers", disable=not arguments.progress, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.total = max(done, total)
            bar.update(done - bar.n)

        try:
            built = indexer.build(show)
        except indexer.AlreadyRunning as other:
            raise Stop(f"The index is being built already, by process {other}.") from other
    took = time.monotonic() - start
    size = sum(file.stat().st_size for file in built.folder.rglob("*") if file.is_file())
    rate = built.papers / took if took else 0
    say(f"{built.papers:,} papers in {took:.1f} s ({rate:,.0f} a second), {size / 1e6:,.1f} MB.")
    return 0


def run_indexer(_arguments: argparse.Namespace) -> int:
    from shortscience.lib import heap
    from shortscience.search.indexer import AlreadyRunning, Indexer

    heap.stay_small()
    indexer = Indexer()

    def stop(_number: int, _frame: FrameType | None) -> None:
        indexer.stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        indexer.run()
    except AlreadyRunning as other:
        raise Stop(f"The index of this machine is kept by process {other} already.") from other
    return 0
