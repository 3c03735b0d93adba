"""Writes about papers by members."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib.limits import Limit, check_limit
from shortscience.papers.intake import Outcome, Taken, draft_of, take_in, take_in_drafts
from shortscience.papers.models import Paper
from shortscience.papers.records import PaperRecord
from shortscience.papers.rules import NEW_PAPERS, TooManyAtOnce
from shortscience.papers.shelf import LookingShelf
from shortscience.venues.actions import VenueFinder


def add_papers(*, member: Viewer, records: Sequence[PaperRecord]) -> list[Taken]:
    """Store the papers that a member typed in; return what became of each, in their order.

    Afterwards call `summaries.arrivals.settle`, as after every `take_in`.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        TooManyAtOnce: more new papers at once than a day takes.
        TooFast: too many new papers in a day; none of them was stored.
    """
    person = require_member(member)
    with transaction.atomic():
        # Two pastes at once must not both see the same room below the limit.
        User.objects.select_for_update().get(pk=person.pk)
        taken = take_in(records)
        added = {one.paper.pk for one in taken if one.outcome is Outcome.ADDED}
        _check_pace(person, new=len(added))
        Paper.objects.filter(pk__in=added).update(added_by=person)
    return taken


def add_what_fits(*, member: Viewer, records: Sequence[PaperRecord]) -> list[Taken | None]:
    """Store the papers of a file, new ones as far as the day's limit goes.

    Returns:
        What became of each, in their order; None where the paper is new and was left out.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
    """
    person = require_member(member)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        since = timezone.now() - NEW_PAPERS.window
        today = Paper.objects.filter(added_by=person, created_at__gt=since).count()
        # Which of them are new is known only when they are in: in and out again, then for good.
        looked = _look(records)
        new = list(dict.fromkeys(one.paper.pk for one in looked if one.outcome is Outcome.ADDED))
        left_out = set(new[max(0, NEW_PAPERS.count - today) :])
        fits = [one.paper.pk not in left_out for one in looked]
        taken = take_in(list(compress(records, fits)))
        added = {one.paper.pk for one in taken if one.outcome is Outcome.ADDED}
        Paper.objects.filter(pk__in=added).update(added_by=person)
    stored = iter(taken)
    return [next(stored) if fit else None for fit in fits]


def _look(records: Sequence[PaperRecord]) -> list[Taken]:
    """Return what would become of each record; nothing of it stays."""
    finder = VenueFinder()
    drafts = [draft_of(record, finder) for record in records]
    with transaction.atomic():
        looked = take_in_drafts(drafts, venues=finder, shelf=LookingShelf())
        transaction.set_rollback(True)
    return looked


def _check_pace(person: User, *, new: int) -> None:
    """Count the papers of this moment, too: they are stored, but carry no name yet."""
    if not new:
        return
    if new > NEW_PAPERS.count:
        raise TooManyAtOnce(new)

    times = Paper.objects.filter(added_by=person).order_by("-created_at")
    check_limit(
        Limit(NEW_PAPERS.count - new + 1, NEW_PAPERS.window),
        times.values_list("created_at", flat=True),
        now=timezone.now(),
        sentence=_(
            "A day takes %(limit)d new papers of one person, and this would be more."
            " What you typed is kept here; nothing was added yet."
        )
        % {"limit": NEW_PAPERS.count},
    )
