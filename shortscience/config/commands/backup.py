"""`shortscience backup`: copy the site while it runs, and try the copy out."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from shortscience.config.terminal import say


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "backup",
        help="copy the site while it runs, and try the copy out",
        description="Copy the database and the files of texts. The site runs on meanwhile; the"
        " copy is the state of one moment. It is loaded into a database that goes again and"
        " compared before it gets its name. It holds mail addresses and passwords' hashes: keep it"
        " where nobody else reads.",
    )
    command.add_argument(
        "where",
        type=Path,
        help="a file ending in .tar or .tar.gz, or a folder to make; in a folder that is there a"
        " new one is made, named by the time",
    )
    command.add_argument(
        "--no-verify", action="store_true", help="do not try the copy out (half the time)"
    )
    command.add_argument(
        "--secret-key", action="store_true", help="also copy the key that signs sessions"
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from shortscience.config.backup.taking import media_is_here, take
    from shortscience.config.database import require_ready

    # What was begun is removed again, also when a timer's patience ends.
    signal.signal(signal.SIGTERM, _end)
    require_ready()
    with tqdm(total=1, disable=not sys.stderr.isatty(), bar_format="{percentage:3.0f} %") as bar:
        where, made = take(
            arguments.where.absolute(),
            with_secret_key=arguments.secret_key,
            verifies=not arguments.no_verify,
            told=lambda part: bar.update(part - bar.n),
        )
    size = sum(file.size for file in made.files.values())
    tried = "not tried out" if arguments.no_verify else "tried out"
    say(
        f"{where}: {len(made.files):,} files, {size / 1e6:,.1f} MB,"
        f" {sum(made.rows.values()):,} rows; {tried}."
    )
    if not media_is_here():
        say("The files of texts are in the store of MEDIA_STORAGE_URL, not in this backup.")
    return 0


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
