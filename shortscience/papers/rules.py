"""How many papers a person may add, and how large one may be."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Refused
from shortscience.lib.limits import Limit

# A weekend's reading list, not a library: those come as files, through the operator.
NEW_PAPERS = Limit(30, timedelta(days=1))

# An afternoon of putting a reading list right.
SUGGESTIONS = Limit(30, timedelta(days=1))

# Entries of one paste. More is an import, and a page cannot say clearly what became of each.
MAX_ENTRIES = 50

# The first book printed in Europe; nothing to summarise is older.
FIRST_YEAR = 1450
# Proceedings carry the year of a conference that is still to come.
YEARS_AHEAD = 2

# The longest real titles have 500 characters; beyond this an abstract has slipped in.
MAX_TITLE = 1000
# The largest collaborations have 5,100 authors.
MAX_AUTHORS = 6000
MAX_NAME = 200
MAX_VENUE = 250
# Three times the longest that journals print.
MAX_ABSTRACT = 10_000


class TooManyAtOnce(Refused):
    """More new papers in one go than a whole day takes: waiting does not help."""

    status = 422

    def __init__(self, new: int) -> None:
        sentence = _(
            "These are %(new)d papers that we do not have, and a day takes %(limit)d of one person."
            " Send them in parts; nothing was added yet."
        )
        super().__init__(sentence % {"new": new, "limit": NEW_PAPERS.count})
