"""Later work: mail in the transaction that caused it, housekeeping once, jobs of dead workers."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from shortscience.config import tasks
from shortscience.config.mail import QueuedEmailBackend, packed

pytestmark = pytest.mark.django_db

DATABASE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}


class BrokenServer(mail.backends.base.BaseEmailBackend):  # type: ignore[name-defined,misc]
    """A mail server that is away."""

    error: ClassVar[Exception] = smtplib.SMTPServerDisconnected("away")

    def send_messages(self, _: Any) -> int:
        raise self.error


@pytest.fixture
def queued(settings: Any) -> None:
    settings.TASKS = DATABASE
    settings.EMAIL_BACKEND = "shortscience.config.mail.QueuedEmailBackend"
    settings.REAL_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def message() -> EmailMultiAlternatives:
    made = EmailMultiAlternatives(
        "Grüße", "Text", "us@example.org", ["a@example.org"], headers={"X-Kind": "code"}
    )
    made.attach_alternative("<p>Text</p>", "text/html")
    made.attach("a.txt", b"\xff\x00", "application/octet-stream")
    return made


def run_waiting() -> None:
    """Do what the worker does, once."""
    for job in DBTaskResult.objects.ready():
        job.claim("w1")
        job.task.call(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
        job.set_successful(None)


def test_a_mail_waits_for_the_worker_and_arrives_whole(queued: None) -> None:
    message().send()
    assert mail.outbox == []

    run_waiting()

    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("Grüße", "Text", ["a@example.org"])
    assert sent.extra_headers == {"X-Kind": "code"}
    assert sent.message().as_string() != ""
    assert isinstance(sent, EmailMultiAlternatives)
    assert packed(sent) == packed(message())


def test_a_mail_of_a_rolled_back_transaction_is_never_sent(queued: None) -> None:
    with transaction.atomic():
        message().send()
        transaction.set_rollback(True)

    assert not DBTaskResult.objects.exists()


def test_a_mail_to_nobody_is_no_job(queued: None) -> None:
    assert (
        QueuedEmailBackend().send_messages([EmailMultiAlternatives("s", "b", "a@b.org", [])]) == 0
    )


def test_a_mail_server_that_is_away_is_tried_again_later(queued: None, settings: Any) -> None:
    settings.REAL_EMAIL_BACKEND = f"{__name__}.BrokenServer"
    message().send()

    run_waiting()

    again = DBTaskResult.objects.get(status=TaskResultStatus.READY)
    assert again.run_after > timezone.now() + timedelta(seconds=30)
    assert again.args_kwargs["kwargs"] == {"failures": 1}


def test_after_days_without_its_server_a_mail_is_given_up(queued: None, settings: Any) -> None:
    settings.REAL_EMAIL_BACKEND = f"{__name__}.BrokenServer"

    with pytest.raises(smtplib.SMTPServerDisconnected):
        tasks.deliver.call(packed(message()), failures=len(tasks.MAIL_WAITS))


def test_an_address_that_does_not_exist_is_not_tried_again(
    queued: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REAL_EMAIL_BACKEND = f"{__name__}.BrokenServer"
    monkeypatch.setattr(BrokenServer, "error", smtplib.SMTPRecipientsRefused({}))

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        tasks.deliver.call(packed(message()))
    assert not DBTaskResult.objects.exists()


def test_housekeeping_waits_once_however_many_servers_start(queued: None) -> None:
    for _ in range(3):
        tasks.arrange_housekeeping(in_=timedelta(0))

    assert DBTaskResult.objects.ready().count() == 1
    run_waiting()
    (following,) = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    assert following.run_after > timezone.now() + timedelta(minutes=59)


def test_housekeeping_forgets_old_jobs(queued: None) -> None:
    message().send()
    run_waiting()
    DBTaskResult.objects.update(finished_at=timezone.now() - 2 * tasks.KEEP_DONE)

    assert tasks.housekeeping.call()["old jobs removed"] == 1


def test_a_job_of_a_dead_worker_is_taken_up_and_one_that_kills_it_is_not(queued: None) -> None:
    message().send()
    job = DBTaskResult.objects.get()
    for _ in range(tasks.MOST_STARTS - 1):
        job.claim("w1")
        assert tasks.release_abandoned("another") == 0
        assert tasks.release_abandoned("w1") == 1
        job.refresh_from_db()
        assert job.status == TaskResultStatus.READY

    job.claim("w1")
    assert tasks.release_abandoned("w1") == 0
    job.refresh_from_db()
    assert job.status == TaskResultStatus.FAILED
