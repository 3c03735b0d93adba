"""The pages about later work, in four looks, with jobs in every state."""

from __future__ import annotations

from tests.browser.conftest import LOOKS, OpenContext, assert_accessible, picture, watch
from tests.browser.site import Site
from tests.browser.test_journeys import sign_up

JOBS = """
from shortscience.jobs.models import Job
from datetime import timedelta
from django.utils import timezone
now = timezone.now()
mail = {"args": [{"subject": "Your code to sign in", "to": ["a@example.org"]}], "kwargs": {}}
late = "shortscience.sources.storing.take_in_late"
died = "The worker died while it ran. It may have run; look before you retry."
refused = ("Traceback (most recent call last):\\n  File 'tasks.py', line 1, in deliver\\n"
           "smtplib.SMTPRecipientsRefused: {'…@example.org': (550, b'5.1.1 no such mailbox here')}")
Job.objects.create(pk=9001, task="shortscience.config.tasks.deliver", state="dead", arguments=mail,
    starts=7, failures=7, finished_at=now, error=refused, error_class="smtplib.Refused")
Job.objects.create(pk=9002, task=late, state="dead", starts=1, finished_at=now, error=died)
Job.objects.create(pk=9003, task=late, state="running", starts=1, started_at=now,
    holder="elsewhere", leased_until=now + timedelta(hours=1),
    progress_done=1200, progress_total=4800, progress_note="1,200 of 4,800 papers")
Job.objects.create(pk=9004, task="shortscience.config.tasks.deliver", arguments=mail, failures=2,
    due_at=now + timedelta(hours=1))
"""


def test_jobs_in_every_state(reader: OpenContext, site: Site) -> None:
    site.command("manage", "shell", "-v", "0", "-c", JOBS)
    page, handle = sign_up(reader(), site, "marek")
    site.command("user", "staff", handle)
    faults = watch(page)

    for look in LOOKS:
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.scheme)
        for name, address in {"staff-jobs": "/staff/jobs", "staff-job": "/staff/jobs/9001"}.items():
            answer = page.goto(address, wait_until="networkidle")
            assert answer is not None
            assert answer.status == 200, address
            assert_accessible(page)
            picture(page, f"{name}-{look}")
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("It runs again in a moment.").wait_for()
    assert faults == []
