"""What a handle may look like and which ones nobody can take."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# Long enough for every handle of the original site, short enough for one line on a phone.
HANDLE_MAX_LENGTH = 40

# On a paper's page `#HANDLE` jumps to that person's summary and `#HANDLEcomments` to its
# comments, as on the original site; these words are ids of the page or mean something else.
RESERVED_HANDLES = frozenset(
    """
    about abstract account accounts admin anon anonymous api bibtex claims comments content
    deleted discussion everyone feed help home id log login logout main me media members
    messages moderator nobody null operator paper paper-title papers people private public
    related report root rss search settings shortscience site site-search source staff static
    summaries summary support system top undefined user users venue venues webmaster write
    """.split()
)

handle_form = RegexValidator(
    r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z",
    _("Use letters, digits, dots, dashes and underscores; begin and end with a letter or digit."),
    "form",
)


# Ids of single things on a page: comment 12 is `c12`, an anonymous summary `anon-12`, and what
# has a name in summary 12 begins with `s12.`.
_NUMBERED = re.compile(r"[cs]\d+(?:[.-].*)?|anon-.*|.*comments")


def handle_is_free_to_take(handle: str) -> None:
    """Refuse handles that would shadow an id or a page of the site."""
    folded = handle.casefold()
    if folded in RESERVED_HANDLES or _NUMBERED.fullmatch(folded):
        raise ValidationError(_("This name is used by the site itself. Take another."), "reserved")


HANDLE_VALIDATORS: list[Callable[[str], None]] = [handle_form, handle_is_free_to_take]
