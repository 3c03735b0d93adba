"""What may be written, how fast, and what the site says when not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Conflict, NotAllowed
from shortscience.lib.limits import Limit

if TYPE_CHECKING:
    from shortscience.summaries.models import Summary

# Nobody reads and explains more papers than this in a day; a robot would.
NEW_SUMMARIES = Limit(20, timedelta(days=1))


class AlreadyWritten(Conflict):
    """The person has a summary of this paper: a second tab, or forgotten. `existing` is it."""

    def __init__(self, existing: Summary) -> None:
        super().__init__(
            _("You already have a summary of this paper. Nothing is lost: both texts are below.")
        )
        self.existing = existing


class ChangedMeanwhile(Conflict):
    """The summary was saved elsewhere since this editor opened. `existing` is what is stored."""

    def __init__(self, existing: Summary) -> None:
        super().__init__(
            _(
                "This summary was changed elsewhere since you opened it."
                " Nothing is lost: both texts are below."
            )
        )
        self.existing = existing


class NotYours(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("Only its writer can change this."))
