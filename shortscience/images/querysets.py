"""Reads about images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, Sum

from shortscience.accounts.querysets import Viewer

if TYPE_CHECKING:
    from shortscience.accounts.models import User
    from shortscience.images.models import Image


class ImageQuerySet(models.QuerySet["Image"]):
    def visible_to(self, viewer: Viewer) -> ImageQuerySet:
        """Finished ones that no moderator hid, and one's own that are being made.

        Who has the address may see it: it was in a text that they were shown. Staff also see
        hidden ones.
        """
        shown = Q(file__isnull=False, file__hidden_at__isnull=True)
        if not viewer.is_authenticated:
            return self.filter(shown)
        own = Q(owner=viewer, file__isnull=True) & ~Q(original="")
        if viewer.is_staff:
            return self.filter(Q(file__isnull=False) | own)
        return self.filter(shown | own)

    def owned_by(self, person: User) -> ImageQuerySet:
        return self.filter(owner=person)

    def waiting(self) -> ImageQuerySet:
        return self.exclude(original="")

    def hidden(self) -> ImageQuerySet:
        return self.filter(file__hidden_at__isnull=False)

    def newest_first(self) -> ImageQuerySet:
        return self.select_related("file").order_by("-pk")

    def total_bytes(self) -> int:
        """What they take, each for itself: others who sent the same make it no smaller."""
        total: int | None = self.aggregate(total=Sum("file__size_bytes"))["total"]
        return total or 0
