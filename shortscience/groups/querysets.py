"""Reads about groups. Everything starts from `visible_to(viewer)`: others learn nothing of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count

from shortscience.accounts.querysets import Viewer

if TYPE_CHECKING:
    from shortscience.accounts.models import User
    from shortscience.groups.models import Group, GroupInvitation, Membership


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, viewer: Viewer) -> GroupQuerySet:
        """Groups that the viewer is in. Nobody else sees that they exist, moderators neither."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(closed_at__isnull=True, memberships__member=viewer)

    def open(self) -> GroupQuerySet:
        return self.filter(closed_at__isnull=True)

    def by_name(self) -> GroupQuerySet:
        return self.order_by("name", "pk")

    def with_counts(self) -> GroupQuerySet:
        """Add `member_count`: for a handful of groups."""
        members = (
            self.model._default_manager.filter(pk=models.OuterRef("pk"))
            .order_by()
            .values("pk")
            .annotate(n=Count("memberships"))
            .values("n")
        )
        return self.annotate(member_count=models.Subquery(members))


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, viewer: Viewer) -> MembershipQuerySet:
        """The viewer's own places. A closed group has no members, so it is in none."""
        return self.filter(member=viewer) if viewer.is_authenticated else self.none()

    def owners(self) -> MembershipQuerySet:
        return self.filter(role="owner")

    def in_order(self) -> MembershipQuerySet:
        """Owners first, then who is longest in it."""
        return self.select_related("member").order_by("-role", "joined_at", "pk")

    def except_for(self, person: User) -> MembershipQuerySet:
        return self.exclude(member=person)


class GroupInvitationQuerySet(models.QuerySet["GroupInvitation"]):
    def open(self, now: datetime) -> GroupInvitationQuerySet:
        return self.filter(expires_at__gt=now, group__closed_at__isnull=True)

    def newest_first(self) -> GroupInvitationQuerySet:
        return self.order_by("-created_at", "-pk")
