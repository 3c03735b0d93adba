"""One's library, a tag, or a list as a file for reference managers, written piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from shortscience.lib import csljson_writer
from shortscience.library.querysets import ListItemQuerySet, SavedPaperQuerySet
from shortscience.papers.bibtex import as_bibtex
from shortscience.papers.citing import as_csljson, as_ris
from shortscience.papers.models import Paper

# Papers in memory at a time.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Exported:
    """A paper of a file, with what its owner noted."""

    paper: Paper
    tags: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its label, ending and media type, how a paper and a whole file look."""

    label: str
    ending: str
    media_type: str
    write: Callable[..., str]
    join: Callable[[Iterable[str]], Iterator[str]] = iter


FORMATS = {
    made.ending: made
    for made in (
        Format("BibTeX", "bib", "text/x-bibtex; charset=utf-8", as_bibtex),
        Format(
            "CSL-JSON",
            "json",
            "application/vnd.citationstyles.csl+json",
            as_csljson,
            csljson_writer.document,
        ),
        Format("RIS", "ris", "application/x-research-info-systems", as_ris),
    )
}


def as_file(rows: Iterable[Exported], form: Format) -> Iterator[str]:
    """Yield the file in pieces."""
    return form.join(form.write(row.paper, tags=row.tags, note=row.note) for row in rows)


def from_library(saved: SavedPaperQuerySet) -> Iterator[Exported]:
    """Yield the owner's saved papers; what a moderator removed is left out."""
    rows = saved.filter(paper__hidden_at__isnull=True).for_shelf()
    rows = rows.prefetch_related("paper__identifiers")
    for row in rows.iterator(chunk_size=BATCH):
        yield Exported(row.paper, row.tag_names, row.note)


def from_list(items: ListItemQuerySet) -> Iterator[Exported]:
    """Yield the papers of a list in their order; remarks stay out, since a list may be others'."""
    rows = items.with_open_papers().in_order().for_list().prefetch_related("paper__identifiers")
    for item in rows.iterator(chunk_size=BATCH):
        yield Exported(item.paper)
