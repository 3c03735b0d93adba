"""Median of means: a mean that a few wild values cannot pull away.

Source: Devroye, Lerasle, Lugosi and Oliveira (2016), Sub-Gaussian mean estimators,
arXiv:1509.05845, section 4.1.
"""

from torch import Tensor


def median_of_means(values: Tensor, groups: int) -> Tensor:
    """Return one estimate of the mean for each row.

    Args:
        values: (R, N), R samples of N numbers in random order.
        groups: K, 1 <= K <= N; more of them stand more wild values and average less.
            1 gives the mean, N the median. N is cut down to a multiple of K.

    Returns:
        (R,)

    Raises:
        ValueError: K is not in 1 … N.
    """
    rows, size = values.shape
    if not 1 <= groups <= size:
        raise ValueError(f"need 1 <= groups <= {size}, got {groups}")
    each = size // groups
    blocks = values[:, : groups * each].reshape(rows, groups, each)  # (R, K, N / K)
    return blocks.mean(dim=2).quantile(0.5, dim=1)  # (R,)
