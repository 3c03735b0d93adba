"""What is done later: rows written in the transaction that needs it, run by the worker."""

from __future__ import annotations

import logging
from base64 import b64decode
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import TypedDict

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks import default_task_backend, task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from shortscience.membership.actions import forget_stale
from shortscience.papers import outbox
from shortscience.voting.actions import refresh_standing

log = logging.getLogger(__name__)

# A mail server that restarts is back in a minute, one that broke on a Friday night on Monday.
MAIL_WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=48),
)
HOUSEKEEPING_EVERY = timedelta(hours=1)
# Done jobs hold the text of mails, which nobody needs again; failed ones are for the operator.
KEEP_DONE = timedelta(days=1)
KEEP_FAILED = timedelta(days=30)
# Who mistyped the address can take the name again the day after tomorrow.
KEEP_UNCONFIRMED = timedelta(days=2)
# A job during which the worker died this often is what kills it.
MOST_STARTS = 3


class PackedMail(TypedDict):
    """A mail as a row can hold it; attachments are (name, base64, type)."""

    subject: str
    body: str
    sender: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    reply_to: list[str]
    headers: dict[str, str]
    alternatives: list[tuple[str, str]]
    attachments: list[tuple[str, str, str]]


@task()
def deliver(mail: PackedMail, failures: int = 0) -> None:
    """Send one mail by the real backend; when its server is away, try again later."""
    message = EmailMultiAlternatives(
        subject=mail["subject"],
        body=mail["body"],
        from_email=mail["sender"],
        to=mail["to"],
        cc=mail["cc"],
        bcc=mail["bcc"],
        reply_to=mail["reply_to"],
        headers=mail["headers"],
        connection=get_connection(settings.REAL_EMAIL_BACKEND),
    )
    for content, kind in mail["alternatives"]:
        message.attach_alternative(content, kind)
    for name, content, kind in mail["attachments"]:
        message.attach(name, b64decode(content), kind)
    try:
        message.send()
    except SMTPRecipientsRefused:
        raise  # No such address: trying again cannot help.
    except (SMTPException, OSError) as error:
        if failures >= len(MAIL_WAITS) or not default_task_backend.supports_defer:
            raise
        log.warning("Mail not sent, trying again in %s: %s", MAIL_WAITS[failures], error)
        due = timezone.now() + MAIL_WAITS[failures]
        deliver.using(run_after=due).enqueue(mail, failures=failures + 1)


@task()
def housekeeping() -> dict[str, int]:
    """Do what is due every hour, and arrange for the next time; say what was done."""
    arrange_housekeeping(in_=HOUSEKEEPING_EVERY)
    done = {"standings changed": refresh_standing()}
    call_command("clearsessions")
    done["old jobs removed"] = _remove_old_jobs()
    done["old changes removed"] = outbox.prune()
    done["sign-ups forgotten"] = forget_stale(before=timezone.now() - KEEP_UNCONFIRMED)
    return done


@transaction.atomic
def arrange_housekeeping(*, in_: timedelta) -> None:
    """Make the next housekeeping the only one that waits, however many servers start it."""
    if not default_task_backend.supports_defer:
        return
    DBTaskResult.objects.filter(
        task_path=housekeeping.module_path, status=TaskResultStatus.READY
    ).delete()
    housekeeping.using(run_after=timezone.now() + in_).enqueue()


def _remove_old_jobs() -> int:
    now = timezone.now()
    done = DBTaskResult.objects.successful().filter(finished_at__lt=now - KEEP_DONE)
    failed = DBTaskResult.objects.failed().filter(finished_at__lt=now - KEEP_FAILED)
    return done.delete()[0] + failed.delete()[0]


@transaction.atomic
def release_abandoned(worker_id: str) -> int:
    """Put jobs of a worker that died back into the queue; return how many.

    Call it before a worker of this name starts. A job can so run twice, never not at all;
    one that was started MOST_STARTS times is marked as failed instead.
    """
    released = 0
    for job in DBTaskResult.objects.running().select_for_update():
        if not job.worker_ids or job.worker_ids[-1] != worker_id:
            continue
        if len(job.worker_ids) >= MOST_STARTS:
            job.set_failed(RuntimeError("The worker died each time it ran this job."))
        else:
            job.status = TaskResultStatus.READY
            job.save(update_fields=["status"])
            released += 1
    return released
