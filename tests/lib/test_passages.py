"""Passages: the reading text of a note, and finding a quoted part of it again."""

import time

import pytest

from shortscience.lib import markup
from shortscience.lib.passages import CONTEXT, Fate, Found, Quote, Reading, Span, read

IDEA = "The network learns what is added to its input, $y = F(x) + x$, and so it can be deep."


def reading(source: str) -> Reading:
    return read(markup.render(source).html)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("One  line\nof **bold** text.", "One line of bold text."),
        ("# A\n\nb\n\n- c\n- d", "A b c d"),
        ("a $x^2$ b", "a $x^2$ b"),
        ("$$\n\\sum_i x_i\n$$\n\nThen.", "$\\sum_i x_i$ Then."),
        ("|a|b|\n|-|-|\n|1|2|", "a b 1 2"),
        ("5 < 6 &amp; `x & y`", "5 < 6 & x & y"),
        ("```\na\n  b\n```", "a b"),
        ("naïve 😀 text", "naïve 😀 text"),
        ("See[^1].\n\n[^1]: Said [so](/a).", "See1. Said so."),
    ],
)
def test_the_reading_text_is_what_is_read(source: str, text: str) -> None:
    assert reading(source).text == text


def test_a_place_counts_characters_and_its_quote_has_what_stands_around() -> None:
    note = reading(f"😀 {IDEA} " * 3)

    (_first, span, _third) = note.places_of("added to its input")

    assert note.text[span.start : span.end] == "added to its input"
    assert note.quote(span).prefix == note.text[span.start - CONTEXT : span.start]
    assert note.quote(span).suffix.startswith(", $y = F(x)")


@pytest.mark.parametrize(
    "typed",
    [
        "added to  its\ninput",
        "input, $y = F(x) + x$, and",
        # As browsers copy a formula: its signs, in lines or not.
        "input, y=F(x)+x, and",
        "input,\ny\n=\nF\n(\nx\n)\n+\nx\n, and",
        "INPUT — y=F(x)+x",
    ],
)
def test_a_pasted_passage_is_found_as_browsers_copy_it(typed: str) -> None:
    note = reading(IDEA)

    (span,) = note.places_of(typed)

    assert "input" in note.text[span.start : span.end]


def test_a_formula_is_quoted_whole() -> None:
    note = reading("Before $x^2 + y$ after.")

    (span,) = note.places_of("Before x2")

    assert note.text[span.start : span.end] == "Before $x^2 + y$"


def test_what_stands_twice_is_told_apart_by_what_stands_around() -> None:
    note = reading("It works. We tried it.\n\nIt works. Nobody knows why.")

    assert len(note.places_of("It works.")) == 2
    (second,) = note.places_of("It works.", suffix=" Nobody knows")
    assert second.start > 10


@pytest.mark.parametrize("typed", ["", "  ", "…", "never said"])
def test_what_is_not_there_is_not_found(typed: str) -> None:
    assert reading(IDEA).places_of(typed) == []


def test_after_an_edit_elsewhere_the_passage_is_the_same() -> None:
    old = reading(IDEA)
    (span,) = old.places_of("added to its input")

    found = reading(f"New first words.\n\n{IDEA}").find_again(old.quote(span), near=span.start)

    moved = len("New first words. ")
    assert found == Found(Fate.SAME, Span(span.start + moved, span.end + moved))


def test_of_equal_passages_the_one_between_the_same_words_is_meant_then_the_nearest() -> None:
    note = reading("It works. A.\n\nIt works. B.\n\nIt works. C.")
    quote = Quote("It works.", prefix="A. ", suffix=" B.")

    between = note.find_again(quote, near=0)
    nearest = note.find_again(Quote("It works."), near=len(note.text))

    assert between.span is not None
    assert note.text[between.span.end :].startswith(" B.")
    assert nearest.span is not None
    assert note.text[nearest.span.end :].startswith(" C.")


def test_a_reworded_passage_is_found_and_said_to_be_altered() -> None:
    quote = Quote("learns what is added to its input")

    found = reading("The deep network learns only what is added on top of its input.").find_again(
        quote, near=0
    )

    assert found.fate is Fate.ALTERED
    assert found.span
    assert found.span.start == len("The deep network ")


def test_a_passage_that_was_taken_out_is_gone() -> None:
    found = reading("Something else entirely, about other things.").find_again(
        Quote("learns what is added to its input"), near=0
    )

    assert found == Found(Fate.GONE, None)


def test_putting_the_words_back_brings_the_passage_back() -> None:
    old = reading(IDEA)
    (span,) = old.places_of("added to its input")
    quote = old.quote(span)
    assert reading("Nothing.").find_again(quote, near=span.start).fate is Fate.GONE

    assert old.find_again(quote, near=0).fate is Fate.SAME


def test_a_long_text_is_searched_in_no_time() -> None:
    note = reading("\n\n".join(f"Sentence {n} of the many that stand here." for n in range(1400)))
    quote = Quote("of a good many which stood right there " * 8)

    began = time.perf_counter()
    note.find_again(quote, near=0)

    assert time.perf_counter() - began < 1
