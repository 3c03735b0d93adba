"""The words of the index with how many papers have them: to complete and to correct what is typed.

They are a small index of their own, so that looking up likeness is done by tantivy's automata.
It is made anew now and then, not with every change: a new word is found all the same, it is only
not suggested yet.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tantivy import (
    Document,
    Index,
    Order,
    Query,
    Schema,
    SchemaBuilder,
    Searcher,
)

# Which fields a word is counted in, and in how many papers it must be to be one.
_COUNTED = {"title": 2, "authors": 2, "extra": 2, "abstract": 5}
# A word of an abstract is looked for less often than one of a title.
_PER_ABSTRACT = 8
_HEAP_BYTES = 50_000_000
# Candidates looked at for one correction.
_CANDIDATES = 50
# A word shorter than this is nearly any other with one letter changed.
SHORTEST = 3
# From this length on two letters may be wrong.
LONG = 7


class Likeness(NamedTuple):
    """A word of the index that is like another: how many papers have it, how many edits apart."""

    word: str
    papers: int
    edits: int


class Words:
    """Reads the words of one index."""

    def __init__(self, folder: Path) -> None:
        self._index = Index.open(str(folder))
        self._schema = self._index.schema
        self._searcher: Searcher = self._index.searcher()

    def beginning_with(self, prefix: str, *, limit: int) -> list[str]:
        """Return the most frequent words that begin so."""
        query = Query.fuzzy_term_query(
            self._schema, "word", prefix, distance=0, transposition_cost_one=False, prefix=True
        )
        return [word for word, _ in self._most_frequent(query, limit)]

    def like(self, word: str, *, limit: int) -> list[Likeness]:
        """Return words that this one may be a slip of, the likeliest first; itself left out."""
        if not SHORTEST <= len(word) <= 40:
            return []
        found: list[Likeness] = []
        for distance in (1, 2) if len(word) >= LONG else (1,):
            query = Query.fuzzy_term_query(self._schema, "word", word, distance=distance)
            found = [
                Likeness(other, papers, edits(word, other))
                for other, papers in self._most_frequent(query, _CANDIDATES)
                if other != word
            ]
            if found:
                break
        # People rarely mistake the first letter.
        found.sort(key=lambda one: (one.edits + (one.word[0] != word[0]), -one.papers))
        return found[:limit]

    def papers_with(self, word: str) -> int:
        """Return in how many papers the word counts; 0 when it is no word of ours."""
        query = Query.term_query(self._schema, "word", word)
        return next((papers for _, papers in self._most_frequent(query, 1)), 0)

    def _most_frequent(self, query: Query, limit: int) -> list[tuple[str, int]]:
        hits = self._searcher.search(
            query, limit, count=False, order_by_field="papers", order=Order.Desc
        ).hits
        return [
            (str(self._searcher.doc(address).get_first("word")), int(papers))
            for papers, address in hits
        ]


def write_words(searcher: Searcher, folder: Path) -> int:
    """Count the words of an index and write them to a new folder; return how many."""
    folder.mkdir()
    schema = _schema()
    writer = Index(schema, str(folder)).writer(_HEAP_BYTES, 1)
    written = 0
    for word, papers in _counted(searcher):
        writer.add_document(Document.from_dict({"word": word, "papers": papers}, schema))
        written += 1
    writer.commit()
    writer.wait_merging_threads()
    return written


def edits(one: str, other: str) -> int:
    """Return how many letters were left out, added, changed or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("word", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("papers", fast=True)
    return builder.build()


def _counted(searcher: Searcher) -> Iterator[tuple[str, int]]:
    """Yield each word worth suggesting, a first letter at a time to keep memory small."""
    for first in string.ascii_lowercase + string.digits:
        counted: Counter[str] = Counter()
        for field, least in _COUNTED.items():
            share = _PER_ABSTRACT if field == "abstract" else 1
            for word, papers in searcher.terms_with_prefix(field, first):
                if papers >= least and _is_telling(word):
                    counted[word] += max(1, papers // share)
        yield from counted.items()


def _is_telling(word: str) -> bool:
    """Leave out numbers and what is longer than words are."""
    return 2 <= len(word) <= 40 and not word.isdigit()
