"""What changed between two texts."""

import pytest

from shortscience.lib.differences import MAX_LINES, Change, Line, lines_between

pytestmark = pytest.mark.pure

SAME, REMOVED, ADDED, GAP = Change.SAME, Change.REMOVED, Change.ADDED, Change.GAP


def test_a_changed_line_stands_between_its_neighbours() -> None:
    assert lines_between("a\nb\nc\nd\ne\nf\ng", "a\nb\nX\nd\ne\nf\ng") == [
        Line(SAME, "a"),
        Line(SAME, "b"),
        Line(REMOVED, "c"),
        Line(ADDED, "X"),
        Line(SAME, "d"),
        Line(SAME, "e"),
        Line(GAP),
    ]


def test_lines_far_from_a_change_are_one_gap_on_each_side() -> None:
    before = "\n".join("abcdefghijklm")

    found = lines_between(before, before.replace("g", "G"))

    assert found is not None
    assert [line.change for line in found].count(GAP) == 2
    assert found[0] == found[-1] == Line(GAP)


def test_equal_texts_differ_in_nothing() -> None:
    assert lines_between("a\nb", "a\nb") == []
    assert lines_between("", "") == []


def test_every_line_of_both_texts_is_told() -> None:
    assert lines_between("", "a\n\nb") == [Line(ADDED, "a"), Line(ADDED, ""), Line(ADDED, "b")]
    assert lines_between("a", "") == [Line(REMOVED, "a")]


def test_too_many_lines_are_not_compared() -> None:
    assert lines_between("x\n" * (MAX_LINES + 1), "y") is None
    assert lines_between("y", "x\n" * (MAX_LINES + 1)) is None
