"""How far the index of this machine is behind the database."""

from __future__ import annotations

from django.db.models import Q

from shortscience.papers.models import IndexChange
from shortscience.search.store import State

# Counting stops here: more is "very far" to everybody.
MOST_COUNTED = 10_000


def unread(state: State) -> int:
    """Return how many changes came after this state, at most MOST_COUNTED."""
    after = Q(transaction__gt=state.transaction) | Q(
        transaction=state.transaction, pk__gt=state.row
    )
    return IndexChange.objects.filter(after)[:MOST_COUNTED].count()
