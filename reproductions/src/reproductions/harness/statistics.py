"""Student's t distribution, intervals, Holm's correction: plain floats, no library.

Everyone who checks a report must get the same numbers, so they come from thirty lines that can be
written again anywhere, and a test compares them with scipy.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

# Confidence by look: 5 seeds may be extended to 10 and then to 20, once each, and each look has to
# be surer than the one before, so that looking often is no way to win.
LEVELS = {1: 0.95, 2: 0.975, 3: 0.9833}

_TINY = 1e-300


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for a, b > 0 and x in [0, 1].

    Source: continued fraction of Abramowitz and Stegun (1964), 26.5.8, by Lentz's method; relative
    error below 1e-12 for the sizes met here.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    # The fraction converges fast below the mean; above, the other tail is computed.
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    log_front = (
        math.lgamma(a + b)
        - math.lgamma(a)
        - math.lgamma(b)
        + a * math.log(x)
        + b * math.log1p(-x)
        - math.log(a)
    )
    return math.exp(log_front) * _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _off_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for numerator in (even, odd):
            d = 1 / _off_zero(1 + numerator * d)
            c = _off_zero(1 + numerator / c)
            value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return value


def _off_zero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY


def t_two_sided(t: float, df: int) -> float:
    """Return P(|T| >= |t|) for Student's t with `df` >= 1 degrees of freedom."""
    square = t * t
    if square > df:
        return incomplete_beta(df / 2, 0.5, df / (df + square))
    return 1 - incomplete_beta(0.5, df / 2, square / (df + square))


def t_upper(t: float, df: int) -> float:
    """Return P(T >= t)."""
    half = t_two_sided(t, df) / 2
    return half if t >= 0 else 1 - half


@cache
def t_quantile(level: float, df: int) -> float:
    """Return the t with P(|T| <= t) = level, so that mean ± t · se has that confidence.

    Raises:
        ValueError: the level is not in (0, 1), or df < 1.
    """
    if not 0 < level < 1 or df < 1:
        raise ValueError(f"need 0 < level < 1 and df >= 1, got {level} and {df}")
    outside = 1 - level
    low, high = 0.0, 1.0
    while t_two_sided(high, df) > outside:
        low, high = high, 2 * high
    # Halving until the two neighbours are next to each other: 1,100 steps would be too many for
    # floats near zero, 200 are enough from any start that doubling gives.
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if t_two_sided(middle, df) > outside else (low, middle)
    return high


@dataclass(frozen=True, slots=True)
class Sample:
    """Mean and sample standard deviation of n >= 2 values, exactly rounded."""

    mean: float
    sd: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Sample:
        """Return the sample of these values.

        Raises:
            ValueError: fewer than two values.
            OverflowError: the spread is larger than a float can say.
        """
        if len(values) < 2:
            raise ValueError("a spread needs two values")
        # `statistics` computes with whole numbers: equal values have a spread of exactly zero.
        return cls(statistics.mean(values), statistics.stdev(values), len(values))

    @property
    def se(self) -> float:
        return self.sd / math.sqrt(self.n)

    def interval(self, level: float) -> tuple[float, float]:
        """Return the t interval of the mean; the point itself where all values are equal."""
        if self.sd == 0:
            return self.mean, self.mean
        half = t_quantile(level, self.n - 1) * self.se
        return self.mean - half, self.mean + half

    def p_differs(self, margin: float) -> float:
        """Return the two-sided p of "the mean is the margin"."""
        if self.se == 0:
            return 1.0 if self.mean == margin else 0.0
        return t_two_sided((self.mean - margin) / self.se, self.n - 1)

    def p_within(self, margin: float) -> float:
        """Return the p of two one-sided tests of "the mean is outside ±margin": the larger."""
        if self.se == 0:
            return 0.0 if -margin < self.mean < margin else 1.0
        above = t_upper((self.mean + margin) / self.se, self.n - 1)
        below = t_upper((margin - self.mean) / self.se, self.n - 1)
        return max(above, below)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values adjusted for how many there are, in the same order.

    Source: Holm (1979), Scand. J. Statist. 6, 65-70.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted
