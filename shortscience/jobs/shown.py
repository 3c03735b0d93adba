"""What people may read of a job: no text that signs somebody in, and nobody's mail address."""

from __future__ import annotations

from django.utils.translation import gettext

from shortscience.jobs.declare import rules_of
from shortscience.jobs.models import Job


def arguments_of(job: Job) -> dict[str, str]:
    """Return of the arguments what their task lets people read; nothing if it says nothing."""
    describe = rules_of(job.task).describe
    if describe is None:
        return {}
    given = job.arguments
    try:
        return describe(*given["args"], **given["kwargs"])
    except (TypeError, KeyError, AttributeError, ValueError):
        # Written by an older program, or emptied since it was done.
        return {}


def error_of(job: Job) -> str:
    """Return in one line what went wrong."""
    if not job.error_class:
        return gettext(job.error) if job.error else ""
    lines = job.error.strip().splitlines()
    return lines[-1] if lines else job.error_class
