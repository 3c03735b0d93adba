"""Sketches that come in from many sides, age, and become numbers."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shortscience.accounts.models import User
from shortscience.lib.sketch import code_of, estimate, merged, unpacked
from shortscience.moderation.merging import merge_papers, undo_merge
from shortscience.readership.actions import (
    add_readings,
    fold_months,
    forget_salts,
    recount,
    salt_of,
    settle_days,
)
from shortscience.readership.models import DailySalt, ReaderDay
from tests.factories import make_paper

TODAY = date(2026, 5, 20)
NIGHT = timedelta(days=1)


def codes(count: int, *, seed: int = 0) -> set[int]:
    dice = Random(seed)
    return {code_of(dice.getrandbits(64)) for _ in range(count)}


def stored() -> dict[tuple[int, date], list[int]]:
    rows = ReaderDay.objects.with_sketch()
    return {(row.paper_id, row.day): list(unpacked(bytes(row.sketch or b""))) for row in rows}


# --- writing ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_written_twice_counts_once() -> None:
    paper = make_paper()
    readings = {(paper.pk, TODAY): codes(30)}

    add_readings(readings)
    add_readings(readings)

    (row,) = ReaderDay.objects.all()
    assert row.readers == estimate(codes(30))


@pytest.mark.django_db
def test_readers_of_a_paper_that_is_gone_are_dropped_alone() -> None:
    paper = make_paper()

    add_readings({(paper.pk, TODAY): codes(3), (paper.pk + 999, TODAY): codes(3)})

    assert list(ReaderDay.objects.values_list("paper", flat=True)) == [paper.pk]


@pytest.mark.django_db
def test_many_papers_are_written_in_batches() -> None:
    papers = [make_paper() for _ in range(3)]
    days = [TODAY - timedelta(days=back) for back in range(200)]

    add_readings({(paper.pk, day): {33} for paper in papers for day in days})

    assert ReaderDay.objects.filter(readers=1).count() == 600


@pytest.mark.django_db
def test_what_comes_after_the_sketch_is_gone_cannot_count_twice() -> None:
    paper = make_paper()
    add_readings({(paper.pk, TODAY): codes(30)})
    settle_days(today=TODAY + 2 * NIGHT)

    add_readings({(paper.pk, TODAY): codes(30)})
    add_readings({(paper.pk, TODAY): codes(10)})

    (row,) = ReaderDay.objects.all()
    assert (row.readers, row.sketch) == (estimate(codes(30)), None)


parts = st.lists(st.sets(st.integers(0, 2047).map(lambda n: n << 5 | 1 + n % 7), max_size=8))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts=parts, order=st.randoms(use_true_random=False))
def test_any_split_any_order_and_any_repetition_give_the_same(
    parts: list[set[int]], order: Random
) -> None:
    paper = make_paper()
    flushes = [*parts, *order.sample(parts, k=len(parts) // 2)]
    order.shuffle(flushes)

    for part in flushes:
        add_readings({(paper.pk, TODAY): part})

    assert stored().get((paper.pk, TODAY), []) == merged(*parts)
    ReaderDay.objects.all().delete()


@pytest.mark.django_db
def test_no_salt_is_made_while_nothing_may_be_written() -> None:
    assert salt_of(TODAY, may_make=False) is None
    assert not DailySalt.objects.exists()


# --- getting old ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_salts_go_when_their_day_is_over() -> None:
    for day in (TODAY - NIGHT, TODAY, TODAY + NIGHT):
        salt_of(day, may_make=True)

    assert forget_salts(before=TODAY) == 1
    assert set(DailySalt.objects.values_list("day", flat=True)) == {TODAY, TODAY + NIGHT}


@pytest.mark.django_db
def test_a_sketch_becomes_a_number_after_two_days() -> None:
    paper = make_paper()
    for back in range(4):
        add_readings({(paper.pk, TODAY - back * NIGHT): codes(10)})

    assert settle_days(today=TODAY) == 2
    assert settle_days(today=TODAY) == 0

    rows = ReaderDay.objects.order_by("-day")
    assert [row.sketch is not None for row in rows] == [True, True, False, False]
    assert {row.readers for row in rows} == {estimate(codes(10))}


@pytest.mark.django_db
def test_days_that_no_chart_shows_become_one_number_a_month() -> None:
    one, two = make_paper(), make_paper()
    old = date(2024, 2, 1)
    for paper, days in ((one, (0, 3, 28)), (two, (5, 6)), (one, (29,))):
        ReaderDay.objects.bulk_create(
            ReaderDay(paper=paper, day=old + day * NIGHT, readers=10 + day) for day in days
        )
    kept = ReaderDay.objects.create(paper=one, day=TODAY - 400 * NIGHT, readers=5)
    before = ReaderDay.objects.in_all()

    assert fold_months(today=TODAY) == 4
    assert fold_months(today=TODAY) == 0

    assert ReaderDay.objects.in_all() == before
    assert ReaderDay.objects.of(one).by_day() == {
        date(2024, 2, 1): 10 + 13 + 38,
        date(2024, 3, 1): 39,
        kept.day: 5,
    }
    assert ReaderDay.objects.of(two).by_day() == {date(2024, 2, 1): 31}


@pytest.mark.django_db
def test_numbers_that_went_wrong_are_computed_again() -> None:
    paper = make_paper()
    add_readings({(paper.pk, TODAY): codes(10)})
    ReaderDay.objects.update(readers=77)

    assert recount() == 1
    assert ReaderDay.objects.get().readers == estimate(codes(10))


# --- one paper --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_readers_come_along_when_papers_are_joined_and_go_back(mona: User) -> None:
    keep, drop = make_paper("Same"), make_paper("Same.")
    for paper, number in ((keep, 5), (drop, 7)):
        ReaderDay.objects.create(paper=paper, day=TODAY, readers=number)

    merge = merge_papers(keep=keep, drop=drop, by=mona, reason="one work")
    joined = ReaderDay.objects.of(keep).by_day()
    by_paper = ReaderDay.objects.by_paper([keep.pk])
    undo_merge(merge=merge, by=mona, reason="two works")

    assert joined == {TODAY: 12}
    assert by_paper == {keep.pk: 12}
    assert ReaderDay.objects.of(keep).by_day() == {TODAY: 5}
    assert ReaderDay.objects.of(drop).by_day() == {TODAY: 7}
