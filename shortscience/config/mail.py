"""Mail goes through the worker: no visitor waits for a mail server, and none is lost."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from email.mime.base import MIMEBase
from email.utils import make_msgid

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from shortscience.config.tasks import PackedMail, deliver


class QueuedEmailBackend(BaseEmailBackend):
    """Writes each mail as a job, in the transaction that caused it.

    A sign-up that is rolled back sends nothing; one that is committed sends its code even
    if the process dies the moment after. The worker sends by `REAL_EMAIL_BACKEND`.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        sendable = [message for message in email_messages if message.recipients()]
        for message in sendable:
            deliver.enqueue(packed(message))
        return len(sendable)


def packed(message: EmailMessage) -> PackedMail:
    """Return the mail as plain data."""
    return PackedMail(
        subject=str(message.subject),
        body=str(message.body),
        sender=message.from_email,
        to=list(message.to),
        cc=list(message.cc),
        bcc=list(message.bcc),
        reply_to=list(message.reply_to),
        headers=_headers(message),
        alternatives=[(str(a[0]), str(a[1])) for a in getattr(message, "alternatives", [])],
        attachments=[_packed_attachment(attachment) for attachment in message.attachments],
    )


def _headers(message: EmailMessage) -> dict[str, str]:
    """Return its headers, and a Message-ID that stays the same should it be sent twice."""
    given = {name: str(value) for name, value in message.extra_headers.items()}
    if "message-id" not in map(str.lower, given):
        host = message.from_email.rpartition("@")[2].rstrip("> ")
        given["Message-ID"] = make_msgid(domain=host or None)
    return given


def _packed_attachment(attachment: object) -> tuple[str, str, str]:
    if isinstance(attachment, MIMEBase):
        payload = attachment.get_payload(decode=True)
        name, kind = attachment.get_filename() or "", attachment.get_content_type()
    else:
        name, payload, kind = attachment  # type: ignore[misc]  # Django's own triple
    content = payload.encode() if isinstance(payload, str) else bytes(payload)
    return (name or "", b64encode(content).decode(), kind or "application/octet-stream")
