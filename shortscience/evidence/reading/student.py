"""Student's t distribution, from the standard library alone.

A report is judged here, in the package that made it, and by whoever wants to check both. So what
decides is short enough to be written again anywhere; a test holds it to tables of another library.
"""

from __future__ import annotations

import math
from functools import cache

# Below the smallest float that a product of two terms can reach.
_NEVER_ZERO = 1e-290


def two_sided(t: float, df: int) -> float:
    """Return P(|T| >= |t|) with `df` >= 1 degrees of freedom; precise in the far tail, too."""
    square = t * t
    if not math.isfinite(square):
        return 0.0
    # The share that is not near 1 is computed: neither the tail nor the middle loses digits.
    if square > 1.0:
        return beta_share(df / 2, 0.5, df / (df + square))
    return 1.0 - beta_share(0.5, df / 2, square / (df + square))


def upper(t: float, df: int) -> float:
    """Return P(T >= t)."""
    half = two_sided(t, df) / 2
    return half if t >= 0 else 1.0 - half


@cache
def quantile(level: float, df: int) -> float:
    """Return the t with P(|T| <= t) = level, for a level in (0, 1).

    Halves an interval until its ends are neighbours among the floats: slower than Newton's steps by
    microseconds, and there is nothing in it that could diverge.
    """
    outside = 1.0 - level
    low, high = 0.0, 1.0
    while two_sided(high, df) > outside:
        low, high = high, high * 2
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return high
        if two_sided(middle, df) > outside:
            low = middle
        else:
            high = middle


def beta_share(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for 0 <= x <= 1.

    Source: the continued fraction in the NIST Digital Library of Mathematical Functions, 8.17.22,
    evaluated from the front by the method of Lentz (1976), Applied Optics 15, 668-671.
    """
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - beta_share(b, a, 1.0 - x)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logs + a * math.log(x) + b * math.log1p(-x)) / a
    return front / _continued(a, b, x)


def _continued(a: float, b: float, x: float) -> float:
    """Return 1 + d1/(1 + d2/(1 + …)), with the terms of 8.17.23."""
    value = upper_part = 1.0
    lower_part = 0.0
    for k in range(1, 2000):
        m, is_odd = divmod(k, 2)
        if is_odd:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        lower_part = 1.0 / (1.0 + term * lower_part or _NEVER_ZERO)
        upper_part = 1.0 + term / upper_part or _NEVER_ZERO
        value *= upper_part * lower_part
        if abs(upper_part * lower_part - 1.0) < 1e-16:
            break
    return value
