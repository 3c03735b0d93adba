"""Orders of lists: how good, how new, and how much a person's summaries helped.

Every number here is static: it changes when somebody votes, never because time
passes, so a list is an index scan and nothing has to be recomputed at night.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import log10, sqrt

# Science is slower than news: a week of age weighs as much as ten times the votes.
SECONDS_PER_FACTOR_OF_TEN = 7 * 24 * 3600

# Hotness counts from here, so that the numbers stay small enough to read.
# The original site opened in 2016; nothing of ours is older.
HOT_EPOCH = datetime(2016, 1, 1, tzinfo=UTC)

# Five papers' worth of the site's average: fewer than that says little about a person.
PRIOR_WEIGHT = 5.0

# Undated items come after everything dated, however many votes they have: 10 000 weeks.
UNDATED_PENALTY = 10_000.0


def wilson_lower_bound(ups: int, total: int, z: float = 1.96) -> float:
    """Return a cautious estimate, in [0, 1], of the share of up-votes.

    The lower end of Wilson's score interval: one lucky vote cannot outrank
    forty good ones. Zero votes score 0.0.

    Args:
        ups: number of positive votes, 0 <= ups <= total.
        total: number of votes cast.
        z: normal quantile; 1.96 gives a 95 % interval.

    Raises:
        ValueError: if the counts are negative or `ups` exceeds `total`.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22, 209-212, lower root.
    """
    if not 0 <= ups <= total:
        raise ValueError(f"need 0 <= ups <= total, got {ups} of {total}")
    if total == 0:
        return 0.0
    share = ups / total
    centre = share + z * z / (2 * total)
    margin = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, (centre - margin) / (1 + z * z / total))


def hot(score: int, published_at: datetime | None) -> float:
    """Return a static hotness: higher is hotter, a week of age equals ten times the votes.

    The form of Lobsters: the logarithm of the votes plus the time of publication, so
    the order of two items never changes with time. An item without a date is colder
    than every dated one and still ordered by its score.

    Args:
        score: sum of votes, may be negative; -1, 0 and 1 count the same.
        published_at: aware datetime of the first publication.

    Source: lobsters/lobsters, `Story#calculated_hotness`, with 7 days instead of
    22 hours and the sign turned, without the comment and tag terms.
    """
    sign = (score > 0) - (score < 0)
    order = sign * log10(max(abs(score), 1))
    if published_at is None:
        return order - UNDATED_PENALTY
    age = (published_at - HOT_EPOCH).total_seconds()
    return order + age / SECONDS_PER_FACTOR_OF_TEN


def bayesian_mean(total: float, count: int, prior_mean: float, prior_weight: float) -> float:
    """Return the mean of `count` values, drawn towards `prior_mean` while they are few.

    Args:
        total: sum of the values.
        count: how many there are, >= 0.
        prior_mean: what to assume without any value.
        prior_weight: how many values the assumption is worth, > 0.

    Raises:
        ValueError: if `count` is negative or `prior_weight` is not positive.

    Source: the weighted mean (C·m + Σx)/(C + n).
    """
    if count < 0 or prior_weight <= 0:
        raise ValueError(f"need count >= 0 and prior_weight > 0, got {count}, {prior_weight}")
    return (prior_weight * prior_mean + total) / (prior_weight + count)


def sciscore(votes_by_paper: Sequence[int], site_mean: float) -> float:
    """Return a person's SciScore: votes per paper, cautious while the papers are few.

    The original divided plainly, so one lucky summary beat fifty good ones.

    Args:
        votes_by_paper: for each paper with votes, the sum of votes on the person's
            named summaries of it (anonymous ones would give the writer away).
        site_mean: the same mean over everybody.
    """
    return bayesian_mean(sum(votes_by_paper), len(votes_by_paper), site_mean, PRIOR_WEIGHT)
