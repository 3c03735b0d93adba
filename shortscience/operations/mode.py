"""What the site lets people do just now, as this process knows it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection

from shortscience.operations.models import Switches

# Where a request carries the mode, if it is not the usual one.
MODE = "shortscience.mode"
# Every process looks this often, so all of them know within a second.
LOOKS_EVERY_S = 0.5
# What a page tells a browser or a robot when nobody said until when.
TRY_AGAIN_AFTER_S = 120


@dataclass(frozen=True, slots=True)
class Mode:
    """The switches: everything is open by default."""

    is_read_only: bool = False
    is_closed: bool = False
    until: datetime | None = None
    says: str = ""

    @property
    def is_usual(self) -> bool:
        return not (self.is_read_only or self.is_closed)

    def retry_after_s(self, now: datetime) -> int:
        """Return after how many seconds it is worth trying again, at least 1."""
        if self.until is None or self.until <= now:
            return TRY_AGAIN_AFTER_S
        return max(1, int((self.until - now).total_seconds()))


@dataclass(slots=True)
class _Known:
    mode: Mode
    looked_at: float = float("-inf")


_known = _Known(Mode())


def current() -> Mode:
    """Return the mode; costs a query every half second, and none in between.

    While the database does not answer, it stays what it was.
    """
    now = time.monotonic()
    if now - _known.looked_at >= LOOKS_EVERY_S:
        # Noted first: of many threads one asks.
        _known.looked_at = now
        try:
            _known.mode = stored()
        except DatabaseError:
            # A connection that broke is made anew by the next who asks.
            connection.close_if_unusable_or_obsolete()
    return _known.mode


def stored() -> Mode:
    """Return the mode as the database and the settings have it.

    Raises:
        DatabaseError: the database does not answer, or lacks the table.
    """
    row = Switches.objects.filter(pk=1).first() or Switches()
    return Mode(
        is_read_only=row.is_read_only or settings.READ_ONLY,
        is_closed=row.is_closed,
        until=row.until,
        says=row.says,
    )


def forget() -> None:
    """Look again at the next call of `current`."""
    _known.looked_at = float("-inf")
