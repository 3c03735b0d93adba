"""What may be meant while somebody types: a few papers, quickly, or none."""

from __future__ import annotations

from collections.abc import Sequence

from shortscience.accounts.querysets import Viewer
from shortscience.lib.titles import title_key
from shortscience.papers.models import Paper
from shortscience.papers.querysets import PaperQuerySet
from shortscience.search import engine, queries
from shortscience.search.language import understood
from shortscience.search.results import papers_for

# As many as are seen at a glance, and fit above the keyboard of a phone.
MOST = 8
# One letter finds everything.
SHORTEST = 2


def suggested(text: str, viewer: Viewer) -> Sequence[Paper]:
    """Return the papers that somebody may mean who has typed so far. Never fails."""
    asked = understood(text, typing=True)
    if len(asked.text) < SHORTEST:
        return []
    visible = Paper.objects.visible_to(viewer).select_related("venue").defer("details", "abstract")
    if asked.is_plain and queries.is_unmistakable(keys := queries.identifiers_in(asked.text)):
        return list(visible.with_keys(keys)[:MOST])
    try:
        ids = papers_for(text, limit=MOST, typing=True, needs_all=True)
    except engine.Unavailable:
        return _with_title_beginning_so(visible, asked.text)
    papers = visible.in_bulk(ids)
    return [papers[pk] for pk in ids if pk in papers]


def _with_title_beginning_so(visible: PaperQuerySet, text: str) -> Sequence[Paper]:
    """Return papers from the database's index of titles: as quick, but for whole beginnings."""
    key = title_key(text)
    if len(key) < SHORTEST:
        return []
    begins_so = visible.filter(title_key__gte=key, title_key__lt=f"{key}\U0010ffff")
    return list(begins_so.order_by("title_key", "pk")[:MOST])
