"""What people decide about jobs that were given up."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.jobs.leases import wait_again
from shortscience.jobs.models import Job
from shortscience.lib.errors import Conflict

# Done ones say that all is well, a while.
KEEP_DONE = timedelta(days=1)
# Dead ones may hold mails, which nobody wants any more after that.
KEEP_DEAD = timedelta(days=30)


class NotDead(Conflict):
    """The job runs, waits or was done: there is nothing to decide."""

    def __init__(self) -> None:
        super().__init__(_("This job is not among the dead any more; look at the list again."))


@transaction.atomic
def retry(*, job: Job) -> bool:
    """Let a dead job run again; False if another with its key waits, which does its work.

    Raises:
        NotDead: it is not dead.
    """
    found = _dead(job)
    return wait_again(found, due_at=Now(), failures=0, deaths=0, finished_at=None)


@transaction.atomic
def drop(*, job: Job) -> None:
    """Forget a dead job.

    Raises:
        NotDead: it is not dead.
    """
    _dead(job).delete()


def forget_old() -> int:
    """Forget jobs that ended long ago; return how many."""
    now = timezone.now()
    done = Job.objects.filter(state=Job.State.DONE).finished_before(now - KEEP_DONE)
    dead = Job.objects.dead().finished_before(now - KEEP_DEAD)
    return done.delete()[0] + dead.delete()[0]


def _dead(job: Job) -> Job:
    found = Job.objects.dead().select_for_update().filter(pk=job.pk).first()
    if found is None:
        raise NotDead
    return found
