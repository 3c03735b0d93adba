"""`shortscience import …`: bring in papers and summaries from files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortscience.config.terminal import Stop, complain, say

if TYPE_CHECKING:
    from shortscience.sources.importing import Progress, Report

# What each kind reads, and whether it takes one file or many.
KINDS = {
    "pages": ("text dumps of pages of the original site", "+"),
    "rss": ("an RSS feed of the original site, or of one like ours", None),
    "bibtex": ("BibTeX files", "+"),
    "ris": ("RIS files, as reference managers and publishers write them", "+"),
    "csl-json": ("CSL-JSON files, as Zotero and Mendeley write them", "+"),
    "acl": ("XML volumes of the ACL Anthology", "+"),
    "jsonl": ("files of JSON lines, one paper a line", "+"),
    "dblp": ("DBLP's dump, dblp.xml.gz", "+"),
    "arxiv-oai": ("saved OAI-PMH answers of arXiv, or arXiv itself with --since", "*"),
    "crossref-dump": ("Crossref's public data file: its folder, or files of it", "+"),
}
# Those whose files are taken in as one import, with a bar that counts bytes.
BULK = ("bibtex", "ris", "csl-json", "acl", "jsonl", "dblp", "arxiv-oai", "crossref-dump")


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "import",
        help="bring in papers and summaries from files",
        description="Bring in papers and summaries. What is here already is not added twice; an"
        " import that was interrupted goes on where it was when it is started again.",
        epilog="Exit code: 0 the file was readable (single records may be refused: the report"
        " lists them), 1 it is not what it is said to be, 2 wrong use.",
    )
    kinds = command.add_subparsers(dest="kind", metavar="KIND", required=True)
    for kind, (what, number) in KINDS.items():
        one = kinds.add_parser(kind, help=f"read {what}", description=f"Read {what}.")
        one.add_argument("files", nargs=number, type=Path, metavar="FILE", help="gzipped or not")
        one.add_argument("--json", action="store_true", help="print the report as JSON")
        one.add_argument(
            "--progress",
            action=argparse.BooleanOptionalAction,
            default=sys.stderr.isatty(),
            help="show a progress bar on stderr (default: when it is a terminal)",
        )
        if kind in BULK:
            one.add_argument(
                "--without-indexes",
                action=argparse.BooleanOptionalAction,
                default=None,
                help="take the indexes of papers away and build them at the end: quicker, but"
                " the site is slow meanwhile (default: for a large file into a small library)",
            )
        if kind == "arxiv-oai":
            one.add_argument("--since", metavar="DAY", help="ask arXiv for what changed since")
            one.add_argument("--subject", default="", help="only this set of arXiv's, such as cs")
        one.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready

    require_ready()
    report = _import(arguments)
    if arguments.json:
        say(report.as_json().decode())
    else:
        for line in report.lines():
            say(line)
    for sentence in report.unreadable:
        complain(f"shortscience: {sentence}")
    return 1 if report.unreadable else 0


def _import(arguments: argparse.Namespace) -> Report:
    """Import the files; those that are not what they should be do not stop the others.

    Raises:
        Stop: none is.
    """
    from shortscience.sources.importing import NotReadable

    files = arguments.files if isinstance(arguments.files, list) else [arguments.files]
    try:
        if arguments.kind == "arxiv-oai" and (arguments.since or not files):
            return _harvest(arguments, files)
        if arguments.kind in BULK:
            return _import_bulk(arguments, files)
        return _import_archive(arguments, files)
    except NotReadable as reason:
        raise Stop(str(reason)) from reason


def _import_bulk(arguments: argparse.Namespace, files: list[Path]) -> Report:
    from shortscience.sources.arxiv.load import import_files as arxiv
    from shortscience.sources.bibtex.load import import_files as bibtex
    from shortscience.sources.crossref.load import files_in
    from shortscience.sources.crossref.load import import_files as crossref
    from shortscience.sources.dblp.load import import_files as dblp
    from shortscience.sources.jsonl.load import import_files as jsonl
    from shortscience.sources.reading import ReaderDied
    from shortscience.sources.whole import KINDS as WHOLE
    from shortscience.sources.whole import import_files as whole

    loaders: dict[str, Callable[..., Report]] = {
        "bibtex": bibtex, "jsonl": jsonl, "dblp": dblp, "arxiv-oai": arxiv,
        "crossref-dump": crossref, **{kind: partial(whole, kind=kind) for kind in WHOLE},
    }  # fmt: skip
    load = loaders[arguments.kind]
    if arguments.kind == "crossref-dump":
        files = files_in(files)
    size = sum(path.stat().st_size for path in files if path.is_file())
    name = files[0].name if len(files) == 1 else f"{len(files)} files"
    with _bar(arguments.progress, name, size) as bar:
        try:
            return load(files, progress=bar, is_load=arguments.without_indexes)
        except ReaderDied as died:
            raise Stop(f"{died} Start the same import again: it goes on where it was.") from died


def _harvest(arguments: argparse.Namespace, files: list[Path]) -> Report:
    from django.conf import settings

    from shortscience.sources.arxiv.load import harvest
    from shortscience.sources.fields import day_in
    from shortscience.sources.http import client

    if files or not arguments.since:
        raise Stop("Give either files of saved answers or --since DAY.", code=2)
    if day_in(arguments.since) is None:
        raise Stop(f"“{arguments.since}” is no day such as 2026-11-01.", code=2)
    if not settings.SOURCES_ONLINE:
        raise Stop("This site does not ask other sites: SOURCES_ONLINE is off.")
    with _bar(arguments.progress, "arXiv") as bar:
        return harvest(client(), since=arguments.since, subject=arguments.subject, progress=bar)


def _import_archive(arguments: argparse.Namespace, files: list[Path]) -> Report:
    """Import pages of the original site, which explain each other, or one of its feeds."""
    from shortscience.sources.pages.load import import_files as pages
    from shortscience.sources.rss.load import import_file as rss

    with _bar(arguments.progress, files[0].name) as bar:
        if arguments.kind == "pages":
            return pages(files, progress=bar)
        return rss(files[0], progress=bar)


@contextmanager
def _bar(shown: bool, name: str, size_bytes: int | None = None) -> Iterator[Progress]:
    """Yield a bar that counts records, or bytes where their number is known."""
    from tqdm import tqdm

    is_size = size_bytes is not None
    with tqdm(
        desc=name,
        total=size_bytes,
        unit="B" if is_size else " records",
        unit_scale=is_size,
        disable=not shown,
        file=sys.stderr,
    ) as bar:
        yield bar
