"""The works of an author by name: from the index where there is one, else from the database."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from django.db import OperationalError
from django.db.models import TextField
from django.db.models.functions import Cast

from shortscience.accounts.querysets import Viewer
from shortscience.lib.paging import Page
from shortscience.lib.plaintext import squeeze
from shortscience.papers.models import Paper
from shortscience.papers.querysets import PaperQuerySet
from shortscience.search import engine, queries
from shortscience.search.related import works_of
from shortscience.search.text import author_keys
from shortscience.venues.models import Venue

PER_PAGE = 25
# People are counted among the newest works: more changes nothing at the top of the list.
WORKS_READ = 200
# Who shares a paper with a hundred others has not written with each of them.
MOST_TOGETHER = 60
SHOWN = 12
# Longer than any name; the rest of such an address is no name.
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Author:
    """Everybody who signs with this name: `name` as most papers print it, works newest first.

    `is_plain` says that the database was asked, which knows no numbers of venues and years.
    `is_several` says that the name has initials only, so that it is several people's.
    """

    name: str
    total: int
    page: Page[Paper]
    venues: Sequence[tuple[Venue, int]] = ()
    years: Sequence[tuple[int, int]] = ()
    coauthors: Sequence[tuple[str, int]] = ()
    coauthor_count: int = 0
    is_plain: bool = False
    is_several: bool = False


@dataclass(frozen=True, slots=True)
class _Works:
    ids: Sequence[int]
    total: int
    venues: Sequence[tuple[Venue, int]] = ()
    years: Sequence[tuple[int, int]] = ()
    is_plain: bool = False


def author_named(name: str, viewer: Viewer, *, page: int = 1) -> Author | None:
    """Return who signs so, with page `page` of the works; None where nobody does. Never fails."""
    name = squeeze(name)[:MAX_NAME]
    key, is_several = _key(name)
    if not key:
        return None
    visible = Paper.objects.visible_to(viewer)
    works = _works(name, key, visible)
    if not works.ids:
        return None
    names, coauthors = _people(key, works.ids[:WORKS_READ], visible)
    if not names:
        return None
    return Author(
        name=name if is_several else names.most_common(1)[0][0],
        total=works.total,
        page=_page(works.ids, page, visible),
        venues=works.venues,
        years=works.years,
        coauthors=coauthors.most_common(SHOWN),
        coauthor_count=len(coauthors),
        is_plain=works.is_plain,
        is_several=is_several,
    )


def _key(name: str) -> tuple[str, bool]:
    """Return what the name is compared by, and whether it has only initials before the last."""
    keys = author_keys(name)
    if not keys:
        return "", False
    given = keys[0].split()[:-1]
    is_several = bool(given) and all(len(word) == 1 for word in given)
    return keys[-1] if is_several else keys[0], is_several


def _works(name: str, key: str, visible: PaperQuerySet) -> _Works:
    try:
        found = works_of(name)
    except engine.Unavailable:
        ids = _from_database(name, key, visible)
        return _Works(ids, len(ids), is_plain=True)
    most = dict(sorted(found.venues.items(), key=lambda one: -one[1])[:SHOWN])
    venues = Venue.objects.in_bulk(list(most), field_name="slug")
    return _Works(
        found.papers,
        found.total,
        [(venues[slug], papers) for slug, papers in most.items() if slug in venues],
        list(found.years.items()),
    )


def _from_database(name: str, key: str, visible: PaperQuerySet) -> list[int]:
    """Return the newest works that are found in the time that a reader waits."""
    words = queries.words_of(name)
    if not words:
        return []
    said = reduce(and_, map(queries.in_authors, words))
    papers = visible.annotate(authors_text=Cast("authors", TextField())).filter(said)
    rows = papers.order_by("-year", "-pk").values_list("pk", "authors")[: queries.MAX_HITS]
    found: list[int] = []
    try:
        with queries.stopped_at(time.monotonic() + queries.TIME_LIMIT_S):
            found = [pk for pk, authors in rows if any(key in author_keys(one) for one in authors)]
    except OperationalError:
        return []
    return found


def _people(
    key: str, papers: Sequence[int], visible: PaperQuerySet
) -> tuple[Counter[str], Counter[str]]:
    """Return how the papers print the name, and with whom it stands on how many of them."""
    names: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for authors in visible.filter(pk__in=papers).values_list("authors", flat=True):
        own = [name for name in authors if key in author_keys(name)]
        names.update(own[:1])
        if len(authors) <= MOST_TOGETHER:
            others.update({name for name in authors if name not in own})
    return names, others


def _page(ids: Sequence[int], number: int, visible: PaperQuerySet) -> Page[Paper]:
    start = (number - 1) * PER_PAGE
    shown = ids[start : start + PER_PAGE]
    papers = visible.select_related("venue").defer("details", "abstract").in_bulk(list(shown))
    return Page(
        [papers[pk] for pk in shown if pk in papers],
        number,
        has_next=len(ids) > start + PER_PAGE,
        has_previous=number > 1,
        last=max(1, -(-len(ids) // PER_PAGE)),
    )
