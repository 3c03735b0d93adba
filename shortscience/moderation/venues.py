"""Venues that moderators put right."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shortscience.accounts.querysets import Viewer
from shortscience.moderation.actions import require_moderator
from shortscience.moderation.models import LogEntry
from shortscience.venues.editing import Details, change
from shortscience.venues.models import Venue


@transaction.atomic
def edit_venue(*, moderator: Viewer, venue: Venue, details: Details, reason: str) -> Venue:
    """Change what we know of a venue, and say so in the public log.

    Raises:
        NotAllowed: not a moderator.
        Refused: a name or prefix is another venue's.
    """
    actor = require_moderator(moderator)
    changed = change(venue, details)
    LogEntry.objects.create(
        actor=actor,
        act=LogEntry.Act.EDIT,
        reason=reason[:200],
        happened_at=timezone.now(),
        about=f"the venue “{changed.name[:180]}”",
    )
    return changed
