"""Sessions in the database, as Django keeps them, found by ready SQL: each request needs one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connections, router
from django.utils import timezone

from shortscience.lib.prepared_writes import update

_FIND = f"""
    SELECT session_data FROM {Session._meta.db_table}
    WHERE session_key = %s AND expire_date > %s
"""  # noqa: S608
_BACKEND_BEFORE = "allauth.account.auth_backends.AuthenticationBackend"


class SessionStore(DatabaseStore):
    def load(self) -> dict[str, Any]:
        connection = connections[router.db_for_read(Session)]
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [self.session_key, now])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(found[0])
        # Nobody is signed out because the backend has another name now.
        if data.get(BACKEND_SESSION_KEY) == _BACKEND_BEFORE:
            data[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        return data

    def save(self, must_create: bool = False) -> None:
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        row = self.create_model_instance(self._get_session())  # type: ignore[attr-defined]
        try:
            update(row, ["session_data", "expire_date"])
        except (Session.DoesNotExist, DatabaseError) as gone:
            raise UpdateError from gone
