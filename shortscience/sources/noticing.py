"""Following the retractions and corrections that publishers register at Crossref, night by night.

A notice about a paper that we do not have is passed over: Crossref names it again when that
paper is fetched, and in its dump.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shortscience.lib.errors import Sentence
from shortscience.papers.notices import note_published
from shortscience.sources.crossref.fetch import notices_since
from shortscience.sources.errors import SourceError
from shortscience.sources.http import Client
from shortscience.sources.models import Followed

WHAT = "crossref notices"
# Some a day are registered late, or changed the day after.
OVERLAP = timedelta(days=3)
# Whoever never looked before starts here; older notices come with their papers.
FIRST_LOOK = timedelta(days=60)
# Of 200 notices each. A day has a thousand or so.
MOST_PAGES = 500
# Nobody waits for it.
WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of it; `problem` says why it stopped early, so that the next look begins again."""

    read: int
    new: int
    problem: Sentence = ""


def look_for_notices(client: Client, *, today: date) -> Looked:
    """Take in what was registered since the last look that came to its end.

    Never call it inside a transaction, since it waits for others. Repeating it changes nothing.
    """
    known = Followed.objects.filter(what=WHAT).first()
    since = known.until - OVERLAP if known else today - FIRST_LOOK
    read = new = 0
    cursor = "*"
    for _ in range(MOST_PAGES):
        try:
            found = notices_since(client, since, cursor, WITHIN_S)
        except SourceError as error:
            return Looked(read, new, error.sentence)
        read += len(found.records)
        new += note_published(found.records)
        if found.next is None:
            break
        cursor = found.next
    Followed.objects.update_or_create(what=WHAT, defaults={"until": today})
    return Looked(read, new)
