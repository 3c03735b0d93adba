"""The devices on which a person is signed in."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from shortscience.accounts.models import User


def keys_of(person: User) -> Iterator[str]:
    """Yield the key of every open session of the person.

    Whose a session is stands inside it, so all open ones are read: some seconds for 100,000.
    Only rare acts ask: export, leaving, signing out everywhere.
    """
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator(2000):
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            yield session.session_key


def end(person: User, *, but: str | None = None) -> int:
    """Sign the person out everywhere, except in the session `but`; return how many ended."""
    keys = [key for key in keys_of(person) if key != but]
    for start in range(0, len(keys), 500):
        Session.objects.filter(session_key__in=keys[start : start + 500]).delete()
    return len(keys)
