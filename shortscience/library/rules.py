"""How much a person may keep, and what names and notes look like."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Refused
from shortscience.lib.limits import Limit

# A researcher's life of reading; one's own rows are searched without an index.
MAX_SAVED = 20_000
# Two screens. Longer thoughts are a private summary.
MAX_NOTE = 5_000
MAX_TAGS = 20
MAX_TAG = 40

MAX_LISTS = 200
# A thesis' bibliography; a whole field's is no list that anybody reads.
MAX_ITEMS = 2_000
MAX_NAME = 100
MAX_DESCRIPTION = 5_000
MAX_COMMENT = 500

# Public lists stand on other people's pages: more a day is advertising or a script.
NEW_LISTS = Limit(30, timedelta(days=1))


class TooMuch(Refused):
    """A shelf is full: waiting does not help, taking something off does."""

    status = 422


class NameTaken(Refused):
    """The person has a list of this name."""

    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(_("You have a list called “%(name)s” already.") % {"name": name})
