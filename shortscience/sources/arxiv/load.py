"""Bring arXiv's OAI-PMH answers into the database: saved ones, or from the network."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from shortscience.papers.intake import take_in
from shortscience.sources import slices, xmltree
from shortscience.sources.arxiv import fetch, oai
from shortscience.sources.arxiv.parse import record
from shortscience.sources.errors import SourceError
from shortscience.sources.http import Client
from shortscience.sources.importing import (
    Found,
    Item,
    NotReadable,
    Piece,
    Place,
    Progress,
    Refusal,
    Report,
    Silent,
)
from shortscience.sources.loading import import_files as load_files
from shortscience.summaries.arrivals import settle
from shortscience.venues.actions import VenueFinder


def import_file(path: Path, *, progress: Progress | None = None) -> Report:
    """Take in the papers of one saved answer.

    Raises:
        NotReadable: it is no answer of OAI-PMH.
    """
    return import_files([path], progress=progress)


def import_files(
    files: Sequence[Path], *, progress: Progress | None = None, is_load: bool | None = None
) -> Report:
    """Take in the papers of saved answers, as one import.

    Raises:
        NotReadable: none of them is an answer of OAI-PMH with records.
    """
    return load_files(files, kind="arxiv-oai", read=read, progress=progress, is_load=is_load)


def read(path: Path, start: Place) -> Iterator[Piece]:
    """Yield the papers of a saved answer from this place on.

    Raises:
        NotReadable: it is no answer of OAI-PMH with records; the message says so.
    """
    return slices.read(path, start, FORM)


def harvest(
    client: Client, *, since: str = "", subject: str = "", progress: Progress | None = None
) -> Report:
    """Take in what arXiv added or changed since this day ("2026-11-01"), page by page.

    When arXiv stops answering, the report says so and all pages before are kept; the same
    call changes nothing about them.

    Raises:
        NotReadable: it gave nothing at all; the message says why.
    """
    bar = Silent() if progress is None else progress
    report, venues, token, pages = Report(), VenueFinder(), None, 0
    started_at = time.monotonic()
    while token or not pages:
        try:
            page = fetch.harvest(client, token=token, since=since, subject=subject)
        except SourceError as error:
            if not pages:
                raise NotReadable(str(error.sentence)) from error
            report.unreadable.append(f"After {pages} pages: {error.sentence}")
            break
        pages += 1
        for taken in take_in(page.records, venues=venues):
            report.took(taken, line=pages, file="arXiv")
        for refused in page.refused:
            sentence = f"{refused.where}: {refused.reason}"
            report.refuse(Refusal(pages, sentence, "arXiv page"), of=report.papers)
        bar.update(len(page.records))
        token = page.next
    settle()
    report.seconds = time.monotonic() - started_at
    return report


def _items(node: xmltree.Node, line: int, name: str) -> Iterator[Item]:
    parsed = oai.parse_records([node], record)
    for found in parsed.records:
        yield Found(found, line)
    for refused in parsed.refused:
        yield Refusal(line, f"{refused.where}: {refused.reason}", name)


FORM = slices.Form(
    root=b"OAI-PMH",
    kinds=(b"record",),
    name=re.compile(rb"<identifier>([^<>]{1,100})</identifier>"),
    what="an answer of OAI-PMH with records",
    items=_items,
)
