"""Measurements and figures as drawings: places are where the numbers say."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shortscience.web.graphs import BOTTOM, LEFT, TOP, WIDTH, Graph, Series, graph_of
from shortscience.web.intervals import interval_drawing
from shortscience.web.scales import said, scale_for

pytestmark = pytest.mark.pure


def graph(*series: Series, **how: Any) -> Graph:
    drawn = graph_of(series, **{"kind": "lines", "x_label": "", "y_label": "", **how})
    assert drawn is not None
    return drawn


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (3.4, "3.4"),
        (-0.5, "−0.5"),
        (0.0123, "0.0123"),
        (1080, "1,080"),
        (99.96, "99.96"),
        (2e-15, "2 × 10⁻¹⁵"),
        (-1.5e9, "−1.5 × 10⁹"),
    ],
)
def test_numbers_are_said_as_people_read_them(value: float, text: str) -> None:
    assert said(value) == text


@pytest.mark.parametrize("values", [[2, 5], [0, 0], [-3e-9, 4e-9], [1e12, 3e12], [7]])
def test_the_numbers_of_an_axis_are_few_and_on_it(values: list[float]) -> None:
    scale = scale_for(values, 0, 100)

    ticks = scale.ticks(6)

    assert 1 <= len(ticks) <= 7
    assert all(scale.low <= tick <= scale.high for tick in ticks)
    assert all(0 <= scale(value) <= 100 for value in values)


@given(
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5),
    is_log=st.booleans(),
)
@example(values=[4.0, 2.2250738585072014e-308], is_log=True)
@example(values=[1.7e308, 5e-324], is_log=True)
def test_whatever_the_numbers_are_each_has_its_place(values: list[float], is_log: bool) -> None:
    scale = scale_for(values, 0, 100, is_log=is_log)

    assert all(0 <= scale(value) <= 100 for value in [*values, *scale.ticks()])
    assert all(said(value) for value in [*values, *scale.ticks()])


def test_equal_ratios_are_equally_far_on_a_log_scale() -> None:
    scale = scale_for([1, 100], 0, 100, is_log=True)

    assert scale(10) - scale(1) == pytest.approx(scale(100) - scale(10), abs=0.02)
    assert scale.ticks() == [1, 10, 100]


def test_a_log_scale_that_holds_a_value_of_nought_is_linear() -> None:
    assert not scale_for([0, 100], 0, 100, is_log=True).is_log


@pytest.mark.parametrize(("relation", "is_right"), [(">", True), ("<", False)])
def test_the_side_that_passes_is_tinted(relation, is_right: bool) -> None:
    drawing = interval_drawing(
        values=[2, 3, 4], mean=3, interval=(2.5, 3.5), margin=1, relation=relation
    )

    (rule,) = drawing.rules
    assert (drawing.zone_x == rule) is is_right
    assert rule < min(drawing.seeds)
    assert drawing.low is not None
    assert drawing.high is not None
    assert drawing.low < drawing.mean < drawing.high


def test_equivalence_passes_between_two_margins() -> None:
    drawing = interval_drawing(
        values=[0.1, -0.1], mean=0, interval=(-0.2, 0.2), margin=0.5, relation="=="
    )

    assert drawing.zone_x == drawing.rules[0]
    assert drawing.zone_x + drawing.zone_width == pytest.approx(drawing.rules[1], abs=0.02)


def test_a_check_without_an_interval_has_no_bar() -> None:
    drawing = interval_drawing(values=[1e-16], mean=1e-16, interval=None, margin=1e-6, relation="<")

    assert drawing.low is drawing.high is None


def test_a_line_goes_through_its_points_and_a_band_around_it() -> None:
    line = Series("plain", x=[0, 10], y=[0, 1], low=[0, 0.5], high=[0.5, 1])

    (drawn,) = graph(line).series

    places = [float(place) for place in drawn.line.removeprefix("M").split()]
    assert LEFT <= places[0] < places[2] <= WIDTH
    assert TOP <= places[3] < places[1] <= BOTTOM
    assert drawn.band.endswith("Z")


def test_a_bar_begins_at_nought() -> None:
    bars = Series("arm", x=[1, 2, 3], y=[2, -1, 4])

    made = graph(bars, kind="bars", ticks=["a", "b", "c"])

    (drawn,) = made.series
    zero = next(tick.at for tick in made.y_ticks if tick.text == "0")
    up, down, _ = drawn.boxes
    assert up.y + up.height == pytest.approx(zero, abs=0.02)
    assert down.y == pytest.approx(zero, abs=0.02)
    assert [tick.text for tick in made.x_ticks] == ["a", "b", "c"]
    assert not math.isclose(up.x, down.x)


def test_names_of_lines_that_end_together_do_not_cover_one_another() -> None:
    lines = [Series(f"line {at}", x=[0, 1], y=[0, 1]) for at in range(6)]

    keys = sorted(one.key_y for one in graph(*lines).series)

    assert all(after - before >= 15 for before, after in pairwise(keys))


def test_a_figure_without_values_is_not_drawn() -> None:
    assert graph_of([Series("none", x=[], y=[])], kind="lines", x_label="", y_label="") is None
