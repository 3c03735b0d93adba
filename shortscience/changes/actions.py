"""Writes about changes: the few that no trigger sees, and forgetting old ones."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from shortscience.changes.models import Change, CurrentTransaction

# Whoever follows looks many times a second, and begins anew when it was away for half of this.
KEPT_FOR = timedelta(days=1)


def note(source: str) -> None:
    """Note that something changed which is in no table of ours. Call it in the transaction."""
    Change.objects.create(source=source, transaction=CurrentTransaction())


def prune() -> int:
    """Remove what everybody who follows has read long ago; return how many rows."""
    return Change.objects.filter(changed_at__lt=timezone.now() - KEPT_FOR).delete()[0]
