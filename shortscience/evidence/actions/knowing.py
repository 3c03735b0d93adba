"""Which code is known here."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.evidence.models import KnownCode, Report


@transaction.atomic
def register_code(*, sha256: str, about: str, by: User | None = None) -> int:
    """Say that code with this hash was seen by the operator; return how many reports have it.

    Args:
        by: None from the command line.
    """
    KnownCode.objects.get_or_create(
        sha256=sha256,
        defaults={"about": about[:200], "registered_by": by, "registered_at": timezone.now()},
    )
    return Report.objects.filter(code_sha256=sha256, is_code_known=False).update(is_code_known=True)


@transaction.atomic
def forget_code(*, sha256: str) -> int:
    """Take that back; return how many reports are unverified again."""
    KnownCode.objects.filter(sha256=sha256).delete()
    return Report.objects.filter(code_sha256=sha256, is_code_known=True).update(is_code_known=False)
