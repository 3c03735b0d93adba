"""What is done later or by the clock; jobs are written in the transaction that needs them."""

from __future__ import annotations

from base64 import b64decode
from datetime import time, timedelta
from smtplib import SMTPRecipientsRefused
from typing import TypedDict

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from shortscience.changes import actions as changes
from shortscience.discussion import badges
from shortscience.jobs.actions import forget_old
from shortscience.jobs.declare import Hourly, Nightly, declared
from shortscience.membership.actions import forget_stale
from shortscience.papers import outbox
from shortscience.readership import actions as readership
from shortscience.sources import http
from shortscience.sources.errors import SourceUnavailable
from shortscience.sources.noticing import look_for_notices
from shortscience.sources.owners import look_again
from shortscience.summaries.drafts import forget_old as forget_old_drafts
from shortscience.voting.actions import refresh_standing

# A mail server that restarts is back in a minute, one that broke on a Friday night on Monday.
MAIL_WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=48),
)
# Who mistyped the address can take the name again the day after tomorrow.
KEEP_UNCONFIRMED = timedelta(days=2)


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


def _envelope(mail: PackedMail) -> dict[str, str]:
    """Return what staff may read of a mail: its text can sign somebody in."""
    hosts = {address.rpartition("@")[2].rstrip(">") for address in mail["to"]}
    return {"subject": mail["subject"], "to": ", ".join(f"…@{host}" for host in sorted(hosts))}


@task()
# A mail twice is better than none: its Message-ID, made when it was written, tells them apart.
@declared(
    idempotent=True,
    waits=MAIL_WAITS,
    gives_up_on=(SMTPRecipientsRefused,),  # No such address: trying again cannot help.
    describe=_envelope,
    label=_("Mail"),
)
def deliver(mail: PackedMail) -> None:
    """Send one mail by the real backend."""
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
    message.send()


@task()
@declared(
    idempotent=True,
    waits=(timedelta(minutes=5), timedelta(minutes=15)),
    every=Hourly(),
    label=_("Housekeeping"),
)
def housekeeping() -> dict[str, int]:
    """Do what is due every hour; say what was done."""
    done = {"standings changed": refresh_standing()}
    call_command("clearsessions")
    done["old jobs removed"] = forget_old()
    done["old changes removed"] = outbox.prune()
    done["old changes of pages removed"] = changes.prune()
    done["old drafts removed"] = forget_old_drafts(now=timezone.now())
    done["sign-ups forgotten"] = forget_stale(before=timezone.now() - KEEP_UNCONFIRMED)
    return done


@task()
@declared(
    idempotent=True,
    waits=(timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6)),
    every=Nightly(time(3, 20)),
    label=_("Retractions and corrections"),
)
def follow_notices() -> dict[str, int]:
    """Ask Crossref for the retractions and corrections of the last days; say what came of it.

    Raises:
        SourceUnavailable: it broke off; the next try begins where the last whole one ended.
    """
    if not settings.SOURCES_ONLINE:
        return {}
    looked = look_for_notices(http.client(), today=timezone.now().date())
    if looked.problem:
        raise SourceUnavailable(looked.problem)
    return {"notices read": looked.read, "new ones about our papers": looked.new}


@task()
@declared(
    idempotent=True,
    waits=(timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4)),
    # After midnight, whose sketches it closes.
    every=Nightly(time(0, 25)),
    label=_("Counts of readers"),
)
def close_days_of_readers() -> dict[str, int]:
    """Throw away yesterday's salt, make numbers of sketches and months of old days."""
    today = timezone.now().date()
    return {
        "salts forgotten": readership.forget_salts(before=today),
        "sketches made numbers": readership.settle_days(today=today),
        "days folded into months": readership.fold_months(today=today),
    }


@task()
@declared(
    idempotent=True,
    waits=(timedelta(hours=1), timedelta(hours=4)),
    every=Nightly(time(3, 40)),
    label=_("Proofs of authors and maintainers"),
)
def look_after_badges() -> dict[str, int]:
    """Ask again about accounts elsewhere that were proven weeks ago; make badges again."""
    stand = forgotten = 0
    if settings.SOURCES_ONLINE:
        stand, forgotten = look_again(http.client(), now=timezone.now())
    return {"proofs that stand": stand, "forgotten": forgotten, "badges": badges.recount()}
