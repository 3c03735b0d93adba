"""Keys of programs: made, used and taken back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import ProgramKey, User
from shortscience.accounts.querysets import Viewer
from shortscience.lib.errors import Refused
from shortscience.lib.tokens import digest, is_token, new_token

# One for each machine that somebody works on.
MOST_KEYS = 10


class TooManyKeys(Refused):
    def __init__(self) -> None:
        super().__init__(_("You have ten keys. Take back one that you do not use."))


@transaction.atomic
def make_key(*, by: Viewer, name: str) -> tuple[ProgramKey, str]:
    """Make a key; return it with the secret, which nobody can read again.

    Raises:
        TooManyKeys: the person has `MOST_KEYS`.
    """
    member = User.objects.select_for_update().get(pk=require_member(by).pk)
    if member.program_keys.count() >= MOST_KEYS:
        raise TooManyKeys
    secret = new_token()
    key = ProgramKey.objects.create(
        person=member,
        name=" ".join(name.split())[:40],
        digest=digest(secret),
        made_at=timezone.now(),
    )
    return key, secret


def take_back(*, by: Viewer, number: int) -> bool:
    """Make a key of the person's own worthless; tell whether there was one."""
    member = require_member(by)
    return bool(member.program_keys.filter(pk=number).delete()[0])


def owner_of(secret: str) -> User | None:
    """Return whose key this is, if it is one and its owner may write."""
    if not is_token(secret):
        return None
    key = ProgramKey.objects.select_related("person").filter(digest=digest(secret)).first()
    if key is None or key.person.is_banned or not key.person.is_active:
        return None
    today = timezone.now().date()
    if key.used_on != today:
        ProgramKey.objects.filter(pk=key.pk).update(used_on=today)
    return key.person
