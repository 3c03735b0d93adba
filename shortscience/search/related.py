"""From one thing to others by the index: papers like a paper, works of an author."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tantivy import Occur, Order, Query

from shortscience.papers.models import Paper
from shortscience.search import engine, store
from shortscience.search.matching import STOPWORDS, Matcher
from shortscience.search.text import author_keys, words_in

# The words that tell most about a paper. More find what is like it in nothing that matters.
_WORDS = 10
# A word of the title is worth this many of the abstract.
_PER_TITLE_WORD = 3
# A word in a larger share of all papers says nothing about any.
_COMMON_SHARE = 0.02
# A related paper shares at least so many of the words.
_SHARED = 2
# The start of an abstract says what the paper is about.
_ABSTRACT_READ = 3000
# Nobody has written more; collaborations that have are no authors.
MOST_WORKS = 2000
_COUNTED = 1000
# What is like a paper changes slowly, and finding it takes as long as the rest of its page.
_KEPT_S = 600
_KEPT_AT_MOST = 10_000
_kept: dict[tuple[object, ...], tuple[float, list[int]]] = {}


@dataclass(frozen=True, slots=True)
class Works:
    """What somebody of this name wrote, newest first, and how many at which venue, in which year.

    A name is not a person: two of one name share a page.
    """

    papers: Sequence[int] = ()
    total: int = 0
    venues: Mapping[str, int] = field(default_factory=dict)
    years: Mapping[int, int] = field(default_factory=dict)


def related(paper: Paper, n: int = 5) -> list[int]:
    """Return the ids of the papers that share the most telling words with this one.

    They may be ten minutes old. Returns [] where the index cannot be read: what is related can
    wait.
    """
    now = time.monotonic()
    key = (paper.pk, paper.title, n, store.current())
    until, found = _kept.get(key, (now, []))
    if now < until:
        return found
    try:
        found = engine.use(lambda matcher: _related(matcher, paper, n))
    except engine.Unavailable:
        return []
    # Nothing yet may be something as soon as the indexer is through.
    if found:
        if len(_kept) >= _KEPT_AT_MOST:
            _kept.clear()
        _kept[key] = now + _KEPT_S, found
    return found


def works_of(author: str, *, limit: int = MOST_WORKS, offset: int = 0) -> Works:
    """Return the papers of authors called exactly so, accents and case aside.

    A name with only initials ("K. He") is that of everybody whom they fit.

    Raises:
        engine.Unavailable: there is no index.
    """
    return engine.use(lambda matcher: _works_of(matcher, author, limit, offset))


def _related(matcher: Matcher, paper: Paper, n: int) -> list[int]:
    telling = _telling_words(matcher, paper)
    if not telling or n < 1:
        return []
    shared = [
        (
            Occur.Should,
            Query.disjunction_max_query(
                [
                    Query.boost_query(Query.term_query(matcher.schema, name, word), boost)
                    for name, boost in (("title", 2.0), ("abstract", 1.0), ("told", 1.0))
                ]
            ),
        )
        for word in telling
    ]
    least = min(_SHARED, len(shared))
    itself = Query.term_query(matcher.schema, "id", paper.pk)
    query = Query.boolean_query(
        [(Occur.Must, Query.boolean_query(shared, least)), (Occur.MustNot, itself)]
    )
    hits = matcher.searcher.search(query, n, count=False, weight_by_field="weight").hits
    return engine.ids_of(matcher.searcher, hits)


def _telling_words(matcher: Matcher, paper: Paper) -> list[str]:
    """Return the words of the paper that few others have, the most telling first."""
    counted = Counter(words_in(paper.abstract[:_ABSTRACT_READ]))
    counted.update(words_in(paper.title) * _PER_TITLE_WORD)
    total = max(1, matcher.searcher.num_docs)
    worth: dict[str, float] = {}
    for word, times in counted.items():
        if len(word) < 3 or word in STOPWORDS or word.isdigit():
            continue
        papers = max(matcher.searcher.doc_freq(name, word) for name in ("title", "abstract"))
        # A word of one paper, this one, finds nothing.
        if 1 < papers <= max(10, _COMMON_SHARE * total):
            worth[word] = math.sqrt(times) * math.log(total / papers)
    return sorted(worth, key=lambda word: -worth[word])[:_WORDS]


def _works_of(matcher: Matcher, author: str, limit: int, offset: int) -> Works:
    keys = author_keys(author)
    if not keys or limit < 1:
        return Works()
    # The last key is the one by initial; where nothing but initials are given it is what is meant.
    has_only_initials = all(len(word) == 1 for word in keys[0].split()[:-1])
    query = Query.term_query(matcher.schema, "names", keys[-1] if has_only_initials else keys[0])
    found = matcher.searcher.search(
        query, limit, offset=offset, order_by_field="year", order=Order.Desc
    )
    counted = matcher.searcher.aggregate(
        query,
        {name: {"terms": {"field": name, "size": _COUNTED}} for name in ("venue", "year")},
    )
    numbers = {
        name: {bucket["key"]: int(bucket["doc_count"]) for bucket in found_["buckets"]}
        for name, found_ in counted.items()
    }
    return Works(
        papers=engine.ids_of(matcher.searcher, found.hits),
        total=engine.count_of(found),
        venues={str(slug): papers for slug, papers in numbers["venue"].items()},
        years={int(year): papers for year, papers in sorted(numbers["year"].items(), reverse=True)},
    )
