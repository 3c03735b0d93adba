"""The command `reproduce`: its options, and what becomes of problems."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from reproductions.harness import commands
from reproductions.harness.errors import Problem

ENGINES = ("pool", "local", "ray")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command; return 0, or 1 after a problem that was said. Wrong usage exits with 2."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reproduce", description="Run experiments that test what papers claim."
    )
    rooms = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, command: Callable[[argparse.Namespace], int], about: str
    ) -> argparse.ArgumentParser:
        room = rooms.add_parser(name, help=about, description=f"{about.capitalize()}.")
        room.set_defaults(command=command)
        return room

    add("list", commands.list_methods, "the methods that there are")
    _methods(add("show", commands.show, "what an experiment claims and runs"))
    _methods(add("data", commands.data, "fetch the data that methods need"))
    _run(add("run", commands.run, "run an experiment and judge its claims"))
    _report(add("report", commands.report, "put a run's report, figures and table into results/"))
    _table(add("table", commands.table, "all claims of all stored reports"))
    _confirm(add("confirm", commands.confirm, "repeat a report's run and compare"))
    _check(add("check", commands.check, "quick comparisons; is the stored report stale?"))
    _bench(add("bench", commands.bench, "compare speed with other libraries"))
    _init(add("init", commands.init, "a folder for a reproduction of your own"))
    return parser


def _methods(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slugs", nargs="*", metavar="METHOD", help="as `reproduce list` names them")
    parser.add_argument(
        *("--from", "-C"),
        dest="folder",
        type=Path,
        metavar="FOLDER",
        help="an experiment in a folder of your own",
    )
    parser.add_argument("--all", action="store_true", help="every method of the package")
    parser.add_argument("--quiet", action="store_true", help="say nothing but problems")


def _run(parser: argparse.ArgumentParser) -> None:
    _methods(parser)
    parser.add_argument("--preset", default="laptop", help="smoke, laptop (default) or gpu")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the report goes")
    parser.add_argument("--seeds", type=_at_least_one, metavar="N", help="how many seeds")
    parser.add_argument("--start", type=int, default=0, metavar="K", help="the first seed")
    parser.add_argument(
        "--look",
        type=int,
        default=1,
        choices=(1, 2, 3),
        help="2 or 3 after the seeds of an earlier run were extended",
    )
    _running(parser)


def _running(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda", "auto"))
    parser.add_argument("--dtype", default="float32", choices=("float32", "float64"))
    parser.add_argument("--engine", default="pool", choices=ENGINES, help="who does the units")
    parser.add_argument("--ray-address", metavar="ADDRESS", help="of a cluster that runs already")
    parser.add_argument("--jobs", type=_at_least_one, metavar="N", help="processes of the pool")
    parser.add_argument("--deadline", type=float, metavar="SECONDS", help="for one unit")
    parser.add_argument("--fresh", action="store_true", help="use no results of earlier runs")
    parser.add_argument("--author", default="", metavar="HANDLE", help="for the report")


def _report(parser: argparse.ArgumentParser) -> None:
    _methods(parser)
    parser.add_argument("--preset", default="laptop", help="whose last run: laptop (default), …")
    parser.add_argument("--report", type=Path, metavar="FILE", help="another report than that")
    parser.add_argument(
        "--uncommitted", action="store_true", help="though its rules were not committed before"
    )


def _confirm(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report", type=Path, metavar="REPORT", help="the report.json to repeat")
    parser.add_argument("--user", required=True, metavar="HANDLE", help="who repeats it")
    parser.add_argument("--replay", action="store_true", help="same seeds instead of fresh ones")
    parser.add_argument("--from", dest="folder", type=Path, metavar="FOLDER", help="its code")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the new report goes")
    parser.add_argument("--quiet", action="store_true", help="no progress, no table")
    _running(parser)
    # The report says these.
    parser.set_defaults(preset="", look=1, seeds=None, start=0)


def _check(parser: argparse.ArgumentParser) -> None:
    _methods(parser)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda", "auto"))


def _bench(parser: argparse.ArgumentParser) -> None:
    _methods(parser)
    parser.add_argument("--only", metavar="ID", help="one comparison")
    parser.add_argument("--pairs", type=_at_least_one, default=12, metavar="N", help="12 or more")
    parser.add_argument("--threads", type=_at_least_one, default=1, metavar="N")
    parser.add_argument("--save", action="store_true", help="into results/perf.json")


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new or empty")
    parser.add_argument("--quiet", action="store_true", help="say nothing but problems")


def _table(parser: argparse.ArgumentParser) -> None:
    _methods(parser)
    parser.add_argument("--markdown", action="store_true", help="one row for each method")
    parser.add_argument("--write", action="store_true", help="that, into reproductions/README.md")


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
