"""What the worker does with images."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from shortscience.images.making import make_sizes
from shortscience.images.removing import forget_unused
from shortscience.jobs.declare import Nightly, declared


@task()
# The file may lie in a store that is away for an hour.
@declared(
    idempotent=True,
    waits=(timedelta(seconds=10), timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=2)),
    label=_("Sizes of an image"),
)
def make_ready(image_id: int) -> None:
    """Make the two sizes of an image."""
    make_sizes(image_id)


@task()
@declared(
    idempotent=True,
    waits=(timedelta(minutes=30), timedelta(hours=2)),
    every=Nightly(time(4, 10)),
    label=_("Images that no text uses"),
)
def remove_unused() -> dict[str, int]:
    """Remove images that no text, version or draft has used for a while."""
    return {"images removed": forget_unused(now=timezone.now())}
