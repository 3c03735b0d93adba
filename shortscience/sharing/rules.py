"""How much may be shared, for how long, and what the site says when not."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Conflict, NotAllowed, Refused

# One for each person or place that a draft is shown to; more are forgotten, not used.
MOST_LINKS = 20
MAX_LABEL = 80
# A paper summarised by more than that is a course; make it a group.
MOST_AUTHORS = 10
# Nobody looks for an invitation to write that is older.
INVITATION_LASTS = timedelta(days=30)


class TooManyLinks(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("There are %(most)d links to this text. Take one back first.") % {"most": MOST_LINKS}
        )


class NothingToShare(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Everybody can read this text: its own address is the link."))


class OnlyFirstAuthor(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("Only the first author can do this."))


class TooManyAuthors(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("A summary has at most %(most)d authors, invited ones included.")
            % {"most": MOST_AUTHORS}
        )


class NoSuchMember(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("Nobody who writes here has this handle."))


class AuthorAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This person is an author of the summary, or invited, already."))


class NotInvited(Refused):
    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such invitation, or not any more."))


class NotAnAuthor(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This person is not an author of the summary any more."))
