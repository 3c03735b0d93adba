"""A sketch tells how many, within its error bound, and putting sketches together is union."""

from __future__ import annotations

import random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.sketch import (
    HIGHEST_RANK,
    MOST_TOLD,
    REGISTERS,
    code_of,
    estimate,
    merged,
    packed,
    unpacked,
)

pytestmark = pytest.mark.pure

# Of 2,048 registers, as the paper has it.
STANDARD_ERROR = 0.023

hashes = st.integers(0, 2**64 - 1)
sketches = st.lists(hashes.map(code_of), max_size=60)


def errors(count: int, *, tries: int) -> list[float]:
    """Return by which share each estimate of so many visitors is off."""
    found = []
    for seed in range(tries):
        dice = random.Random(f"{seed} of {count}")
        codes = {code_of(dice.getrandbits(64)) for _ in range(count)}
        found.append(estimate(codes) / count - 1)
    return found


@pytest.mark.parametrize("count", [1, 10, 100, 1000, 5000, 20_000, 100_000])
def test_the_estimate_is_within_the_bound_and_leans_to_no_side(count: int) -> None:
    tries = 60 if count <= 5000 else 20

    off = errors(count, tries=tries)

    spread = (fmean(error**2 for error in off)) ** 0.5
    # Of `tries` draws the measured spread itself varies by some 1 / sqrt(2 * tries).
    assert spread <= STANDARD_ERROR * (1 + 3 / (2 * tries) ** 0.5)
    assert abs(fmean(off)) <= 3.5 * STANDARD_ERROR / tries**0.5


def test_few_visitors_are_counted_nearly_exactly() -> None:
    for count in range(1, 40):
        assert fmean(abs(error) * count for error in errors(count, tries=30)) < 0.6


def test_nobody_is_nought() -> None:
    assert estimate(()) == 0
    assert packed(()) == b""


def test_a_full_sketch_still_has_an_estimate() -> None:
    full = [register << 5 | HIGHEST_RANK for register in range(REGISTERS)]

    assert estimate(full) == MOST_TOLD
    assert len(packed(full)) == 4096


@given(one=sketches, other=sketches, third=sketches)
def test_union_minds_neither_order_nor_repetition(
    one: list[int], other: list[int], third: list[int]
) -> None:
    whole = merged(one, other, third)

    assert merged(merged(third, one), other, one) == whole
    assert merged(whole, whole) == whole
    assert estimate(whole) == estimate([*one, *other, *third])
    assert estimate(whole) >= max(map(estimate, (one, other, third)))


@given(sketches)
def test_packed_is_what_it_was(codes: list[int]) -> None:
    assert list(unpacked(packed(codes))) == merged(codes)


@given(hashes)
def test_a_code_tells_the_register_and_the_rank_only(hashed: int) -> None:
    """Written as the paper has it: the place of the first 1 in what is left of the hash."""
    register, rest = hashed % 2048, f"{hashed // 2048:053b}"
    rank = min(rest.index("1") + 1 if "1" in rest else 54, 31)

    assert code_of(hashed) == register * 32 + rank


def test_bytes_that_are_no_sketch_are_refused() -> None:
    with pytest.raises(ValueError, match="even"):
        unpacked(b"abc")
