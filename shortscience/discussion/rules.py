"""What may be said, how fast, how deep."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Conflict, NotAllowed, Refused
from shortscience.lib.limits import Limit

# More than a lively discussion needs, less than a flood.
COMMENTS = Limit(30, timedelta(hours=1))

# A slip is seen the same day. Later, others have answered what it said, and an answer below it
# corrects it in the open.
EDIT_WINDOW = timedelta(hours=6)

# Who calls more people at once calls nobody in particular.
MENTIONS_IN_A_COMMENT = 5
# Forty people a day is a discussion; more is advertising.
MENTIONS = Limit(40, timedelta(days=1))

# Notes of one summary that are looked for word by word when its text changes; each costs some
# milliseconds. Further ones whose words are not there any more are told as gone.
NOTES_COMPARED = 100

# Replies below this depth are still stored with their parent; the page draws them at this one.
DRAWN_DEPTH = 4

# On a paper's page each summary shows its first comments; the rest are on the summary's own.
SHOWN_ON_PAPER = 50

# What one page draws at most: beyond this a browser on a phone begins to suffer.
SHOWN_AT_ALL = 1000


class EditWindowOver(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _(
                "A comment can be changed for %(hours)d hours, since people answer what it says."
                " Write an answer below it. Your text is kept here."
            )
            % {"hours": EDIT_WINDOW // timedelta(hours=1)}
        )


class TooManyMentions(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("A comment can call %(most)d people at most. Take some of the @names out.")
            % {"most": MENTIONS_IN_A_COMMENT}
        )


class NotYourQuestion(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("Only who asked, or who wrote the summary, accepts an answer."))


class PassageRefused(Refused):
    """The passage to comment on is none; the sentence says why."""

    status = 422
