"""Find papers by what a person types: a plain search of the database. It never writes.

Titles and authors first, then abstracts, then the texts of public summaries; each stage only
while there is room and time. A search that takes too long gives what it has found so far.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

from django.db import OperationalError, connection, transaction
from django.db.models import Case, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from shortscience.accounts.querysets import Viewer
from shortscience.lib.identifiers import Key, Scheme, candidates
from shortscience.lib.paging import Page, window
from shortscience.lib.plaintext import squeeze
from shortscience.lib.titles import title_key
from shortscience.papers.models import Paper
from shortscience.papers.querysets import PaperQuerySet
from shortscience.search.narrow import NO_FILTERS, Narrow
from shortscience.search.snippets import Snippet, snippet_of
from shortscience.summaries import authors as authors_of
from shortscience.summaries.models import Summary

# Longer than any title; the rest of a pasted abstract adds nothing but work.
MAX_QUERY = 300
# Eight words single out any paper; each costs a comparison with every row.
MAX_WORDS = 8
# Nobody reads further than this; who asks for it wants other words.
MAX_HITS = 200
PER_PAGE = 20
# A reader waits this long for a list before pressing again.
TIME_LIMIT_S = 2.0

ORDERS = ("best", "newest", "summaries")

_WORD = re.compile(r"[^\W_]+(?:['’.+-][^\W_]+)*[+#]*")
# Any word has the form of a BibSonomy key. These never do by chance.
_UNMISTAKABLE = frozenset(Scheme) - {Scheme.BIBSONOMY}


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper on the page of results, and the lines that show why it is there."""

    paper: Paper
    snippet: Snippet | None


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found.

    `has_all` is how many of them have every word. `is_plain` says that the database was asked,
    because the index could not be. `corrected` is the text with likelier words in it.
    `paper` is set when the text is an identifier of a paper we have: go there. `identifier` is
    set when it is one of a paper that we do not have. `is_partial` says that time ran out.
    """

    text: str
    words: Sequence[str] = ()
    order: str = "best"
    page: Page[Hit] = field(default_factory=lambda: window([], 1, PER_PAGE, 0))
    total: int = 0
    is_partial: bool = False
    paper: Paper | None = None
    identifier: str = ""
    has_all: int = 0
    has_more: bool = False
    is_plain: bool = False
    corrected: str = ""
    facets: Sequence[Facet] = ()

    @property
    def is_capped(self) -> bool:
        return self.is_plain and self.total >= MAX_HITS

    @property
    def is_relaxed(self) -> bool:
        """Some of the papers lack a word."""
        return self.has_all < self.total


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to narrow the search down: how many papers it leaves, and the text that asks so."""

    label: str
    papers: int
    query: str
    # What an address says for it ("icml"), and whether this one does.
    value: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """Choices of one kind: "venue", "year", "section", "has"."""

    name: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Match:
    """A paper that was found, before anything of it is loaded."""

    pk: int
    year: int = 0
    summaries: int = 0


def find(
    text: str,
    viewer: Viewer,
    page: int = 1,
    order: str = "best",
    narrow: Narrow = NO_FILTERS,
) -> Results:
    """Return page `page` of the papers that match every word of `text`, best match first.

    Args:
        order: "best", "newest" or "summaries"; anything else is "best".
    """
    asked = squeeze(text)[:MAX_QUERY].strip()
    order = order if order in ORDERS else ORDERS[0]
    words = words_of(asked)
    if not asked:
        return Results(text=asked, order=order)
    visible = Paper.objects.visible_to(viewer)
    keys = identifiers_in(asked)
    paper = only(visible.with_keys(keys)) if keys else None
    if paper is not None:
        return Results(text=asked, order=order, paper=paper)
    visible = narrow.of(visible)
    identifier = asked if is_unmistakable(keys) else ""
    if identifier or not words:
        return Results(text=asked, order=order, identifier=identifier)
    found, is_partial = _matches(visible, asked, words)
    if order == "newest":
        found.sort(key=lambda hit: -hit.year)
    elif order == "summaries":
        found.sort(key=lambda hit: -hit.summaries)
    return Results(
        text=asked,
        words=words,
        order=order,
        page=page_of_hits(visible, window(found, page, PER_PAGE, len(found)), words),
        total=len(found),
        has_all=len(found),
        is_partial=is_partial,
        is_plain=True,
    )


def words_of(text: str) -> list[str]:
    """Return the words that a paper must have, each once; single letters only if alone."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(text)))
    return [word for word in words if len(word) > 1 or len(words) == 1][:MAX_WORDS]


def identifiers_in(text: str) -> tuple[Key, ...]:
    """Return the keys that the whole text can be; () where it looks like an ordinary word."""
    keys = candidates(text)
    has_sign = bool(re.search(r"[0-9_:/]", text))
    return tuple(key for key in keys if key.scheme in _UNMISTAKABLE or has_sign)


def is_unmistakable(keys: Sequence[Key]) -> bool:
    """Tell whether the text can only have been meant as an identifier."""
    return any(key.scheme in _UNMISTAKABLE for key in keys)


def only(papers: PaperQuerySet) -> Paper | None:
    found = list(papers[:2])
    return found[0] if len(found) == 1 else None


def _matches(visible: PaperQuerySet, asked: str, words: Sequence[str]) -> tuple[list[Match], bool]:
    """Return at most MAX_HITS papers, best first, and whether time ran out."""
    deadline = time.monotonic() + TIME_LIMIT_S
    found: dict[int, Match] = {}
    try:
        with stopped_at(deadline):
            for stage in _stages(visible, asked, words):
                room = MAX_HITS - len(found)
                if room <= 0:
                    break
                if time.monotonic() > deadline:
                    return list(found.values()), True
                rows = stage.exclude(pk__in=list(found)) if found else stage
                for pk, year, summaries in rows.values_list("pk", "year", "summary_count")[:room]:
                    found[pk] = Match(pk, year or 0, summaries)
    except OperationalError:
        return list(found.values()), True
    return list(found.values()), False


def _stages(visible: PaperQuerySet, asked: str, words: Sequence[str]) -> Iterator[QuerySet[Paper]]:
    """Yield what to ask the database, what it answers fastest and matters most first."""
    key = title_key(asked)
    authors = visible.annotate(authors_text=Cast("authors", TextField()))
    in_title = reduce(and_, map(_in_title, words))
    rank = Case(
        When(title_key=key, then=Value(0)),
        When(title_key__startswith=key, then=Value(1)),
        When(in_title, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    if key:
        # Read from the index: there at once, however many papers there are.
        yield visible.filter(title_key=key).order_by("-summary_count", "-pk")
    yield (
        authors.filter(reduce(and_, (_in_title(word) | in_authors(word) for word in words)))
        .annotate(rank=rank)
        .order_by("rank", "-summary_count", "-year", "-pk")
    )
    yield (
        authors.filter(
            reduce(
                and_,
                (
                    _in_title(word) | in_authors(word) | Q(abstract__icontains=word)
                    for word in words
                ),
            )
        ).order_by("-summary_count", "-year", "-pk")
    )
    told = reduce(and_, (Q(text__icontains=word) for word in words))
    texts = Summary.objects.public().filter(told).values("paper")
    yield visible.filter(pk__in=texts).order_by("-summary_count", "-year", "-pk")


def _in_title(word: str) -> Q:
    """The word in a title; in its key too, which has no accents, cases and formulas."""
    plain = Q(title__icontains=word)
    key = title_key(word)
    return plain | Q(title_key__contains=key) if len(key) > 2 else plain


def in_authors(word: str) -> Q:
    """The word in the list of authors; SQLite keeps letters outside ASCII as "\\u00e9" there."""
    forms = {word, word.capitalize(), word.upper()}
    spelt = {word} | {json.dumps(form)[1:-1] for form in forms if not form.isascii()}
    return reduce(or_, (Q(authors_text__icontains=form) for form in sorted(spelt)))


def page_of_hits(visible: PaperQuerySet, page: Page[Match], words: Sequence[str]) -> Page[Hit]:
    """Load what the page prints: its papers, and one text of each to quote from."""
    ids = [hit.pk for hit in page.items]
    papers = visible.select_related("venue").defer("details").in_bulk(ids)
    texts: dict[int, list[Summary]] = {}
    told = (
        Summary.objects.public()
        .filter(paper__in=ids)
        .select_related("author")
        .only("paper", "author", "is_anonymous", "nth", "joint_count", "text")
        .order_by("-quality", "-pk")[: 5 * PER_PAGE]
    )
    loaded = list(told) if ids else []
    authors_of.load(loaded)
    for summary in loaded:
        texts.setdefault(summary.paper_id, []).append(summary)
    hits = [
        Hit(papers[pk], snippet_of(papers[pk], texts.get(pk, ()), words))
        for pk in ids
        if pk in papers
    ]
    return Page(hits, page.number, page.has_next, page.has_previous, page.last)


@contextmanager
def stopped_at(deadline: float) -> Iterator[None]:
    """Stop a query inside that goes past the deadline: it raises OperationalError then."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        raw = connection.connection
        # Called every so many steps of SQLite's machine: about each millisecond.
        raw.set_progress_handler(lambda: time.monotonic() > deadline, 20_000)
        try:
            yield
        finally:
            raw.set_progress_handler(None, 0)
    elif connection.vendor == "postgresql":
        limit_ms = max(1, int((deadline - time.monotonic()) * 1000))
        is_ours = not connection.in_atomic_block
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [limit_ms])
            yield
            if not is_ours:
                # Would hold to the end of a transaction that is somebody else's.
                cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    else:
        yield
