"""Batch normalization: the paper's formulas, torch's own layer, and what the layer must do."""

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from reproductions.methods.batch_normalization.method import (
    BatchNorm,
    Normalize,
    measure_population,
    sigmoid_net,
)

SHAPES = [(8, 3), (2, 3, 5, 4)]


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_hand(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: float) -> Tensor:
    """Algorithm 1 for one feature after the other, as it is printed; x is (N, D)."""
    features = []
    for k in range(x.shape[1]):
        values = x[:, k]
        m = len(values)
        mu = sum(values) / m
        sigma_squared = sum((value - mu) ** 2 for value in values) / m
        x_hat = torch.stack([(value - mu) / (sigma_squared + epsilon) ** 0.5 for value in values])
        features.append(gamma[k] * x_hat + beta[k])
    return torch.stack(features, dim=1)


def gradients_by_hand(
    x: Tensor, gamma: Tensor, epsilon: float, grad: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The six lines of section 3, in their order; x is (N, D)."""
    m = len(x)
    mu = x.mean(0)
    variance = ((x - mu) ** 2).mean(0)
    x_hat = (x - mu) / torch.sqrt(variance + epsilon)
    by_x_hat = grad * gamma
    by_variance = (by_x_hat * (x - mu) * -0.5 * (variance + epsilon) ** -1.5).sum(0)
    by_mu = (by_x_hat * -1 / torch.sqrt(variance + epsilon)).sum(0)
    by_mu = by_mu + by_variance * (-2 * (x - mu)).sum(0) / m
    by_x = by_x_hat / torch.sqrt(variance + epsilon) + by_variance * 2 * (x - mu) / m + by_mu / m
    return by_x, (grad * x_hat).sum(0), grad.sum(0)


def as_rows(maps: Tensor) -> Tensor:
    """Return (N, D, H, W) as (N * H * W, D)."""
    return maps.movedim(1, -1).reshape(-1, maps.shape[1])


def test_output_is_algorithm_1():
    x, gamma, beta = random(8, 3), random(3, seed=1), random(3, seed=2)

    y, mean, variance = Normalize.apply(x, gamma, beta, 1e-3)

    torch.testing.assert_close(y, by_hand(x, gamma, beta, 1e-3))
    torch.testing.assert_close(mean, x.mean(0))
    torch.testing.assert_close(variance, x.var(0, correction=0))


def test_a_channel_of_feature_maps_is_normalized_over_all_its_places():
    x, gamma, beta = random(2, 3, 5, 4), random(3, seed=1), random(3, seed=2)

    y = Normalize.apply(x, gamma, beta, 1e-3)[0]

    torch.testing.assert_close(as_rows(y), by_hand(as_rows(x), gamma, beta, 1e-3))


def test_gradients_are_those_of_section_3():
    x, gamma, beta = (random(8, 3), random(3, seed=1), random(3, seed=2))
    leaves = [one.requires_grad_() for one in (x, gamma, beta)]
    grad = random(8, 3, seed=3)

    ours = torch.autograd.grad(Normalize.apply(*leaves, 1e-3)[0], leaves, grad)

    with torch.no_grad():
        theirs = gradients_by_hand(x, gamma, 1e-3, grad)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_gradients_agree_with_finite_differences(shape):
    leaves = [
        one.requires_grad_() for one in (random(*shape), random(3, seed=1), random(3, seed=2))
    ]

    assert torch.autograd.gradcheck(lambda *at: Normalize.apply(*at, 1e-3)[0], leaves)


@pytest.mark.parametrize("shape", SHAPES)
def test_layer_is_torchs_layer(shape):
    """Outputs, gradients and the averages of five steps, then evaluation, all in float64."""
    ours = BatchNorm(3).double()
    theirs = (nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d)(3).double()
    with torch.no_grad():
        theirs.weight.copy_(ours.gamma.copy_(random(3, seed=1)))
        theirs.bias.copy_(ours.beta.copy_(random(3, seed=2)))
    for step in range(5):
        x = random(*shape, seed=10 + step) * 3 + 1
        grad = random(*shape, seed=20 + step)
        results = []
        for layer in (ours, theirs):
            leaf = x.clone().requires_grad_()
            y = layer(leaf)
            results.append((y, *torch.autograd.grad(y, [leaf, *layer.parameters()], grad)))
        torch.testing.assert_close(*results, rtol=1e-11, atol=1e-12)

    torch.testing.assert_close(ours.mean, theirs.running_mean)
    torch.testing.assert_close(ours.variance, theirs.running_var)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))


def test_population_is_the_mean_of_the_batches_with_unbiased_variances():
    batches = [random(6, 3, seed=k) + k for k in range(4)]
    layer = BatchNorm(3).double()
    layer.mean += 7  # what was there before must not matter

    measure_population(layer, batches)

    assert not layer.training
    assert layer.momentum == 0.1
    torch.testing.assert_close(layer.mean, sum(b.mean(0) for b in batches) / 4)
    torch.testing.assert_close(layer.variance, sum(b.var(0, correction=1) for b in batches) / 4)


def test_population_of_a_deep_layer_is_measured_behind_normalized_layers():
    net = nn.Sequential(BatchNorm(3), nn.Linear(3, 2), BatchNorm(2)).double()
    batches = [random(6, 3, seed=k) + k for k in range(4)]

    measure_population(net, batches)

    inner = [net[1](functional.batch_norm(b, None, None, training=True)) for b in batches]
    torch.testing.assert_close(net[2].mean, sum(b.mean(0) for b in inner) / 4)


def test_evaluation_treats_each_example_alone():
    layer = BatchNorm(3).double()
    layer(random(8, 3))
    x = random(5, 3, seed=1)

    together = layer.eval()(x)

    torch.testing.assert_close(together, torch.cat([layer(one[None]) for one in x]))


def test_scale_and_shift_can_undo_the_normalization():
    x = random(8, 3)
    gamma = torch.sqrt(x.var(0, correction=0) + 1e-5)

    y = Normalize.apply(x, gamma, x.mean(0), 1e-5)[0]

    torch.testing.assert_close(y, x)


def test_scale_of_the_weights_before_it_changes_nothing():
    inputs, weights = random(8, 4), random(3, 4, seed=1)
    one, zero = torch.ones(3).double(), torch.zeros(3).double()

    small = Normalize.apply(inputs @ weights.T, one, zero, 0.0)[0]
    large = Normalize.apply(inputs @ (1e3 * weights).T, one, zero, 0.0)[0]

    torch.testing.assert_close(small, large)


def test_a_single_value_to_average_is_refused():
    with pytest.raises(ValueError, match="one value"):
        BatchNorm(3)(torch.zeros(1, 3))


def test_a_constant_feature_stays_finite():
    x = torch.full((4, 2), 5.0, requires_grad=True)

    y = BatchNorm(2)(x)
    y.sum().backward()

    assert torch.equal(y, torch.zeros(4, 2))
    assert torch.isfinite(x.grad).all()


def small_net(*, is_normalized: bool = True, seed: int = 0) -> nn.Sequential:
    return sigmoid_net(
        (4, 16, 16, 3),
        is_normalized=is_normalized,
        generator=torch.Generator().manual_seed(seed),
    ).double()


def fit(net: nn.Sequential, steps: int) -> float:
    x, labels = random(12, 4), torch.arange(12) % 3
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    for _ in range(steps):
        loss = functional.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def test_one_batch_is_learned_by_heart():
    assert fit(small_net(), 400) < 0.01


def test_same_seed_gives_the_same_net_and_training():
    assert fit(small_net(), 20) == fit(small_net(), 20)
    assert fit(small_net(), 20) != fit(small_net(seed=1), 20)


def test_arms_start_from_the_same_weights():
    plain, normalized = small_net(is_normalized=False), small_net()

    weights = [[p for p in net.parameters() if p.dim() == 2] for net in (plain, normalized)]

    torch.testing.assert_close(*weights)


def test_net_trains_as_the_same_net_of_torchs_layers():
    ours = small_net()
    theirs = nn.Sequential(*copy.deepcopy([*ours])).double()
    for k, layer in enumerate(ours):
        if isinstance(layer, BatchNorm):
            theirs[k] = nn.BatchNorm1d(layer.gamma.numel()).double()

    assert fit(ours, 50) == pytest.approx(fit(theirs, 50), rel=1e-7)
