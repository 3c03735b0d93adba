"""Votes: one row per voter and summary."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shortscience.summaries.models import Summary
from shortscience.voting.querysets import SummaryVoteQuerySet


class SummaryVote(models.Model):
    class Value(models.IntegerChoices):
        DOWN = -1, _("not helpful")
        UP = 1, _("helpful")

    # Of both, what is below begins with the column: an index of its own would be written twice.
    summary = models.ForeignKey(
        Summary, on_delete=models.CASCADE, related_name="votes", db_index=False
    )
    voter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="summary_votes",
        db_index=False,
    )
    value = models.SmallIntegerField(choices=Value.choices)
    voted_at = models.DateTimeField()

    objects = SummaryVoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["summary", "voter"], name="one_vote_per_summary"),
            models.CheckConstraint(
                condition=models.Q(value__in=[-1, 1]), name="vote_is_up_or_down"
            ),
        ]
        indexes = [
            # Serves the limit on votes per minute.
            models.Index(fields=["voter", "voted_at"], name="votes_of_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.value:+d} by {self.voter_id} on {self.summary_id}"
