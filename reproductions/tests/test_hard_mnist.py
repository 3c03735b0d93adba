"""Distorted digits: moved within the limits, noisy, and the same for the same seed."""

import torch

from reproductions.parts import hard_mnist
from reproductions.parts.hard_mnist import NOISE, distort


def blob(count: int = 200) -> torch.Tensor:
    """Images with a square in the middle, 6 x 6 of 28 x 28."""
    images = torch.zeros(count, 28, 28)
    images[:, 11:17, 11:17] = 1
    return images


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_same_seed_distorts_alike_and_another_differently():
    assert distort(blob(), seeded()).equal(distort(blob(), seeded()))
    assert not distort(blob(), seeded()).equal(distort(blob(), seeded(1)))


def test_each_image_is_distorted_by_itself():
    first, second = distort(blob(2), seeded())

    assert not first.equal(second)


def test_noise_has_the_named_size():
    noise = distort(torch.zeros(100, 28, 28), seeded())

    assert abs(noise.std().item() - NOISE) < 0.01
    assert abs(noise.mean().item()) < 0.01


def test_digits_move_at_most_the_named_share_of_the_width(monkeypatch):
    monkeypatch.setattr(hard_mnist, "NOISE", 0.0)
    moved = distort(blob(), seeded())
    places = torch.arange(28) + 0.5
    total = moved.sum((1, 2))
    x = (moved.sum(1) * places).sum(1) / total - 14
    y = (moved.sum(2) * places).sum(1) / total - 14

    limit = hard_mnist.SHIFT * 28
    for shift in (x, y):
        assert shift.abs().max() <= limit + 0.1
        assert shift.abs().max() > 0.9 * limit


def test_digits_grow_and_shrink_within_the_named_share(monkeypatch):
    monkeypatch.setattr(hard_mnist, "NOISE", 0.0)
    areas = distort(blob(), seeded()).sum((1, 2)) / 36

    assert areas.max() <= 1.25**2 * 1.05
    assert areas.min() >= 0.75**2 * 0.95
    assert areas.max() > 1.4
    assert areas.min() < 0.65
