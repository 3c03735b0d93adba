import math

import pytest
import scipy.special
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st

from reproductions.harness.statistics import (
    LEVELS,
    Sample,
    holm,
    incomplete_beta,
    t_quantile,
    t_two_sided,
    t_upper,
)

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 9, 19, 99, 1000])
@pytest.mark.parametrize("level", [*LEVELS.values(), 0.9, 0.5, 0.01, 0.999])
def test_quantiles_are_those_of_scipy(df, level):
    expected = scipy.stats.t.ppf((1 + level) / 2, df)

    assert t_quantile(level, df) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("df", [1, 2, 4, 9, 19, 200])
@pytest.mark.parametrize("t", [0.0, 1e-4, 0.3, 1.0, 2.776, 10.0, 1e3, 1e8])
def test_tails_are_those_of_scipy(df, t):
    assert t_upper(t, df) == pytest.approx(scipy.stats.t.sf(t, df), rel=1e-11)
    assert t_upper(-t, df) == pytest.approx(scipy.stats.t.cdf(t, df), rel=1e-11)


@given(st.floats(0.5, 200), st.floats(0.5, 200), st.floats(0, 1))
def test_the_beta_function_is_that_of_scipy(a, b, x):
    expected = scipy.special.betainc(a, b, x)
    assume(expected > 1e-200)

    assert incomplete_beta(a, b, x) == pytest.approx(expected, rel=1e-9, abs=1e-14)


@given(st.floats(-50, 50), st.integers(1, 100))
def test_tails_of_both_sides_make_one(t, df):
    assert t_upper(t, df) + t_upper(-t, df) == pytest.approx(1.0, abs=1e-14)
    assert 0.0 <= t_two_sided(t, df) <= 1.0


def test_a_known_interval():
    # Five seeds of a prototype's table, computed by hand: mean 3, sd 1.5811, t(.975, 4) = 2.7764.
    sample = Sample.of([1.0, 2.0, 3.0, 4.0, 5.0])

    assert sample.interval(0.95) == pytest.approx((1.036757, 4.963243), abs=1e-6)
    assert sample.p_differs(0.0) == pytest.approx(0.0132356, abs=1e-6)


@given(NUMBERS, st.floats(-1e6, 1e6))
def test_p_values_and_intervals_are_those_of_scipy(values, margin):
    sample = Sample.of(values)
    # Where all but rounding is equal, scipy loses digits that are not lost here.
    assume(sample.sd > 1e-6 * max(map(abs, values)) and sample.sd > 1e-100)

    expected = scipy.stats.ttest_1samp(values, margin)
    low, high = expected.confidence_interval(0.95)

    assert sample.p_differs(margin) == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    assert sample.interval(0.95) == pytest.approx((low, high), rel=1e-7, abs=1e-6)


@given(NUMBERS, st.floats(1e-3, 1e6))
def test_equivalence_holds_where_the_interval_of_ninety_percent_does(values, margin):
    sample = Sample.of(values)
    low, high = sample.interval(0.9)
    assume(all(abs(abs(end) - margin) > 1e-9 * margin for end in (low, high)))

    assert (sample.p_within(margin) < 0.05) == (-margin < low and high < margin)


@given(NUMBERS, st.floats(-1e6, 1e6))
def test_the_interval_excludes_the_margin_where_p_is_small(values, margin):
    sample = Sample.of(values)
    low, high = sample.interval(0.95)
    assume(abs(low - margin) > 1e-9 and abs(high - margin) > 1e-9)
    assume(sample.sd == 0 or sample.sd > 1e-9)

    assert (sample.p_differs(margin) < 0.05) == (not low <= margin <= high)


@given(st.floats(-1e300, 1e300), st.integers(2, 20), st.floats(-1e300, 1e300))
def test_equal_values_have_a_point_for_an_interval_and_never_nan(value, n, margin):
    sample = Sample.of([value] * n)

    assert sample.sd == 0
    assert sample.interval(0.95) == (value, value)
    assert sample.p_differs(margin) == (1.0 if value == margin else 0.0)


@given(st.lists(st.floats(-1e308, 1e308), min_size=2, max_size=6))
def test_no_sample_gives_nan(values):
    try:
        sample = Sample.of(values)
    except OverflowError:
        return

    p_values = [sample.p_differs(1.0), sample.p_within(1.0)]
    assert all(0 <= p <= 1 for p in p_values)


def test_holms_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_keeps_order_and_lies_between_p_and_bonferroni(p_values):
    adjusted = holm(p_values)

    for p, q in zip(p_values, adjusted, strict=True):
        assert p <= q <= 1
        assert q <= max(min(1, len(p_values) * other) for other in p_values if other <= p)
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    assert [adjusted[i] for i in order] == sorted(adjusted)


@given(st.lists(st.floats(0, 1), max_size=10), st.randoms())
def test_holm_does_not_care_in_which_order_claims_stand(p_values, dice):
    shuffled = list(range(len(p_values)))
    dice.shuffle(shuffled)

    again = holm([p_values[i] for i in shuffled])

    assert [holm(p_values)[i] for i in shuffled] == again


@pytest.mark.parametrize(("level", "df"), [(0.0, 3), (1.0, 3), (0.9, 0), (math.nan, 3)])
def test_a_quantile_that_there_is_not_is_refused(level, df):
    with pytest.raises(ValueError, match="need 0 < level < 1"):
        t_quantile(level, df)
