"""Later work of the site: mail in the transaction that caused it, housekeeping every hour."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from shortscience.config import tasks
from shortscience.config.mail import QueuedEmailBackend, packed
from shortscience.jobs import schedule
from shortscience.jobs.actions import KEEP_DONE
from shortscience.jobs.declare import UNDECLARED, rules_of
from shortscience.jobs.models import Job
from shortscience.jobs.shown import arguments_of
from shortscience.jobs.worker import Worker
from shortscience.sources.cited import fetch_cited
from shortscience.sources.storing import take_in_late
from shortscience.summaries.tasks import refresh_references

pytestmark = pytest.mark.django_db


class BrokenServer(mail.backends.base.BaseEmailBackend):  # type: ignore[name-defined,misc]
    """A mail server that is away."""

    error: ClassVar[Exception] = smtplib.SMTPServerDisconnected("away")

    def send_messages(self, _: Any) -> int:
        raise self.error


@pytest.fixture
def queued(settings: Any) -> None:
    settings.TASKS = {
        "default": {"BACKEND": "shortscience.jobs.backend.DatabaseBackend", "QUEUES": []}
    }
    settings.EMAIL_BACKEND = "shortscience.config.mail.QueuedEmailBackend"
    settings.REAL_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def message() -> EmailMultiAlternatives:
    made = EmailMultiAlternatives(
        "Grüße", "Text", "Us <us@example.org>", ["a@example.org"], headers={"X-Kind": "code"}
    )
    made.attach_alternative("<p>Text</p>", "text/html")
    made.attach("a.txt", b"\xff\x00", "application/octet-stream")
    return made


def run_waiting() -> None:
    Worker("w1").run_due()


def test_a_mail_waits_for_the_worker_and_arrives_whole(queued: None) -> None:
    message().send()
    assert mail.outbox == []

    run_waiting()

    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("Grüße", "Text", ["a@example.org"])
    number = sent.extra_headers.pop("Message-ID")
    assert sent.extra_headers == {"X-Kind": "code"}
    assert sent.message().as_string() != ""
    assert isinstance(sent, EmailMultiAlternatives)
    assert {**packed(sent), "headers": {}} == {**packed(message()), "headers": {}}
    assert number.endswith("@example.org>")


def test_a_mail_that_is_sent_twice_can_be_recognised(queued: None) -> None:
    message().send()
    for _ in range(2):
        job = Job.objects.get()
        tasks.deliver.call(*job.arguments["args"])

    first, second = mail.outbox
    assert first.message()["Message-ID"] == second.message()["Message-ID"]


def test_a_mail_of_a_rolled_back_transaction_is_never_sent(queued: None) -> None:
    with transaction.atomic():
        message().send()
        transaction.set_rollback(True)

    assert not Job.objects.exists()


def test_a_mail_to_nobody_is_no_job(queued: None) -> None:
    assert (
        QueuedEmailBackend().send_messages([EmailMultiAlternatives("s", "b", "a@b.org", [])]) == 0
    )


def test_a_mail_server_that_is_away_is_tried_for_days(queued: None, settings: Any) -> None:
    settings.REAL_EMAIL_BACKEND = f"{__name__}.BrokenServer"
    message().send()

    for number, wait in enumerate(tasks.MAIL_WAITS, 1):
        run_waiting()
        job = Job.objects.get()
        assert (job.state, job.failures) == ("waiting", number)
        assert wait / 2 < job.due_at - timezone.now() <= wait
        Job.objects.update(due_at=Now())
    run_waiting()

    assert Job.objects.get().state == "dead"


def test_an_address_that_does_not_exist_is_not_tried_again(
    queued: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REAL_EMAIL_BACKEND = f"{__name__}.BrokenServer"
    refusal = smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no a@example.org here")})
    monkeypatch.setattr(BrokenServer, "error", refusal)
    message().send()

    run_waiting()

    job = Job.objects.get()
    assert job.state == "dead"
    assert "a@example.org" not in job.error


def test_of_a_mail_staff_read_neither_the_text_nor_the_address(queued: None) -> None:
    message().send()

    assert arguments_of(Job.objects.get()) == {"subject": "Grüße", "to": "…@example.org"}


def test_housekeeping_is_due_every_hour_however_many_servers_start(queued: None) -> None:
    for _ in range(3):
        schedule.arrange()
        schedule.enqueue_due()

    ours = Job.objects.filter(task=tasks.housekeeping.module_path)
    assert ours.count() == 1
    run_waiting()
    schedule.enqueue_due(timezone.now() + timedelta(hours=1))
    assert sorted(job.state for job in ours) == ["done", "waiting"]


def test_housekeeping_forgets_old_jobs(queued: None) -> None:
    message().send()
    run_waiting()
    Job.objects.update(finished_at=timezone.now() - 2 * KEEP_DONE)

    assert tasks.housekeeping.call()["old jobs removed"] == 1


@pytest.mark.pure
@pytest.mark.parametrize(
    "task", [tasks.deliver, tasks.housekeeping, take_in_late, fetch_cited, refresh_references]
)
def test_every_task_declares_that_it_may_run_twice(task: Any) -> None:
    assert rules_of(task.module_path) is not UNDECLARED
    assert rules_of(task.module_path).idempotent
