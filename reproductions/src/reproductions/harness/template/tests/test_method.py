import pytest
import torch
from method import median_of_means


def slowly(row: list[float], groups: int) -> float:
    """Return the same with loops, as the paper says it."""
    each = len(row) // groups
    means = sorted(sum(row[k * each : (k + 1) * each]) / each for k in range(groups))
    middle = len(means) // 2
    return means[middle] if len(means) % 2 else (means[middle - 1] + means[middle]) / 2


@pytest.mark.parametrize("groups", [1, 2, 3, 5, 10, 11])
def test_it_gives_what_the_paper_says(groups: int) -> None:
    rows = torch.randn(4, 11, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    found = median_of_means(rows, groups)

    torch.testing.assert_close(
        found, torch.tensor([slowly(row, groups) for row in rows.tolist()], dtype=torch.float64)
    )


def test_one_wild_value_moves_it_little() -> None:
    row = torch.ones(1, 100, dtype=torch.float64)
    row[0, 17] = 1e9

    assert float(median_of_means(row, 10)) == 1.0


def test_more_groups_than_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="1 <= groups <= 3"):
        median_of_means(torch.ones(1, 3), 4)
