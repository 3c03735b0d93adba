"""How many reports, links and words; and what is refused."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Conflict, NotAllowed, Refused
from shortscience.lib.limits import Limit

# Ten reproductions in two presets each are one good day; each report costs a second to check.
UPLOADS = Limit(20, timedelta(days=1))
IMPORTS = Limit(20, timedelta(days=1))
LINKS = Limit(60, timedelta(days=1))

# A reason is a sentence.
MAX_REASON = 300


class NoSuchPaper(Refused):
    """The paper of a report is not here; the sentence says how to add it."""

    status = 422

    def __init__(self, title: str, address: str) -> None:
        super().__init__(
            _(
                "The paper of this report, “%(title)s”, is not here yet. Add it by its arXiv id or"
                " DOI (%(address)s), then send the report again."
            )
            % {"title": title[:200], "address": address}
        )


class SeveralPapers(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("Its arXiv id, DOI or title means several papers here. Name the arXiv id or the DOI.")
        )


class AlreadyHere(Conflict):
    """The same report once more, by somebody else."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "This very report is here already, sent by %(name)s. To confirm it, run it again:"
                " `reproduce confirm` makes a report of your own."
            )
            % {"name": name or _("somebody who left")}
        )


class TakenOutOfSight(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("A moderator took this report out of sight; the log says why."))


class SameNumbers(Refused):
    """A report that repeats another one's numbers and does not say so."""

    status = 422

    def __init__(self, short: str) -> None:
        super().__init__(
            _(
                "Every value in it is that of report %(short)s. A run with the same seeds says that"
                " it is a replay of that report (`reproduce confirm`); one with other seeds has"
                " other values."
            )
            % {"short": short}
        )


class OtherRules(Conflict):
    """A version has one set of rules: those of its first report."""

    def __init__(self, version: str, differences: str) -> None:
        super().__init__(
            _(
                "Version %(version)s has its rules since its first report, and this one has others:"
                " %(differences)s Give it a new version."
            )
            % {"version": version, "differences": differences}
        )


class NothingToConfirm(Refused):
    status = 422

    def __init__(self, short: str) -> None:
        super().__init__(
            _("It confirms report %(short)s, which is not here. Send that one first.")
            % {"short": short}
        )


class NotYourRun(NotAllowed):
    def __init__(self, said: str, handle: str) -> None:
        super().__init__(
            _("The report says that %(said)s ran it, and you are %(handle)s.")
            % {"said": said or _("nobody"), "handle": handle}
        )


class WrongSeeds(Refused):
    status = 422


class ReasonMissing(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("Say in a sentence why."))


class AnotherPaper(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("The claim is of another paper than the report."))


class NotForAll(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            _("Reports are public: they are linked to claims that everybody can read.")
        )


class NotYourLink(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            _(
                "A link is taken off by whoever made it, by who sent a report of this reproduction,"
                " by who answers for the claim, or by a moderator."
            )
        )


class AlreadyTakenOff(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This link was taken off already."))
