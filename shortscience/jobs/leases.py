"""Who runs which job: begin, end, give back, take over. Each is one transaction.

A worker ends a job and begins the next in the same transaction: one commit a job, no job is held
that does not run, and what is most urgent is asked each time.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from traceback import format_exception
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_noop
from django_tasks.utils import get_module_path

from shortscience.jobs.declare import UNKNOWN, UnknownTask, rules_of
from shortscience.jobs.models import Job
from shortscience.jobs.progress import NOTHING_SAID, Said
from shortscience.jobs.statements import (
    begin_next,
    can_do_both_at_once,
    committed_soon,
    is_any_due,
    write_done,
    write_done_and_begin_next,
)

log = logging.getLogger(__name__)

State = Job.State
# A worker that gave no sign of life for so long is dead, or cut off from the database.
LEASE = timedelta(seconds=60)
# A job during which the worker died this often is what kills it.
MOST_DEATHS = 3
# Enough to see where it happened.
_MOST_ERROR = 20_000
_ADDRESS = re.compile(r"[^\s<>\"'@(){}\[\],;:=]+@([^\s<>\"'@(){}\[\],;:=]+)")

WORKER_DIED = gettext_noop("The worker died while it ran. It may have run; look before you retry.")
DIED_OFTEN = gettext_noop("The worker died each time it ran this job.")
STOPPED = gettext_noop(
    "The worker was stopped while it ran. It may have run; look before you retry."
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How running a job ended: with a value, with an error, or before its end."""

    job: Job
    value: Any = None  # Any: what a task returns, as JSON
    error: BaseException | None = None
    was_stopped: bool = False
    progress: Said = NOTHING_SAID


def go_on(
    holder: str, *, after: Ended | None, lease: timedelta = LEASE, queues: Sequence[str] = ()
) -> Job | None:
    """End a job, begin the next and return it; None: nothing is due."""
    # Who is idle asks often, and takes no lock for it.
    if after is None and not is_any_due(queues):
        return None
    if after is not None and _is_done(after) and can_do_both_at_once():
        is_known, job = write_done_and_begin_next(after, holder, lease, queues)
        _tell(after, is_known=is_known)
    else:
        with committed_soon():
            if after is not None:
                _end(after)
            job = begin_next(holder, lease, queues)
    if job is not None and not rules_of(job.task).idempotent:
        # That it was begun must be on the disk before it is.
        prolong(job, lease=lease, progress=NOTHING_SAID)
    return job


@transaction.atomic
def end(ended: Ended) -> None:
    """Write how a job ended. If it was taken from the worker meanwhile, this changes nothing."""
    _end(ended)


def _is_done(ended: Ended) -> bool:
    return ended.error is None and not ended.was_stopped


def _end(ended: Ended) -> None:
    if _is_done(ended):
        is_known = write_done(ended)
    else:
        mine = Job.objects.filter(pk=ended.job.pk, **_still_mine(ended.job))
        job = mine.select_for_update().first()
        is_known = job is not None
        if job is not None and ended.error is not None:
            _failed(job, ended.error)
        elif job is not None:
            _interrupted(job, STOPPED)
    _tell(ended, is_known=is_known)


def _tell(ended: Ended, *, is_known: bool) -> None:
    if not is_known:
        log.warning("%s was taken over before its worker had ended it.", ended.job)


def _still_mine(job: Job) -> dict[str, object]:
    # Dead: it was given up for lost, and the worker was only slow.
    return {"holder": job.holder, "starts": job.starts, "state__in": (State.RUNNING, State.DEAD)}


def prolong(job: Job, *, lease: timedelta, progress: Said) -> None:
    """Give a sign of life, and say how far the job is."""
    done, total, note = progress
    Job.objects.filter(pk=job.pk, holder=job.holder, starts=job.starts).running().update(
        leased_until=Now() + lease, progress_done=done, progress_total=total, progress_note=note
    )


@transaction.atomic
def take_over_lost(*, most_deaths: int = MOST_DEATHS) -> int:
    """Let jobs of workers that died run again, if they may; return how many were lost."""
    return _died(list(Job.objects.lost().for_me_alone()), most_deaths)


@transaction.atomic
def take_back(place: str, *, most_deaths: int = MOST_DEATHS) -> int:
    """The same at once for what an earlier worker of this place left; return how many."""
    mine = Job.objects.running().filter(holder__startswith=f"{place}/").select_for_update()
    return _died(list(mine), most_deaths)


@transaction.atomic
def give_back(holder: str, *, but: Ended | None) -> int:
    """Let jobs wait again that a worker was given but never began; return how many.

    Its connection broke after the database had given it a job and before it knew.

    Args:
        but: how the job ended that it did run, if that is still to be written.
    """
    begun = Job.objects.running().filter(holder=holder).select_for_update()
    jobs = [job for job in begun if but is None or job.pk != but.job.pk]
    for job in jobs:
        wait_again(job)
    return len(jobs)


def _died(jobs: Sequence[Job], most_deaths: int) -> int:
    for job in jobs:
        job.deaths += 1
        Job.objects.filter(pk=job.pk).update(deaths=job.deaths)
        if job.deaths >= most_deaths:
            _dead(job, "", DIED_OFTEN)
        else:
            _interrupted(job, WORKER_DIED)
    return len(jobs)


def _failed(job: Job, error: BaseException) -> None:
    rules = UNKNOWN if isinstance(error, UnknownTask) else rules_of(job.task)
    wait = rules.wait_after(job.failures, error)
    error_class, text = get_module_path(type(error)), without_addresses(error)
    Job.objects.filter(pk=job.pk).update(failures=F("failures") + 1)
    if wait is None or job.state == State.DEAD:
        _dead(job, error_class, text)
        return
    log.warning("%s failed (%s), trying again in %s.", job, error_class, wait)
    due_at = Now() + wait if wait else Now()
    wait_again(job, due_at=due_at, error_class=error_class, error=text)


def _interrupted(job: Job, sentence: str) -> None:
    """It ended before its end: run it again if that does no harm."""
    if rules_of(job.task).idempotent:
        wait_again(job)
    else:
        _dead(job, "", sentence)


def _dead(job: Job, error_class: str, error: str) -> None:
    log.error("%s is dead: %s", job, error_class or error)
    Job.objects.filter(pk=job.pk).update(
        state=State.DEAD,
        finished_at=Now(),
        leased_until=None,
        error_class=error_class,
        error=error,
    )


def wait_again(job: Job, **changes: Any) -> bool:
    """Let a job wait; tell whether it does. If another with its key waits, that one does the work.

    Any: columns with their values or expressions.
    """
    try:
        with transaction.atomic():
            Job.objects.filter(pk=job.pk).update(state=State.WAITING, leased_until=None, **changes)
        return True
    except IntegrityError:
        Job.objects.filter(pk=job.pk).delete()
        return False


def without_addresses(error: BaseException) -> str:
    """Return what the error says and where, without the mail addresses of members."""
    text = "".join(format_exception(error))[-_MOST_ERROR:]
    return _ADDRESS.sub(r"…@\1", text).replace("\0", "")
