"""`shortscience export`: what is public, for others to use."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from shortscience.config.terminal import Stop

if TYPE_CHECKING:
    from shortscience.papers.models import Paper
    from shortscience.summaries.models import Summary

# Rows in memory at a time.
BATCH = 1000


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "export",
        help="write out what is public",
        description="Write the public summaries (CC BY 4.0), the papers, or the papers as BibTeX."
        " Summaries and papers are JSON lines, UTF-8, one record a line.",
    )
    command.add_argument("what", choices=["summaries", "papers", "bibtex"])
    command.add_argument("file", nargs="?", type=Path, help="where to (default: stdout)")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready

    require_ready()
    lines = {"summaries": summaries, "papers": papers, "bibtex": bibtex}[arguments.what]
    if arguments.file is None:
        _write(lines, sys.stdout.buffer)
        return 0
    try:
        with arguments.file.open("wb") as file:
            _write(lines, file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Stop(f"Cannot write {arguments.file}: {reason}.") from error
    return 0


def _write(lines: Callable[[], Iterator[bytes]], file: IO[bytes]) -> None:
    for line in lines():
        file.write(line + b"\n")
    file.flush()


def summaries() -> Iterator[bytes]:
    """Yield every public summary; an anonymous one names nobody."""
    from django.contrib.auth.models import AnonymousUser

    from shortscience.summaries.models import Summary

    shown = Summary.objects.visible_to(AnonymousUser()).for_listing().order_by("pk")
    for row in shown.iterator(chunk_size=BATCH):
        yield msgspec.json.encode(_summary(row))


def papers() -> Iterator[bytes]:
    """Yield every paper that is not hidden."""
    for paper in _papers():
        yield msgspec.json.encode(_paper(paper))


def bibtex() -> Iterator[bytes]:
    """Yield every paper that is not hidden as a BibTeX entry."""
    from shortscience.papers.bibtex import as_bibtex

    for paper in _papers():
        yield as_bibtex(paper).encode()


def _papers() -> Iterator[Paper]:
    from django.contrib.auth.models import AnonymousUser

    from shortscience.papers.models import Paper

    shown = Paper.objects.visible_to(AnonymousUser()).for_card().order_by("pk")
    yield from shown.iterator(chunk_size=BATCH)


def _summary(row: Summary) -> dict[str, object]:
    from django.conf import settings

    writer = row.named_author
    return {
        "id": row.pk,
        "url": settings.SITE_URL + row.get_absolute_url(),
        "paper": {
            "id": row.paper.pk,
            "title": row.paper.title,
            "keys": [str(key) for key in row.paper.identifiers.all()],
        },
        "author": writer.username if writer else None,
        "authors": [one.username for one in row.named_authors],
        "anonymous": row.is_anonymous,
        "text": row.text,
        "published_at": row.published_at,
        "edited_at": row.edited_at,
        "score": row.score,
        "licence": row.licence,
        "level": row.level or None,
        "origin": row.origin or None,
    }


def _paper(paper: Paper) -> dict[str, object]:
    from django.conf import settings

    return {
        "id": paper.pk,
        "page": settings.SITE_URL + paper.get_absolute_url(),
        "title": paper.title,
        "authors": paper.authors,
        "year": paper.year,
        "venue": paper.venue.short_name if paper.venue else None,
        "venue_name": paper.venue.name if paper.venue else None,
        "published": paper.published_on,
        "keywords": paper.keywords,
        "section": paper.section or None,
        "source": paper.source or None,
        "keys": [str(key) for key in paper.identifiers.all()],
        "url": paper.details.get("url"),
        "abstract": paper.abstract or None,
        "abstract_by": paper.abstract_by or None,
        "summaries": paper.summary_count,
    }
