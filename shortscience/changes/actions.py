"""Writes about changes: triggers note them, here old ones are forgotten."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from shortscience.changes.models import Change

# Whoever follows looks many times a second, and begins anew when it was away for half of this.
KEPT_FOR = timedelta(days=1)


def prune() -> int:
    """Remove what everybody who follows has read long ago; return how many rows."""
    return Change.objects.filter(changed_at__lt=timezone.now() - KEPT_FOR).delete()[0]
