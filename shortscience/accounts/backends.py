"""Who the person of a session is."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from shortscience.accounts.models import User
from shortscience.lib.prepared import Prepared, numbered


class MemberBackend(AuthenticationBackend):  # type: ignore[misc]  # it has no types
    """allauth's, which finds people by ready SQL: every page of a member needs one."""

    def get_user(self, user_id: Any) -> User | None:  # Any: what the session says
        found = _MEMBER(numbered(User, user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None


_MEMBER = Prepared(lambda user: User.objects.filter(pk=user.pk))
