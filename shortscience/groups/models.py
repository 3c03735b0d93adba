"""Groups: a lab or a reading circle whose members share texts with each other only."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shortscience.groups.querysets import (
    GroupInvitationQuerySet,
    GroupQuerySet,
    MembershipQuerySet,
)
from shortscience.groups.rules import MAX_ABOUT, MAX_NAME
from shortscience.lib.routes import address


class Group(models.Model):
    """Who is in it stands in `Membership`. A closed one keeps its row and nothing else.

    What was said among its members points to the row: were it gone, nothing would tell that the
    words were not for everybody.
    """

    name = models.CharField(max_length=MAX_NAME)
    about = models.CharField(max_length=MAX_ABOUT, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = GroupQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Group {self.pk}"

    def get_absolute_url(self) -> str:
        return address("group", self.pk)


class Membership(models.Model):
    """A person in a group."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        MEMBER = "member", _("member")

    # The unique constraint below serves what an index of this column would.
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=6, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "member"], name="once_in_a_group")]

    def __str__(self) -> str:
        return f"Member {self.member_id} of group {self.group_id}"

    @property
    def is_owner(self) -> bool:
        return self.role == self.Role.OWNER


class GroupInvitation(models.Model):
    """A link that lets whoever has it join, until it ends or is taken back."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="invitations")
    # `lib.tokens.digest` of the secret in the link; the secret itself is stored nowhere.
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="group_invitations",
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # How many joined by it.
    uses = models.PositiveIntegerField(default=0)

    objects = GroupInvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Invitation {self.pk}"

    def is_open(self, now: datetime) -> bool:
        return self.expires_at > now
