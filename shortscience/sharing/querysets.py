"""Reads about secret links and invitations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from shortscience.accounts.querysets import Viewer
from shortscience.lib.tokens import digest

if TYPE_CHECKING:
    from shortscience.sharing.models import AuthorInvitation, SecretLink
    from shortscience.summaries.models import Summary


class SecretLinkQuerySet(models.QuerySet["SecretLink"]):
    def opened_by(self, token: str, *, now: datetime) -> SecretLinkQuerySet:
        """The link with this secret, if it works: a wrong one and an ended one are alike."""
        works = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        return self.filter(
            works,
            digest=digest(token),
            summary__hidden_at__isnull=True,
            summary__paper__hidden_at__isnull=True,
        )

    def of(self, summary: Summary) -> SecretLinkQuerySet:
        return self.filter(summary=summary).order_by("-created_at", "-pk")

    def working(self, now: datetime) -> SecretLinkQuerySet:
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


class AuthorInvitationQuerySet(models.QuerySet["AuthorInvitation"]):
    def open(self, now: datetime) -> AuthorInvitationQuerySet:
        return self.filter(declined_at__isnull=True, expires_at__gt=now)

    def to(self, viewer: Viewer) -> AuthorInvitationQuerySet:
        """Those that ask this person by name."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(invited=viewer, summary__paper__hidden_at__isnull=True)

    def opened_by(self, token: str) -> AuthorInvitationQuerySet:
        return self.filter(digest=digest(token), summary__paper__hidden_at__isnull=True)

    def for_reading(self) -> AuthorInvitationQuerySet:
        """Load what the page of an invitation prints."""
        return self.select_related("summary__paper", "summary__author", "invited")
