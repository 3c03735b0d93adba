"""ORCID iDs: the form that is stored, and the check digit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_ORCID = re.compile(
    r"(?:(?:https?://)?(?:www\.)?orcid\.org/)?"
    r"([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{3}[0-9Xx])/?",
    re.IGNORECASE,
)


class OrcidError(ValueError):
    """The text is no ORCID iD; `sentence` says to its writer what is wrong."""

    def __init__(self, sentence: str | StrPromise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def normalise(text: str) -> str:
    """Return the iD as "0000-0002-1825-0097", from that form or its orcid.org address.

    Raises:
        OrcidError: if the form is wrong or the check digit does not fit.
    """
    found = _ORCID.fullmatch(text.strip())
    if found is None:
        raise OrcidError(_("An ORCID iD looks like 0000-0002-1825-0097."))
    blocks = [block.upper() for block in found.groups()]
    digits = "".join(blocks)
    if check_digit(digits[:15]) != digits[15]:
        raise OrcidError(
            _("The last character of this ORCID iD does not fit the others: is there a typo?")
        )
    return "-".join(blocks)


def looks_like_orcid(text: str) -> bool:
    """Tell whether the text has an iD's form, whether or not its check digit fits."""
    return _ORCID.fullmatch(text.strip()) is not None


def check_digit(base: str) -> str:
    """Return the check character, "0" to "9" or "X", of the first fifteen digits.

    Source: ISO/IEC 7064:2003, MOD 11-2, as ORCID applies it.
    """
    total = 0
    for digit in base:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)
