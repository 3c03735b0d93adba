"""Reads about people."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from shortscience.accounts.models import User

Viewer: TypeAlias = "User | AnonymousUser"


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, viewer: Viewer) -> UserQuerySet:
        """People with a page: active ones; staff also see banned ones."""
        if viewer.is_authenticated and viewer.is_staff:
            return self
        return self.filter(models.Q(is_active=True) | ~models.Q(origin="")).filter(
            banned_at__isnull=True
        )

    def who_wrote(self) -> UserQuerySet:
        """People with at least one public summary under their name."""
        return self.filter(public_summaries__gt=0)

    def best_first(self) -> UserQuerySet:
        return self.order_by("-sciscore", "-public_summaries", "id")

    def most_summaries_first(self) -> UserQuerySet:
        return self.order_by("-public_summaries", "id")

    def by_handle(self, handle: str) -> UserQuerySet:
        """At most one person: handles are unique in any case."""
        # Written as the index on it is, so that the index is read; `iexact` would read all rows.
        return self.alias(folded=Lower("username")).filter(folded=handle.lower())
