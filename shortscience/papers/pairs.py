"""The list of pairs that may be one paper: what intake was not sure of, and what a search finds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

from django.db import models, transaction
from django.db.models import Count

from shortscience.lib.identifiers import Key, Scheme
from shortscience.papers.likeness import block_key
from shortscience.papers.matching import Known, Reason, Verdict, compare
from shortscience.papers.models import DoubtfulPair, Identifier, Paper

# Rows a statement.
ROWS = 1000
# Blocks read together, and the largest that is compared: a larger one says nothing.
BLOCKS = 500
LARGEST_BLOCK = 60


def note_pairs(pairs: Iterable[tuple[int, int, Sequence[Reason]]]) -> int:
    """Put pairs on the list; those that are or were on it stay as they are. Return how many."""
    rows = {
        (min(one, other), max(one, other)): "; ".join(reasons)
        for one, other, reasons in pairs
        if one != other
    }
    made = DoubtfulPair.objects.bulk_create(
        (
            DoubtfulPair(first_id=first, second_id=second, reasons=reasons[:300])
            for (first, second), reasons in sorted(rows.items())
        ),
        batch_size=ROWS,
        ignore_conflicts=True,
    )
    return len(made)


def open_pairs() -> models.QuerySet[DoubtfulPair]:
    """Pairs that wait for a moderator, oldest first; not those of papers merged meanwhile."""
    return (
        DoubtfulPair.objects.filter(
            state=DoubtfulPair.State.OPEN,
            first__hidden_at__isnull=True,
            second__hidden_at__isnull=True,
        )
        .select_related("first__venue", "second__venue")
        .prefetch_related("first__identifiers", "second__identifiers")
        .order_by("pk")
    )


def fill_block_keys() -> int:
    """Compute the block key of papers that have none yet; return how many got one."""
    filled, last = 0, 0
    papers = Paper.objects.filter(block_key__isnull=True).exclude(title_key="").order_by("pk")
    while batch := list(papers.filter(pk__gt=last).only("title", "authors")[:ROWS]):
        last = batch[-1].pk
        for paper in batch:
            paper.block_key = block_key(paper.title, paper.authors)
        found = [paper for paper in batch if paper.block_key is not None]
        with transaction.atomic():
            Paper.objects.bulk_update(found, ["block_key"], batch_size=ROWS)
        filled += len(found)
    return filled


def find_pairs() -> int:
    """Compare papers of one first author and nearly one title; return how many pairs are new.

    For the time after an import, which looks for equal titles only. Nothing is merged: these
    papers have readers already, so that a person decides.
    """
    before = DoubtfulPair.objects.count()
    blocks = (
        Paper.objects.filter(block_key__isnull=False, hidden_at__isnull=True)
        .order_by()
        .values("block_key")
        .annotate(n=Count("pk"))
        .filter(n__gt=1, n__lte=LARGEST_BLOCK)
        .values_list("block_key", flat=True)
    )
    for some in _pieces(blocks.iterator()):
        note_pairs(_alike(some))
    return DoubtfulPair.objects.count() - before


def known_of(papers: Collection[Paper]) -> dict[int, Known]:
    """Return what each paper is compared by, with one query for all their identifiers."""
    keys: dict[int, list[Key]] = {paper.pk: [] for paper in papers}
    rows = Identifier.objects.filter(paper__in=keys).values_list("paper_id", "scheme", "value")
    for paper_id, scheme, value in rows:
        keys[paper_id].append(Key(Scheme(scheme), value))
    return {
        paper.pk: Known(
            paper.title_key,
            paper.title,
            paper.authors,
            paper.year,
            paper.venue_id,
            keys[paper.pk],
            paper.abstract,
        )
        for paper in papers
    }


def _alike(blocks: Sequence[int]) -> Iterator[tuple[int, int, Sequence[Reason]]]:
    papers = list(Paper.objects.filter(block_key__in=blocks, hidden_at__isnull=True).order_by("pk"))
    known = known_of(papers)
    by_block: dict[int, list[int]] = {}
    for paper in papers:
        by_block.setdefault(paper.block_key or 0, []).append(paper.pk)
    for members in by_block.values():
        for one, other in combinations(members, 2):
            decision = compare(known[one], known[other])
            if decision.verdict is not Verdict.DIFFERENT:
                yield one, other, decision.reasons


def _pieces(values: Iterable[int | None]) -> Iterator[list[int]]:
    piece: list[int] = []
    for value in values:
        if value is not None:
            piece.append(value)
        if len(piece) == BLOCKS:
            yield piece
            piece = []
    if piece:
        yield piece
