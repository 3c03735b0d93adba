"""Secret links to texts, and invitations to write one together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shortscience.sharing.querysets import AuthorInvitationQuerySet, SecretLinkQuerySet
from shortscience.sharing.rules import MAX_LABEL
from shortscience.summaries.models import Summary


class SecretLink(models.Model):
    """Whoever has the link reads the summary, until it ends or its row goes."""

    summary = models.ForeignKey(Summary, on_delete=models.CASCADE, related_name="secret_links")
    # `lib.tokens.digest` of the secret in the link; the secret itself is stored nowhere.
    digest = models.CharField(max_length=64, unique=True)
    # What its maker calls it: whom it was sent to. Nobody else sees that.
    label = models.CharField(max_length=MAX_LABEL, blank=True)
    created_at = models.DateTimeField()
    # Null: until it is taken back.
    expires_at = models.DateTimeField(null=True)

    objects = SecretLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Secret link {self.pk}"


class AuthorInvitation(models.Model):
    """The first author asks somebody to be an author too: a member, or whoever has the link."""

    summary = models.ForeignKey(
        Summary, on_delete=models.CASCADE, related_name="author_invitations"
    )
    invited = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="author_invitations",
    )
    digest = models.CharField(max_length=64, null=True, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    declined_at = models.DateTimeField(null=True)

    objects = AuthorInvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["summary", "invited"], name="invited_once_to_write"),
            models.CheckConstraint(
                condition=Q(invited__isnull=True) ^ Q(digest__isnull=True),
                name="invited_by_name_or_link",
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk} to summary {self.summary_id}"
