"""The outbox of the search: whoever changes what is found says so in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.utils import timezone

from shortscience.changes.models import CurrentTransaction
from shortscience.lib.prepared_writes import insert
from shortscience.papers.models import IndexChange

# A node that was away for longer builds its index anew, which takes minutes, not days.
KEPT_FOR = timedelta(days=8)
# Rows a statement.
ROWS = 1000


def changed(papers: Iterable[int]) -> None:
    """Note that these papers, or the public texts on them, changed. Call it in the transaction."""
    found = list(runs(papers))
    if len(found) == 1:
        ((first, last),) = found
        row = {"transaction": CurrentTransaction(), "changed_at": timezone.now()}
        insert(IndexChange, first=first, last=last, **row)
        return
    IndexChange.objects.bulk_create(
        (
            IndexChange(first=first, last=last, transaction=CurrentTransaction())
            for first, last in found
        ),
        batch_size=ROWS,
    )


def prune() -> int:
    """Remove what every node that is alive has read long ago; return how many rows."""
    old = IndexChange.objects.filter(changed_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the numbers as runs without gaps: 1, 2, 3, 7 are (1, 3) and (7, 7)."""
    start = end = None
    for number in sorted(set(numbers)):
        if start is None or end is None:
            start = end = number
        elif number == end + 1:
            end = number
        else:
            yield start, end
            start = end = number
    if start is not None and end is not None:
        yield start, end
