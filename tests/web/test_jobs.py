"""The pages about later work: for moderators only, without what a mail says and to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.config.mail import packed
from shortscience.config.tasks import deliver
from shortscience.jobs import schedule
from shortscience.jobs.models import Job
from tests.conftest import signed_in
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_database(settings: Any) -> None:
    settings.TASKS = {
        "default": {"BACKEND": "shortscience.jobs.backend.DatabaseBackend", "QUEUES": []}
    }


def dead_mail() -> Job:
    message = EmailMultiAlternatives(
        "Your code", "It is 4711-CODE.", "us@example.org", ["carol@example.com"]
    )
    deliver.enqueue(packed(message))
    Job.objects.filter(state="waiting").update(
        state="dead",
        starts=3,
        finished_at=timezone.now(),
        error_class="smtplib.SMTPRecipientsRefused",
        error="Traceback …\nsmtplib.SMTPRecipientsRefused: …@example.com is not known",
    )
    return Job.objects.newest_first()[0]


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def address_of(job: Job) -> str:
    return reverse("staff-job", args=[job.pk])


@pytest.mark.parametrize("method", ["get", "post"])
def test_members_and_strangers_see_and_decide_nothing(
    method: str, client: Client, alice: User
) -> None:
    job = dead_mail()
    for address in (reverse("staff-jobs"), address_of(job)):
        of_stranger = getattr(client, method)(address, {"do": "drop"})
        of_member = getattr(signed_in(alice), method)(address, {"do": "drop"})

        assert of_stranger.status_code in {302, 405}
        assert of_member.status_code in {403, 405}
        for answer in (of_stranger, of_member):
            assert b"example.com" not in answer.content
    assert Job.objects.filter(pk=job.pk).exists()


def test_what_was_given_up_is_shown_without_what_the_mail_says_and_to_whom(mona: User) -> None:
    job = dead_mail()
    client = signed_in(mona)

    for page in (text_of(client, reverse("staff-jobs")), text_of(client, address_of(job))):
        assert "Your code" in page
        assert "…@example.com is not known" in page
        assert "begun 3 times" in page
        assert "carol@" not in page
        assert "4711" not in page


def test_what_runs_waits_and_is_planned_is_shown(mona: User) -> None:
    schedule.arrange()
    for state in ("running", "waiting"):
        dead_mail()
        Job.objects.dead().update(state=state)
    Job.objects.running().update(
        started_at=timezone.now(), progress_done=30, progress_total=120, progress_note="thirty"
    )

    page = text_of(signed_in(mona), reverse("staff-jobs"))

    assert "25 %" in page
    assert "thirty" in page
    assert "Housekeeping" in page
    assert "Nothing was given up" in page


def test_a_moderator_lets_a_job_run_again(mona: User) -> None:
    job = dead_mail()

    answer = signed_in(mona).post(address_of(job), {"do": "retry"}, follow=True)

    job.refresh_from_db()
    assert (job.state, job.error_class) == ("waiting", "smtplib.SMTPRecipientsRefused")
    assert b"It runs again in a moment." in answer.content


def test_a_moderator_drops_a_job(mona: User) -> None:
    job = dead_mail()

    signed_in(mona).post(address_of(job), {"do": "drop"})

    assert not Job.objects.exists()


def test_a_job_that_is_not_dead_any_more_is_not_decided_about(mona: User) -> None:
    job = dead_mail()
    client = signed_in(mona)
    client.post(address_of(job), {"do": "retry"})

    answer = client.post(address_of(job), {"do": "drop"})

    assert answer.status_code == 409
    assert b"not among the dead any more" in answer.content


@pytest.mark.parametrize("given", [{}, {"do": "explode"}])
def test_a_decision_that_does_not_exist_changes_nothing(given: dict[str, str], mona: User) -> None:
    job = dead_mail()

    answer = signed_in(mona).post(address_of(job), given)

    assert answer.status_code == 422
    assert Job.objects.get().state == "dead"


def test_a_job_that_is_gone_is_not_found(mona: User) -> None:
    assert signed_in(mona).get(reverse("staff-job", args=[4711])).status_code == 404


def test_the_list_asks_the_same_however_long_it_is(mona: User) -> None:
    client = signed_in(mona)
    dead_mail()
    few = queries_of(client, reverse("staff-jobs"))
    for _ in range(8):
        dead_mail()

    assert queries_of(client, reverse("staff-jobs")) == few
