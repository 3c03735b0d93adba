"""Monte Carlo batch normalization: against torch's layer batch by batch, and its scores."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from reproductions.methods.mcbn import scores
from reproductions.methods.mcbn.method import (
    BatchNorm,
    class_probabilities,
    draw_batches,
    gaussian,
    log_likelihood,
    sample_outputs,
)
from reproductions.parts import regression


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def fill(net: nn.Module, seed: int = 0) -> nn.Module:
    """Give the net random weights and, where it has them, random averages."""
    for k, values in enumerate([*net.parameters(), *net.buffers()]):
        if values.is_floating_point():
            values.data = random(*values.shape, seed=seed + k)
    for layer in net.modules():
        if isinstance(layer, BatchNorm):
            layer.variance.exp_()
    return net.eval()


def perceptron() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(4, 6), BatchNorm(6), nn.ReLU(), nn.Linear(6, 5), BatchNorm(5), nn.Linear(5, 2)
    )


def convolutional() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(4, 6, 3), BatchNorm(6), nn.ReLU(), nn.Conv2d(6, 5, 1), BatchNorm(5), nn.Flatten()
    )


def with_torchs_layers(net: nn.Sequential) -> nn.Sequential:
    """Return the net with torch's own layers, which take a batch as their only past."""
    layers = []
    for layer in net:
        if isinstance(layer, BatchNorm):
            kind = nn.BatchNorm2d if any(isinstance(one, nn.Conv2d) for one in net) else None
            features = layer.weight.numel()
            theirs = (kind or nn.BatchNorm1d)(features, eps=layer.epsilon, momentum=1.0).double()
            theirs.weight, theirs.bias = layer.weight, layer.bias
            layers.append(theirs)
        else:
            layers.append(layer)
    return nn.Sequential(*layers)


@torch.no_grad()
def by_algorithm_1(net: nn.Sequential, batches: Tensor, queries: Tensor) -> Tensor:
    """The loop of the paper, with torch's layers: a batch sets their averages, a query uses them.

    With momentum 1 a layer keeps the last batch's mean and *unbiased* variance, while the batch
    itself was normalized by the biased one: the factor is taken off before the query.
    """
    theirs, outputs = with_torchs_layers(net), []
    for batch in batches:
        theirs.train()
        inside = batch
        for layer in theirs:
            values = inside.numel() // inside.shape[1]
            inside = layer(inside)
            if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
                layer.running_var.mul_((values - 1) / values)
        theirs.eval()
        outputs.append(torch.cat([theirs(query[None]) for query in queries]))
    return torch.stack(outputs)


@pytest.mark.parametrize(("make", "extra"), [(perceptron, ()), (convolutional, (5, 4))])
def test_outputs_are_those_of_algorithm_1(make, extra):
    net = fill(make())
    batches, queries = random(7, 8, 4, *extra, seed=50), random(3, 4, *extra, seed=51)

    ours = sample_outputs(net, batches, queries, at_once=3)

    torch.testing.assert_close(ours, by_algorithm_1(net, batches, queries))


def test_training_and_evaluation_are_torchs():
    ours, theirs = BatchNorm(4), nn.BatchNorm1d(4)
    for step in range(3):
        x, grad = random(8, 4, seed=step).float(), random(8, 4, seed=9).float()
        results = []
        for layer in (ours, theirs):
            leaf = x.clone().requires_grad_()
            y = layer(leaf)
            results.append((y, *torch.autograd.grad(y, [leaf, *layer.parameters()], grad)))
        torch.testing.assert_close(*results)

    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))


def test_a_query_has_no_part_in_the_statistics_that_it_meets():
    net = fill(perceptron())
    batches, queries = random(5, 8, 4, seed=50), random(3, 4, seed=51)

    together = sample_outputs(net, batches, queries)

    alone = torch.cat([sample_outputs(net, batches, query[None]) for query in queries], dim=1)
    torch.testing.assert_close(together, alone)


def test_passes_of_any_size_give_the_same():
    net = fill(perceptron())
    batches, queries = random(7, 8, 4, seed=50), random(3, 4, seed=51)

    all_at_once = sample_outputs(net, batches, queries, at_once=100)

    torch.testing.assert_close(sample_outputs(net, batches, queries, at_once=2), all_at_once)


@pytest.mark.parametrize("is_training", [True, False])
def test_sampling_leaves_the_net_as_it_was(is_training):
    net = fill(perceptron()).train(is_training)
    before = {name: values.clone() for name, values in net.state_dict().items()}

    sample_outputs(net, random(5, 8, 4), random(3, 4))

    assert net.training is is_training
    assert all(layer.groups_of is None for layer in net if isinstance(layer, BatchNorm))
    torch.testing.assert_close(net.state_dict(), before)


def test_after_an_error_inside_the_net_evaluation_is_the_usual_again():
    net = fill(perceptron())
    x = random(3, 4)
    before = net(x)

    with pytest.raises(RuntimeError):
        sample_outputs(net, random(5, 8, 9), random(3, 9))

    torch.testing.assert_close(net(x), before)


def test_a_net_without_the_layer_is_refused():
    with pytest.raises(ValueError, match="BatchNorm"):
        sample_outputs(nn.Sequential(nn.Linear(4, 1)), torch.zeros(2, 3, 4), torch.zeros(1, 4))


def test_one_batch_of_all_examples_gives_no_spread():
    net, examples = fill(perceptron()), random(8, 4)
    generator = torch.Generator().manual_seed(0)

    batches = draw_batches(examples, size=8, count=5, generator=generator)

    spread = sample_outputs(net, batches, random(3, 4, seed=1)).std(0)
    torch.testing.assert_close(spread, torch.zeros_like(spread), rtol=0, atol=1e-12)


def test_batches_have_no_example_twice():
    examples = torch.arange(10.0)[:, None]
    generator = torch.Generator().manual_seed(0)

    batches = draw_batches(examples, size=6, count=50, generator=generator)

    assert batches.shape == (50, 6, 1)
    assert all(len(batch.unique()) == 6 for batch in batches)
    assert len(batches.unique()) == 10


@pytest.mark.parametrize("size", [0, 1, 11])
def test_a_batch_without_variance_or_beyond_the_examples_is_refused(size):
    with pytest.raises(ValueError, match="batches"):
        draw_batches(torch.zeros(10, 1), size=size, count=2, generator=torch.Generator())


def test_same_seed_gives_the_same_outputs():
    net = fill(perceptron())

    def outputs(seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        batches = draw_batches(random(20, 4), size=8, count=5, generator=generator)
        return sample_outputs(net, batches, random(3, 4, seed=1))

    assert torch.equal(outputs(0), outputs(0))
    assert not torch.equal(outputs(0), outputs(1))


def test_one_batch_is_learned_by_heart():
    net = fill(perceptron()).train()
    x, targets = random(8, 4), random(8, 2, seed=5)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(1500):
        loss = functional.mse_loss(net(x), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    outputs = sample_outputs(net, x[None], x)

    assert loss.item() < 1e-3
    torch.testing.assert_close(outputs[0], net(x))


def test_moments_are_those_of_the_outputs_and_the_noise():
    outputs = random(6, 3, 1)

    mean, variance = gaussian(outputs, 0.5)

    second = (outputs**2).mean(0)
    torch.testing.assert_close(mean, outputs.sum(0) / 6)
    torch.testing.assert_close(variance, second - mean**2 + 0.5)


def test_likelihood_is_the_mean_density_of_the_samples():
    outputs, targets = random(6, 3, 1), random(3, 1, seed=1)

    density = torch.zeros(3, 1).double()
    for output in outputs:
        density += torch.distributions.Normal(output, 0.7).log_prob(targets).exp() / 6

    torch.testing.assert_close(log_likelihood(outputs, targets, 0.49), density.log())


def test_class_probabilities_are_the_mean_of_the_softmaxes():
    outputs = random(6, 3, 4)

    probabilities = class_probabilities(outputs)

    torch.testing.assert_close(probabilities, sum(o.softmax(1) for o in outputs) / 6)


@pytest.mark.parametrize(("mean", "deviation", "target"), [(0, 1, 0), (0.3, 0.7, 1.1), (-2, 2, 3)])
def test_crps_is_the_integral_of_the_squared_distance_to_a_step(mean, deviation, target):
    x = torch.linspace(-30, 30, 600_001, dtype=torch.float64)
    below = torch.distributions.Normal(float(mean), float(deviation)).cdf(x)

    integral = torch.trapezoid((below - (x >= target).double()) ** 2, x)

    at = [torch.tensor(float(value)).double() for value in (mean, deviation, target)]
    assert scores.crps(*at).item() == pytest.approx(integral.item(), abs=1e-4)


def test_no_deviation_beats_the_bounds():
    errors = torch.tensor([0.01, 0.5, 3.0]).double()
    deviations = torch.logspace(-4, 2, 20_001).double()[:, None]

    crps = scores.crps(torch.zeros(3).double(), deviations, errors)
    densities = torch.distributions.Normal(0.0, deviations).log_prob(errors)

    torch.testing.assert_close(scores.least_crps(errors), crps.min(0).values, rtol=1e-5, atol=0)
    best = scores.greatest_log_likelihood(errors)
    torch.testing.assert_close(best, densities.max(0).values, rtol=1e-5, atol=1e-6)


def test_ranks_and_areas_are_scipys():
    stats = pytest.importorskip("scipy.stats")
    a, b = random(40).round(decimals=1), random(40, seed=1)
    is_positive = b > 0.3

    assert scores.rank_correlation(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)
    u = stats.mannwhitneyu(a[is_positive], a[~is_positive]).statistic
    share = u / (is_positive.sum() * (~is_positive).sum()).item()
    assert scores.area_under_roc(a, is_positive) == pytest.approx(share)


def test_area_needs_both_kinds():
    with pytest.raises(ValueError, match="negatives"):
        scores.area_under_roc(torch.arange(3.0), torch.ones(3).bool())


def test_a_constant_deviation_says_nothing_about_errors():
    assert scores.rank_correlation(torch.ones(5), torch.arange(5.0)) == 0.0


def test_gain_runs_from_the_constant_to_the_best():
    assert [scores.gain(s, 0.4, 0.2) for s in (0.4, 0.2, 0.3)] == pytest.approx([0, 100, 50])


@pytest.mark.parametrize("table", [regression.diabetes, regression.dense, regression.sparse])
def test_a_table_is_the_same_each_time_and_splits_without_overlap(table):
    if table is regression.diabetes:
        pytest.importorskip("sklearn")
    rows = table()

    parts = regression.split(rows, torch.Generator().manual_seed(0))

    torch.testing.assert_close(table().inputs, rows.inputs, rtol=0, atol=0)
    assert sum(map(len, (parts.train, parts.validation, parts.test))) == len(rows)
    together = torch.cat([parts.train.inputs, parts.validation.inputs, parts.test.inputs])
    assert len(together.unique(dim=0)) == len(rows.inputs.unique(dim=0))
    assert parts.train.targets.mean().abs() < 1e-9
    assert math.isclose(parts.train.inputs.std(0).mean(), 1, abs_tol=1e-9)
