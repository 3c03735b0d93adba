"""Refusals: every "no" of the site is one of these, with a sentence for the person.

One middleware turns them into a page, one API handler into JSON; views do not catch them.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class Refused(Exception):
    """The site says no; `sentence` tells the person why and what to do next."""

    status = 400

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(Refused):
    """The person may not do this; trying again as the same person does not help."""

    status = 403


class Conflict(Refused):
    """Something changed meanwhile; both versions still exist."""

    status = 409


class TooFast(Refused):
    """A limit per time was reached; `retry_after_s` says when the next try can succeed."""

    status = 429

    def __init__(self, sentence: Sentence, *, retry_after_s: int) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class SignInFirst(NotAllowed):
    """Only members can do this."""

    def __init__(self) -> None:
        super().__init__(_("Sign in first. Reading needs no account, this does."))
