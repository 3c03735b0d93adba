"""The operator's switches. Each is seen by every process of every machine within a second."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shortscience.operations import mode
from shortscience.operations.models import Switches


def stop_writing(*, until: datetime | None = None, says: str = "") -> None:
    """Refuse everything that would change the database; reading goes on."""
    _switch(is_read_only=True, until=until, says=says)


def allow_writing() -> None:
    _switch(is_read_only=False, until=None, says="")


def close_site(*, until: datetime | None = None, says: str = "") -> None:
    """Show one page instead of all others, except to staff who are signed in."""
    _switch(is_closed=True, until=until, says=says)


def open_site() -> None:
    _switch(is_closed=False, until=None, says="")


@transaction.atomic
def _switch(**columns: bool | str | datetime | None) -> None:
    Switches.objects.update_or_create(pk=1, defaults=columns)
    transaction.on_commit(mode.forget)
