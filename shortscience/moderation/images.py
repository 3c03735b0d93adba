"""Pictures that moderators take out of sight, wherever they are shown."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shortscience.accounts.querysets import Viewer
from shortscience.images.models import Image, ImageFile
from shortscience.moderation.actions import require_moderator
from shortscience.moderation.models import LogEntry


@transaction.atomic
def set_image_hidden(*, moderator: Viewer, image: Image, hidden: bool, reason: str) -> LogEntry:
    """Hide what the image shows under every address that it has, or bring it back.

    The log names no address: it would lead to what was hidden, or to who else sent it.

    Raises:
        NotAllowed: not a moderator.
    """
    actor = require_moderator(moderator)
    file = ImageFile.objects.select_for_update(of=("self",)).get(images=image)
    now = timezone.now()
    file.hidden_at = now if hidden else None
    file.save(update_fields=["hidden_at"])
    return LogEntry.objects.create(
        actor=actor,
        act=LogEntry.Act.HIDE if hidden else LogEntry.Act.RESTORE,
        reason=reason[:200],
        happened_at=now,
        about="an image",
    )
