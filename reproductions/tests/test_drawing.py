import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproductions.harness import drawing

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = st.none() | st.floats(-1e12, 1e12)


def figure(kind="lines", lines=(), **changes):
    return {
        "id": "f",
        "title": "A & <b>",
        "alt": 'it "rises"',
        "kind": kind,
        "x_label": "steps",
        "y_label": "loss",
        "ticks": [],
        "log_x": False,
        "log_y": False,
        "lines": list(lines),
        **changes,
    }


def line(x, y, name="one", low=(), high=()):
    return {"name": name, "x": list(x), "y": list(y), "low": list(low), "high": list(high)}


def read(text):
    return ET.fromstring(text)


def test_a_figure_says_in_words_what_it_shows():
    root = read(drawing.figure(figure(lines=[line([1, 2], [3, 4])])))

    assert root.attrib["role"] == "img"
    assert root.find(f"{SVG}title").text == "A & <b>"
    assert root.find(f"{SVG}desc").text == 'it "rises"'


@pytest.mark.parametrize("kind", ["lines", "points", "bars"])
def test_no_drawing_can_do_anything(kind):
    evil = "<script>alert(1)</script>"
    data = figure(kind, [line([1, 2], [3, 4], evil), line([1], [2], "two")], ticks=[evil])

    names = {element.tag.removeprefix(SVG) for element in read(drawing.figure(data)).iter()}

    assert names <= {"svg", "title", "desc", "style", "rect", "text", "path"}


@given(
    kind=st.sampled_from(["lines", "points", "bars"]),
    rows=st.lists(st.lists(NUMBER, min_size=4, max_size=4), max_size=6),
    logs=st.tuples(st.booleans(), st.booleans()),
    n=st.integers(1, 9),
)
def test_whatever_the_numbers_are_the_drawing_is_well_formed_and_finite(kind, rows, logs, n):
    columns = [[row[i] for row in rows] for i in range(4)]
    data = figure(kind, [line(columns[0], columns[1], f"line {i}", columns[2], columns[3])
                         for i in range(n)], log_x=logs[0], log_y=logs[1])  # fmt: skip

    text = drawing.figure(data)

    read(text)
    assert "nan" not in text
    assert "inf" not in text.replace("inference", "")


def test_a_line_breaks_where_a_number_is_missing():
    data = figure(lines=[line(range(5), [1.0, 2.0, None, 4.0, 5.0])])

    strokes = [path for path in read(drawing.figure(data)).iter(f"{SVG}path")
               if path.attrib.get("stroke-width") == "2"]  # fmt: skip

    assert len(strokes) == 2


def test_bars_start_at_zero_and_keep_their_proportion():
    data = figure("bars", [line([0, 1], [1.0, 3.0])], ticks=["a", "b"])

    bars = [bar for bar in read(drawing.figure(data)).iter(f"{SVG}rect") if "x" in bar.attrib]
    small, large = [float(bar.attrib["height"]) for bar in bars]

    assert large == pytest.approx(3 * small, rel=0.01)


def test_a_logarithmic_axis_leaves_out_what_it_cannot_show():
    axis = drawing.Axis.over([0.0, 1.0, 1000.0], 0, 300, is_log=True, pad=0)

    assert axis.at(0.0) is None
    assert axis.at(10.0) == pytest.approx(100.0)
    assert axis.ticks() == pytest.approx([1, 10, 100, 1000])


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=5))
def test_ticks_are_few_and_within_the_axis(numbers):
    axis = drawing.Axis.over(numbers, 0, 300, is_log=False)

    ticks = axis.ticks()

    assert 1 <= len(ticks) <= 9
    slack = 1e-6 * (axis.high - axis.low)
    assert all(axis.low - slack <= tick <= axis.high + slack for tick in ticks)


def test_the_drawing_is_the_same_each_time():
    data = figure(lines=[line([1, 2], [3, 4])])

    assert drawing.figure(data) == drawing.figure(data)
