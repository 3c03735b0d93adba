"""Writes about readers: sketches come in, age, and become numbers; salts are made and go."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import TypeVar

from django.db import models, transaction
from django.db.models import Sum
from django.db.models.functions import TruncMonth

from shortscience.lib.sketch import estimate, merged, packed, unpacked
from shortscience.papers.models import Paper
from shortscience.readership.models import DailySalt, ReaderDay
from shortscience.readership.rules import DAYS_KEPT_FOR, SALT_BYTES, SKETCHES_KEPT_FOR

# What one flush brings: the codes of each paper on each day.
Readings = Mapping[tuple[int, date], Collection[int]]

# Rows of one transaction: other writers wait some milliseconds for it.
BATCH = 500

Item = TypeVar("Item")


def add_readings(readings: Readings) -> None:
    """Put these sketches together with what is stored. Done twice it changes nothing more.

    Batches are transactions of their own; rows are locked in one order, so that processes which
    write the same papers at the same time wait for each other and do not block each other.
    """
    for keys in _batches(sorted(readings)):
        _add({key: readings[key] for key in keys})


@transaction.atomic
def _add(readings: Readings) -> None:
    papers = {paper for paper, _ in readings}
    here = set(Paper.objects.filter(pk__in=papers).values_list("pk", flat=True))
    wanted = [key for key in readings if key[0] in here]
    ReaderDay.objects.bulk_create(
        [ReaderDay(paper_id=paper, day=day, sketch=b"") for paper, day in wanted],
        ignore_conflicts=True,
    )
    rows = ReaderDay.objects.filter(paper__in=here, day__in={day for _, day in wanted})
    changed = []
    for row in rows.select_for_update().order_by("paper", "day"):
        codes = readings.get((row.paper_id, row.day))
        if codes and _take(row, codes):
            changed.append(row)
    ReaderDay.objects.bulk_update(changed, ["readers", "sketch"])


def _take(row: ReaderDay, codes: Collection[int]) -> bool:
    """Let the row know of these readers; return whether it changed."""
    if row.sketch is None:
        # Came days late: the sketch is gone. The larger number is the better one.
        before, row.readers = row.readers, max(row.readers, estimate(codes))
        return row.readers != before
    was = unpacked(bytes(row.sketch))
    now = merged(was, codes)
    if len(now) == len(was) and now == list(was):
        return False
    row.sketch, row.readers = packed(now), estimate(now)
    return True


# --- salts ------------------------------------------------------------------------------------


def salt_of(day: date, *, may_make: bool) -> bytes | None:
    """Return what all processes of the site hash visitors of this day with.

    Args:
        may_make: make it if there is none; False while nothing may be written.
    """
    row = DailySalt.objects.filter(day=day).first()
    if row is None and may_make:
        given = {"value": secrets.token_bytes(SALT_BYTES)}
        row, _ = DailySalt.objects.get_or_create(day=day, defaults=given)
    return None if row is None else bytes(row.value)


def forget_salts(*, before: date) -> int:
    """Throw away the salts of days that are over."""
    return DailySalt.objects.filter(day__lt=before).delete()[0]


# --- getting old ------------------------------------------------------------------------------


def settle_days(*, today: date) -> int:
    """Make plain numbers of sketches that nothing will come to any more; return how many."""
    old = ReaderDay.objects.with_sketch().filter(day__lte=today - SKETCHES_KEPT_FOR)
    done = 0
    while keys := list(old.order_by("day", "pk").values_list("pk", flat=True)[: BATCH * 10]):
        done += ReaderDay.objects.filter(pk__in=keys).update(sketch=None)
    return done


def fold_months(*, today: date) -> int:
    """Make one number a paper and month of days that no chart shows; return how many days went."""
    first_kept = (today - DAYS_KEPT_FOR).replace(day=1)
    days = ReaderDay.objects.filter(day__lt=first_kept).exclude(day__day=1)
    months = days.order_by().annotate(month=TruncMonth("day")).values_list("month", flat=True)
    return sum(_fold(month) for month in sorted(set(months)))


def _fold(month: date) -> int:
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    rest = ReaderDay.objects.filter(day__gt=month, day__lt=following)
    gone = 0
    while papers := list(rest.order_by("paper").values_list("paper", flat=True).distinct()[:BATCH]):
        gone += _fold_papers(month, rest.filter(paper__in=papers))
    return gone


@transaction.atomic
def _fold_papers(month: date, rest: models.QuerySet[ReaderDay]) -> int:
    sums = dict(rest.order_by().values_list("paper").annotate(n=Sum("readers")))
    firsts = ReaderDay.objects.filter(day=month, paper__in=sums).select_for_update()
    here = {row.paper_id: row for row in firsts}
    for paper, row in here.items():
        row.readers, row.sketch = row.readers + sums[paper], None
    ReaderDay.objects.bulk_update(here.values(), ["readers", "sketch"])
    ReaderDay.objects.bulk_create(
        ReaderDay(paper_id=paper, day=month, readers=number)
        for paper, number in sums.items()
        if paper not in here
    )
    return rest.delete()[0]


# --- numbers ----------------------------------------------------------------------------------


@transaction.atomic
def recount() -> int:
    """Compute the number of each day that still has its sketch; return how many were wrong."""
    wrong = []
    rows = ReaderDay.objects.with_sketch().select_for_update().order_by("paper", "day")
    for row in rows:
        readers = estimate(unpacked(bytes(row.sketch or b"")))
        if readers != row.readers:
            row.readers = readers
            wrong.append(row)
    ReaderDay.objects.bulk_update(wrong, ["readers"], batch_size=BATCH)
    return len(wrong)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
