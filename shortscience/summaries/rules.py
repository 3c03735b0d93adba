"""What may be written, how fast, and what the site says when not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Conflict, NotAllowed, Refused
from shortscience.lib.licences import Licence
from shortscience.lib.limits import Limit

if TYPE_CHECKING:
    from shortscience.summaries.models import Draft, Summary

# Nobody reads and explains more papers than this in a day; a robot would.
NEW_SUMMARIES = Limit(20, timedelta(days=1))
# Each change keeps the whole text. Who polishes a text all day saves it a hundred times.
CHANGES = Limit(200, timedelta(days=1))
# A sentence beside the version, as long as what is read in a list.
NOTE_MAX_LENGTH = 200

# What one person began and did not finish. With the longest texts it is 6 MB.
MOST_DRAFTS = 100
# A draft that was not touched for half a year is not looked for any more.
DRAFTS_KEPT_FOR = timedelta(days=180)


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


class WrittenTogether(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Others wrote this with you. Take your own name off instead, or theirs first;"
                " both stand under “Authors”."
            )
        )


class LicenceOnlyWider(Refused):
    status = 422

    def __init__(self, stored: Licence) -> None:
        super().__init__(
            _(
                "This text was published under %(licence)s. It can be given a licence that allows"
                " more, not one that allows less."
            )
            % {"licence": stored.label}
        )


class DraftIsNewer(Conflict):
    """Another tab or device saved a draft that this editor has not shown. `draft` is that one."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            _(
                "A draft of this was saved in another tab or on another device since you opened it."
                " Nothing is lost: both texts are below."
            )
        )
        self.draft = draft


class TooManyDrafts(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("You have %(most)d drafts. Throw one away before you begin another.")
            % {"most": MOST_DRAFTS}
        )


class NoteTooLong(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("The note on your change is longer than %(most)d characters.")
            % {"most": NOTE_MAX_LENGTH}
        )


class NewestVersion(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("This is what the summary says now. Change the summary, or make it private.")
        )


class NoSuchVersion(Refused):
    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such version of this summary."))
