"""Wilson's bound, hotness and SciScore, against known values and the slow way of writing them."""

from datetime import UTC, datetime, timedelta, timezone
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.ranking import bayesian_mean, hot, sciscore, wilson_lower_bound

MONDAY = datetime(2026, 11, 16, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ups", "total", "bound"),
    [(0, 0, 0.0), (0, 5, 0.0), (1, 1, 0.2065), (40, 40, 0.9124), (5, 10, 0.2366), (1, 2, 0.0945)],
)
def test_wilson_bound_has_the_known_values(ups, total, bound):
    assert wilson_lower_bound(ups, total) == pytest.approx(bound, abs=5e-5)


@given(total=st.integers(1, 10_000), data=st.data())
def test_wilson_bound_is_the_lower_root_of_the_score_equation(total, data):
    ups = data.draw(st.integers(0, total))

    bound = wilson_lower_bound(ups, total)

    # Wilson (1927): |p - share| = z * sqrt(p (1 - p) / n) at both ends of the interval.
    gap = abs(bound - ups / total)
    assert gap == pytest.approx(1.96 * sqrt(bound * (1 - bound) / total), abs=1e-7)


@pytest.mark.parametrize(("ups", "total"), [(-1, 5), (6, 5), (0, -1)])
def test_wilson_bound_refuses_impossible_counts(ups, total):
    with pytest.raises(ValueError, match="ups"):
        wilson_lower_bound(ups, total)


def test_one_lucky_vote_does_not_outrank_forty():
    assert wilson_lower_bound(1, 1) < wilson_lower_bound(38, 40)


def test_a_week_of_age_equals_ten_times_the_votes():
    assert hot(10, MONDAY) == pytest.approx(hot(1, MONDAY + timedelta(days=7)))


@given(
    a=st.integers(-1000, 1000),
    b=st.integers(-1000, 1000),
    later=st.timedeltas(timedelta(0), timedelta(days=3650)),
)
def test_the_order_of_two_items_never_changes_with_time(a, b, later):
    now = hot(a, MONDAY) - hot(b, MONDAY)

    assert hot(a, MONDAY + later) - hot(b, MONDAY + later) == pytest.approx(now)


def test_more_votes_are_hotter_and_buried_items_colder_than_new_ones():
    scores = [hot(votes, MONDAY) for votes in (-100, -10, 0, 10, 100)]

    assert scores == sorted(set(scores))


def test_hotness_does_not_depend_on_the_time_zone():
    there = MONDAY.astimezone(timezone(timedelta(hours=9)))

    assert hot(3, there) == hot(3, MONDAY)


def test_undated_items_are_coldest_and_still_in_order_of_votes():
    oldest = hot(-1000, datetime(1992, 1, 1, tzinfo=UTC))

    assert hot(1, None) < hot(50, None) < oldest


def test_bayesian_mean_starts_at_the_prior_and_ends_at_the_mean():
    assert bayesian_mean(0, 0, 2.5, 5) == 2.5
    assert bayesian_mean(8.0, 2, 2.0, 2.0) == 3.0
    assert bayesian_mean(4_000_000, 1_000_000, 2.0, 5) == pytest.approx(4.0, abs=1e-4)


@pytest.mark.parametrize(("count", "weight"), [(-1, 5), (1, 0), (1, -2)])
def test_bayesian_mean_refuses_impossible_weights(count, weight):
    with pytest.raises(ValueError, match="prior_weight"):
        bayesian_mean(1, count, 1, weight)


def test_one_lucky_summary_does_not_beat_fifty_good_ones():
    assert sciscore([20], site_mean=2) < sciscore([8] * 50, site_mean=2)


def test_sciscore_of_nobody_is_the_mean_of_the_site():
    assert sciscore([], site_mean=2.0) == 2.0
