"""The site stands what breaks around it; the long versions are `python -m benchmarks.faults`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.faults import (
    big_requests,
    busy_writers,
    clock,
    disk_full,
    half_closed,
    power_cut,
    slow_clients,
    smtp_down,
)
from tests.faults.conftest import Look

pytestmark = [pytest.mark.slow, pytest.mark.pure]

Stands = Callable[[Look], None]


def test_no_write_that_was_acknowledged_is_lost_when_everything_is_killed(stands: Stands) -> None:
    stands(power_cut.look)


def test_a_full_disk_is_said_and_leaves_nothing_half_done(stands: Stands) -> None:
    stands(disk_full.look)


def test_readers_do_not_wait_for_writers_and_writers_keep_their_text(stands: Stands) -> None:
    stands(busy_writers.look)


def test_requests_of_ten_megabytes_are_refused_with_a_sentence(stands: Stands) -> None:
    stands(big_requests.look)


def test_slow_clients_keep_nobody_from_reading(stands: Stands) -> None:
    stands(slow_clients.look)


def test_clients_who_hang_up_leave_nothing_behind(stands: Stands) -> None:
    stands(half_closed.look)


def test_nobody_waits_for_a_mail_server_that_is_away(stands: Stands) -> None:
    stands(smtp_down.look)


def test_a_clock_that_jumps_a_day_stops_nothing(stands: Stands) -> None:
    stands(clock.look)
