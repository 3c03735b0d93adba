"""The experiment is a function of its seed, and its arms are paired."""

from pathlib import Path

import pytest
import torch

from reproductions.contract import Context, Unit
from reproductions.methods.supcon.experiment import (
    EXPERIMENT,
    batches,
    networks,
    probed,
    side_by_side,
    train,
)
from reproductions.parts.mnist import Digits


def context(arm: str, seed: int = 0) -> Context:
    settings = EXPERIMENT.settings("smoke", arm)
    return Context(Unit(arm, seed), settings, torch.device("cpu"), Path())


def digits(count: int = 40) -> Digits:
    """Noise with labels: enough where nothing has to be learned."""
    images = torch.rand(count, 28, 28, generator=torch.Generator().manual_seed(0))
    return Digits(images, torch.arange(count) % 10)


def trained(arm: str, seed: int = 0) -> tuple[list[float], float]:
    given = context(arm, seed)
    network, head = networks(given)
    losses = train(network, head, digits(), given)["loss"]
    return losses, probed(network.eval(), digits(), digits(100), given)


@pytest.mark.parametrize("arm", ["l_out", "l_in", "cross_entropy"])
def test_same_seed_gives_the_same_numbers_and_another_does_not(arm):
    assert trained(arm) == trained(arm)
    assert trained(arm)[0] != trained(arm, seed=1)[0]


def test_arms_of_a_seed_see_the_same_views_and_start_from_the_same_encoder():
    one, other = context("l_out"), context("cross_entropy")

    for left, right in zip(
        next(batches(digits(), one, 8)), next(batches(digits(), other, 8)), strict=True
    ):
        assert left.equal(right)
    for left, right in zip(
        networks(one)[0].parameters(), networks(other)[0].parameters(), strict=True
    ):
        assert left.equal(right)


def test_batch_holds_two_views_of_each_image():
    images, labels = next(batches(digits(), context("l_out"), 8))

    assert images.shape == (16, 1, 28, 28)
    assert labels[:8].equal(labels[8:])
    assert not images[:8].equal(images[8:])


def test_every_labelled_image_is_seen_before_one_is_seen_again():
    supply = batches(digits(), context("l_out"), 10)
    seen = torch.cat([next(supply)[1][:10] for _ in range(4)])

    assert seen.bincount().tolist() == [4] * 10


def test_two_digits_side_by_side_are_labelled_by_what_they_read():
    plain = Digits(torch.arange(10.0)[:, None, None].expand(10, 28, 28), torch.arange(10))

    pairs = side_by_side(plain, 50, torch.Generator().manual_seed(0))

    assert pairs.images.shape == (50, 28, 28)
    assert (10 * pairs.images[:, 5, 0] + pairs.images[:, 5, 27]).long().equal(pairs.labels)
