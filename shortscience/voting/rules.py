"""Who may vote, how fast, and which votes count for a person's standing."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import NotAllowed
from shortscience.lib.limits import Limit

# A reader cannot read faster than this; a script can vote faster.
VOTES = Limit(60, timedelta(minutes=10))

# As on the original site: a vote counts for the writer's standing after two days, so that a
# burst that gets undone never shows.
SETTLED_AFTER = timedelta(days=2)


class NotThereToVoteOn(NotAllowed):
    """The voter does not see it: to them it is as if it were not there."""

    def __init__(self) -> None:
        super().__init__(_("Only public summaries can be voted on."))


class OwnSummaryVote(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("You cannot vote on a summary you wrote."))
