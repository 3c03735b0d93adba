"""All checks, in the order in which they are made: each may rely on those before it."""

from __future__ import annotations

from collections.abc import Iterator

from shortscience.config.doctor import data, images, place, search, stored
from shortscience.config.doctor.finding import Check, Finding, State

# Without these the others cannot look.
FIRST: tuple[Check, ...] = (place.settings, place.disk, place.database)
REST: tuple[Check, ...] = (
    place.tables,
    stored.noting,
    data.indexes,
    data.references,
    data.numbering,
    data.numbers,
    data.reports,
    data.texts,
    data.jobs,
    data.files,
    images.images,
    search.outbox,
    search.index,
)


def examine(*, repairs: bool) -> Iterator[Finding]:
    """Yield what each check finds, as it is found."""
    is_readable = True
    for check in FIRST:
        for finding in check(repairs):
            is_readable &= not (check is place.database and finding.state != State.OK)
            yield finding
    if is_readable:
        for check in REST:
            yield from check(repairs)
