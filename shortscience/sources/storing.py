"""Storing what sources say in the name of the member who asked, at once or later."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.jobs.declare import declared
from shortscience.lib.errors import Refused
from shortscience.papers.actions import add_papers, add_what_fits
from shortscience.papers.intake import Outcome, Taken
from shortscience.papers.records import PaperRecord
from shortscience.summaries.arrivals import settle_one, settle_some
from shortscience.summaries.corrected import settle

log = logging.getLogger(__name__)

# The database is busy with an import: nobody waits for this any more.
LATE_WAITS = (timedelta(minutes=1), timedelta(minutes=30))


def store(*, member: Viewer, records: Sequence[PaperRecord]) -> list[Taken]:
    """Take in what a member brings, with all that follows from it; all of it or nothing.

    Raises:
        SignInFirst, NotAllowed, TooManyAtOnce, TooFast: as `add_papers`.
    """
    with transaction.atomic():
        taken = add_papers(member=member, records=records)
        for one in taken:
            # Before texts get the paper's new section, which counting again looks at.
            settle(one.paper, was=one.was)
        changed = {one.paper.pk: one.paper for one in taken if one.outcome != Outcome.UNCHANGED}
        for paper in changed.values():
            settle_one(paper)
    return taken


def store_what_fits(*, member: Viewer, records: Sequence[PaperRecord]) -> list[Taken | None]:
    """Take in what a member brings as far as a day takes new papers; None for what it did not.

    Raises:
        SignInFirst, NotAllowed: as `add_what_fits`.
    """
    with transaction.atomic():
        taken = add_what_fits(member=member, records=records)
        stored = [one for one in taken if one is not None]
        for one in stored:
            settle(one.paper, was=one.was)
        new = {one.paper.pk: one.paper for one in stored if one.outcome is Outcome.ADDED}
        changed = {one.paper.pk: one.paper for one in stored if one.outcome != Outcome.UNCHANGED}
        older = [paper for pk, paper in changed.items() if pk not in new]
        settle_some(new=new.values(), changed=older)
    return taken


def store_later(*, member: User, records: Sequence[PaperRecord]) -> None:
    """Let the worker store the records: they came when nobody waited any more."""
    packed = [msgspec.to_builtins(record) for record in records]
    take_in_late.enqueue(records=packed, member_id=member.pk)


@task()
@declared(idempotent=True, waits=LATE_WAITS, label=_("Late answer of a source"))
def take_in_late(records: list[dict[str, Any]], member_id: int) -> int:
    """Store the records; return how many papers that concerned.

    The same rules hold as for what came in time: a new paper counts for the member's day. Taking
    records in twice changes nothing, so a job that runs again does no harm.
    """
    # Any: a task's arguments are JSON.
    member = User.objects.filter(pk=member_id).first()
    if member is None:
        return 0
    try:
        taken = store(member=member, records=msgspec.convert(records, list[PaperRecord]))
    except Refused as refusal:
        log.info("a late answer was not stored: %s", refusal)
        return 0
    return len({one.paper.pk for one in taken})
