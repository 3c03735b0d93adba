"""Does the index hold the papers that it should? For `shortscience doctor` and for tests."""

from __future__ import annotations

from collections.abc import Iterator

from tantivy import FieldType, Query

from shortscience.papers.models import Paper
from shortscience.search import engine
from shortscience.search.matching import Matcher

# Papers compared at a time.
BATCH = 5000


def differing() -> Iterator[int]:
    """Yield the papers that the index lacks, or has and should not, or with other summaries.

    Raises:
        engine.Unavailable: there is no index.
    """
    newest = Paper.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for first in range(1, newest + 1, BATCH):
        yield from _differing(first, first + BATCH - 1)
    # Beyond the newest paper there should be none.
    yield from engine.use(lambda matcher: _indexed(matcher, newest + 1, newest + BATCH))


def _differing(first: int, last: int) -> list[int]:
    stored = dict(
        Paper.objects.filter(pk__range=(first, last), hidden_at__isnull=True).values_list(
            "pk", "summary_count"
        )
    )
    found = engine.use(lambda matcher: _indexed(matcher, first, last))
    wrong = {pk for pk in stored.keys() | found.keys() if stored.get(pk) != found.get(pk)}
    return sorted(wrong)


def _indexed(matcher: Matcher, first: int, last: int) -> dict[int, int]:
    """Return the papers in the index with ids in this range, and their numbers of summaries."""
    searcher = matcher.searcher
    query = Query.range_query(matcher.schema, "id", FieldType.Integer, first, last)
    addresses = [address for _, address in searcher.search(query, last - first + 1).hits]
    if not addresses:
        return {}
    papers = searcher.fast_field_values("id", addresses)
    summaries = searcher.fast_field_values("summaries", addresses)
    return {int(pk or 0): int(n or 0) for pk, n in zip(papers, summaries, strict=True)}
