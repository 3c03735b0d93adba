"""What changed between two texts."""

import pytest

from shortscience.lib.differences import (
    MAX_LINES,
    MAX_WORDS,
    Change,
    Passage,
    Piece,
    passages_between,
)

pytestmark = pytest.mark.pure

SAME, REMOVED, ADDED, CHANGED = Change.SAME, Change.REMOVED, Change.ADDED, Change.CHANGED
GAP = Passage(Change.GAP)


def line(change: Change, text: str) -> Passage:
    return Passage(change, (Piece(change, text),))


def told(before: str, after: str) -> list[Passage]:
    found = passages_between(before, after)
    assert found is not None
    return found


def test_a_changed_line_stands_between_its_neighbours() -> None:
    assert told("a\nb\nc\nd\ne\nf\ng", "a\nb\nX\nd\ne\nf\ng") == [
        line(SAME, "a"),
        line(SAME, "b"),
        line(REMOVED, "c"),
        line(ADDED, "X"),
        line(SAME, "d"),
        line(SAME, "e"),
        GAP,
    ]


def test_lines_far_from_a_change_are_one_gap_on_each_side() -> None:
    before = "\n".join("abcdefghijklm")

    found = told(before, before.replace("g", "G"))

    assert found.count(GAP) == 2
    assert found[0] == found[-1] == GAP


def test_in_a_changed_line_the_words_are_told() -> None:
    (passage,) = told("We train for 90 epochs.", "We train for 100 long epochs.")

    assert passage.change == CHANGED
    assert passage.pieces == (
        Piece(SAME, "We train for "),
        Piece(REMOVED, "90"),
        Piece(ADDED, "100 long"),
        Piece(SAME, " epochs."),
    )


def test_a_sign_in_a_formula_is_a_word_of_its_own() -> None:
    (passage,) = told("So $y = x + 1$.", "So $y = x - 1$.")

    changed = [piece for piece in passage.pieces if piece.change != SAME]
    assert changed == [Piece(REMOVED, "+"), Piece(ADDED, "-")]


def test_a_paragraph_that_was_broken_elsewhere_keeps_its_words() -> None:
    (passage,) = told("one two three\nfour five", "one two\nthree four five")

    words = [piece.text for piece in passage.pieces if piece.change != SAME]
    assert all(text.isspace() for text in words)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b c\nd e", "a c\nd x e\nf"),
        ("", "one\n\ntwo"),
        ("tabs\tand  spaces", "tabs and\u00a0spaces \U0001f642"),
        ("x\ny\nz", "z\ny\nx"),
    ],
)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    found = told(before, after)

    def side(missing: Change) -> str:
        kept = (
            "".join(piece.text for piece in passage.pieces if piece.change != missing)
            for passage in found
            if passage.change != missing
        )
        return "\n".join(kept)

    assert side(ADDED) == before
    assert side(REMOVED) == after


def test_equal_texts_differ_in_nothing() -> None:
    assert told("a\nb", "a\nb") == []
    assert told("", "") == []


def test_every_line_of_both_texts_is_told() -> None:
    assert told("", "a\n\nb") == [line(ADDED, "a"), line(ADDED, ""), line(ADDED, "b")]
    assert told("a", "") == [line(REMOVED, "a")]


def test_too_many_lines_are_not_compared() -> None:
    assert passages_between("x\n" * (MAX_LINES + 1), "y") is None
    assert passages_between("y", "x\n" * (MAX_LINES + 1)) is None


def test_of_too_many_words_only_the_lines_are_told() -> None:
    long = "word " * MAX_WORDS

    assert [passage.change for passage in told(long + "a", long + "b")] == [REMOVED, ADDED]
