"""How many claims a person may propose, who may join two, and what the site says when not."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Conflict, NotAllowed, Refused
from shortscience.lib.limits import Limit

# A paper makes ten claims; who proposes more than three papers' worth a day is a robot.
PROPOSALS = Limit(30, timedelta(days=1))
MERGES = Limit(30, timedelta(days=1))
CHANGES = Limit(60, timedelta(days=1))

# Beyond this a list of claims tells nobody anything.
MOST_A_PAPER = 200

# A reason is a sentence.
MAX_REASON = 300


class WrongStatement(Refused):
    """What was typed is no claim; the sentence says why."""

    status = 422


class NotYourClaim(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            _("Only whoever proposed a claim can change it; what a text marks, its writer.")
        )


class NotYourText(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("Only the writer of the summary decides about this."))


class Decided(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was decided already."))


class ChangeTheText(Refused):
    """A marked claim reads as its text does."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("A summary says this claim: change it there, in the text."))


class TooManyClaims(Refused):
    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("This paper has %(most)d claims, and a longer list helps nobody.")
            % {"most": MOST_A_PAPER}
        )


class NotTheSame(NotAllowed):
    """Members join what has one metric and one value; anything else is for moderators."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Members join claims with the same metric, relation, value and unit."
                " A moderator can join any two."
            )
        )


class AlreadyMerged(Conflict):
    def __init__(self) -> None:
        super().__init__(_("One of the two was joined to another claim meanwhile."))


class MergeUndone(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was undone already."))


class NotYourMerge(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            _("Who joined the two, who proposed one of them, or a moderator can part them again.")
        )
