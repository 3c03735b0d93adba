"""Documents for the index, read from the database a batch at a time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Q
from tantivy import Document, Schema

from shortscience.claims.models import Claim
from shortscience.papers.models import Paper
from shortscience.search.schema import WORD_FIELDS
from shortscience.search.snippets import readable
from shortscience.search.text import author_keys, joined_words, prepared
from shortscience.summaries.models import Summary
from shortscience.venues.models import Venue

# Papers read and written at a time: memory stays constant, however many there are.
BATCH = 2000
# The largest collaborations have 5,000 authors; a reader knows the first ones.
MAX_NAMES = 1000
# A text is indexed this far; what stands later is rarely what it is about.
MAX_TEXT = 40_000

# tantivy multiplies scores by log2(2 + weight). This many halves of doubling are 1.
_ONE = 8.0
# Ten summaries and thirty votes may lift a paper by three quarters, not over any other.
_PER_SUMMARY = 0.15
_PER_VOTE = 0.05
_MOST = 2.0

_COLUMNS = (
    "pk", "title", "authors", "year", "venue_id", "section", "keywords", "abstract",
    "summary_count", "claim_count",
)  # fmt: skip


class Documents:
    """Makes documents. Keeps the venues it has met, so use one for one run."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._venues: dict[int, tuple[str, str]] = {}

    def of(self, papers: Q) -> Iterator[tuple[int, Document]]:
        """Yield id and document of each of these papers that a stranger may see."""
        rows = list(Paper.objects.filter(papers, hidden_at__isnull=True).values_list(*_COLUMNS))
        self._meet_venues({row[4] for row in rows if row[4]})
        told = _told([row[0] for row in rows if row[8]])
        statuses = _statuses_of_claims([row[0] for row in rows if row[9]])
        for row in rows:
            yield row[0], self._document(row, told.get(row[0]), statuses.get(row[0], set()))

    def _document(
        self, row: tuple[Any, ...], told: tuple[list[str], int] | None, statuses: set[str]
    ) -> Document:
        pk, title, authors, year, venue_id, section, keywords, abstract, summaries, _ = row
        texts, votes = told or ([], 0)
        authors = authors[:MAX_NAMES]
        slug, venue_names = self._venues.get(venue_id, ("", ""))
        words = {
            "title": [prepared(title)],
            "authors": [prepared(name) for name in authors],
            "extra": [venue_names, *keywords, *joined_words(title)],
            "abstract": [prepared(abstract[:MAX_TEXT])],
            "told": texts,
        }
        values: dict[str, Any] = {
            **words,
            "id": pk,
            "names": list({key for author in authors for key in author_keys(author)}),
            "all": [text for name in WORD_FIELDS for text in words[name]],
            "section": section,
            "summaries": summaries,
            "weight": weight(summaries=summaries, votes=votes),
        }
        if slug:
            values["venue"] = slug
        if year is not None:
            values["year"] = year
        if has := [*(["summary"] if texts else []), *sorted(statuses)]:
            values["has"] = has
        return Document.from_dict(values, self._schema)

    def _meet_venues(self, wanted: Collection[int]) -> None:
        if new := wanted - self._venues.keys():
            rows = Venue.objects.filter(pk__in=new).values_list("pk", "slug", "short_name", "name")
            self._venues |= {pk: (slug, prepared(f"{a} {b}")) for pk, slug, a, b in rows}


def weight(*, summaries: int, votes: int) -> int:
    """Return the number for which log2(2 + number) is in proportion to a paper's pull."""
    pull = 1 + _PER_SUMMARY * math.log2(1 + summaries) + _PER_VOTE * math.log2(1 + max(0, votes))
    return round(2 ** (_ONE * min(pull, _MOST))) - 2


def _told(papers: list[int]) -> dict[int, tuple[list[str], int]]:
    """Return the texts of the public summaries of these papers, and the sum of their votes."""
    if not papers:
        return {}
    found: dict[int, tuple[list[str], int]] = {}
    rows = Summary.objects.public().filter(paper__in=papers).order_by("-quality", "-pk")
    for pk, text, score in rows.values_list("paper", "text", "score"):
        texts, votes = found.get(pk, ([], 0))
        found[pk] = ([*texts, prepared(readable(text[:MAX_TEXT]))], votes + score)
    return found


def _statuses_of_claims(papers: list[int]) -> dict[int, set[str]]:
    """Return which statuses the listed claims of these papers have."""
    if not papers:
        return {}
    found: dict[int, set[str]] = defaultdict(set)
    claims = Claim.objects.public().standing().alone().filter(paper__in=papers)
    for pk, status in claims.values_list("paper", "status"):
        found[pk].add(status)
    return found
