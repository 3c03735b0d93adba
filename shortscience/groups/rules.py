"""How many groups and members there may be, and what a group refuses."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from shortscience.lib.errors import Conflict, NotAllowed, Refused

MAX_NAME = 80
MAX_ABOUT = 500
# A person reads with a few labs and circles; more are made to fill tables.
MOST_GROUPS = 20
# A large department. Beyond that "only the group sees it" means little.
MOST_MEMBERS = 300
# One for each channel it is sent by; unused ones end by themselves.
MOST_INVITATIONS = 20

# What the form offers: how long an invitation or a secret link works.
LIFETIMES = {
    "1": timedelta(days=1),
    "7": timedelta(days=7),
    "30": timedelta(days=30),
    "365": timedelta(days=365),
}


class NotAnOwner(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("Only an owner of the group can do this."))


class NotAMember(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("You are not in this group any more."))


class LastOwner(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("A group needs an owner. Make somebody else one first, or close the group.")
        )


class TooManyGroups(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            ngettext_lazy(
                "You are in %(most)d group. Leave it first.",
                "You are in %(most)d groups. Leave one first.",
                MOST_GROUPS,
            )
            % {"most": MOST_GROUPS}
        )


class GroupIsFull(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("The group has %(most)d members, and room for no more.") % {"most": MOST_MEMBERS}
        )


class TooManyInvitations(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("There are %(most)d open invitations. Take one back first.")
            % {"most": MOST_INVITATIONS}
        )


class NameMissing(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("A group needs a name of at most %(most)d characters.") % {"most": MAX_NAME}
        )
