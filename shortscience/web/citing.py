"""Papers to cite, found while somebody writes: each with the key that `\\cite{…}` takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from shortscience.accounts.querysets import Viewer
from shortscience.lib.identifiers import candidates
from shortscience.lib.markup import is_citable
from shortscience.papers.models import Paper
from shortscience.search.suggesting import suggested
from shortscience.sources.cited import can_fetch


@dataclass(frozen=True, slots=True)
class Citable:
    """What was looked for, what was found, and an identifier that is fetched when it is cited."""

    text: str
    papers: Sequence[tuple[Paper, str]]
    fetchable: str = ""


def citable(text: str, viewer: Viewer) -> Citable:
    """Return the papers that somebody may want to cite who has typed so far. Never fails."""
    papers = list(suggested(text, viewer))
    prefetch_related_objects(papers, "identifiers")
    key = next(iter(candidates(text)), None)
    is_fetched = key is not None and not papers and can_fetch(key) and is_citable(key.value)
    return Citable(
        text=text,
        papers=[(paper, paper.cite_key) for paper in papers],
        fetchable=key.value if key is not None and is_fetched else "",
    )
