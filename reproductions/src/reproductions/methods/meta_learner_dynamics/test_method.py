"""Learners, meta-learner and Bayes against slower ways to the same numbers."""

from __future__ import annotations

import math

import numpy
import pytest
import torch
from torch import Tensor, nn

from reproductions.contract import Context, Unit
from reproductions.methods.meta_learner_dynamics import bayes, experiment, method

SEED = 5


def drawn() -> torch.Generator:
    return torch.Generator().manual_seed(SEED)


def normal(*size: int) -> Tensor:
    return torch.randn(*size, generator=drawn(), dtype=torch.float64)


def small_meta_learner() -> method.MetaLearner:
    encoder = nn.Sequential(nn.Linear(5, 4), nn.Tanh())
    net = method.MetaLearner(encoder, 4, 3, 1).double()
    return experiment.start(net, drawn())


def lstm_by_hand(net: method.MetaLearner, inputs: list[Tensor]) -> list[Tensor]:
    """The four gates of an LSTM, one task, one step after the other; returns the hidden states."""
    cell = net.lstm
    h = c = torch.zeros(cell.hidden_size, dtype=torch.float64)
    states = []
    for told in inputs:
        gates = cell.weight_ih_l0 @ told + cell.bias_ih_l0 + cell.weight_hh_l0 @ h + cell.bias_hh_l0
        let_in, keep, new, let_out = gates.chunk(4)
        c = keep.sigmoid() * c + let_in.sigmoid() * new.tanh()
        h = let_out.sigmoid() * c.tanh()
        states.append(h)
    return states


def test_meta_learner_is_an_lstm_that_reads_the_pair_before():
    net, x, y = small_meta_learner(), normal(6, 2, 2), normal(6, 2, 1)

    answers = net(x, y)

    for b in range(2):
        nothing = torch.zeros(3, dtype=torch.float64)
        told = [torch.cat([x[0, b], nothing])]
        told += [torch.cat([x[t, b], x[t - 1, b], y[t - 1, b]]) for t in range(1, 6)]
        states = lstm_by_hand(net, [net.encoder(one) for one in told])
        torch.testing.assert_close(answers[:, b], torch.stack([net.readout(h) for h in states]))


def test_asking_the_next_place_gives_the_answer_of_the_forward_pass():
    net, x, y = small_meta_learner(), normal(5, 3, 2), normal(5, 3, 1)
    answers = net(x, y)

    for b in range(3):
        asked = net.questioned(x, y, x[:, b])

        for t in range(5):
            torch.testing.assert_close(asked[t, b, t], answers[t, b])


def test_an_answer_depends_on_the_pairs_before_it_alone():
    net, x, y = small_meta_learner(), normal(6, 2, 2), normal(6, 2, 1)
    other = y.clone()
    other[3:] += 1

    before, after = net.questioned(x, y, x[:, 0]), net.questioned(x, other, x[:, 0])

    torch.testing.assert_close(before[:4], after[:4])
    assert not torch.allclose(before[4], after[4])


def test_effective_weights_of_a_linear_answer_are_exact():
    """An LSTM so close to zero that it is linear, against its derivative."""
    net = experiment.start(method.MetaLearner(nn.Identity(), 6, 5, 2).double(), drawn())
    x, y = normal(4, 2, 2), normal(4, 2, 2)

    found = net.effective_weights(x, y, step=1e-4)

    for b in range(2):
        origin = torch.zeros(4, 1, 2, dtype=torch.float64)
        for t in range(4):

            def answer(now: Tensor, b: int = b, t: int = t, origin: Tensor = origin) -> Tensor:
                place = torch.cat([x[:t, b : b + 1], now[None, None], origin[t + 1 :]])
                return net(place, y[:, b : b + 1])[t, 0]

            exact = torch.autograd.functional.jacobian(answer, torch.zeros(2).double())
            torch.testing.assert_close(found[t, b], exact, rtol=1e-6, atol=1e-9)


def test_gradients_of_the_meta_learner_are_right():
    net, x, y = small_meta_learner(), normal(3, 2, 2), normal(3, 2, 1)
    names = [name for name, _ in net.named_parameters()]

    def answers(*weights: Tensor) -> Tensor:
        return torch.func.functional_call(net, dict(zip(names, weights, strict=True)), (x, y))

    weights = [weight.detach().clone().requires_grad_() for weight in net.parameters()]
    assert torch.autograd.gradcheck(answers, weights)


def test_learner_follows_the_gradient_that_autograd_finds():
    first, second = 0.3 * normal(2, 4, 3), 0.2 * normal(2, 3, 4)
    x, y = normal(5, 2, 6, 3), normal(5, 2, 6, 3) + 1

    found = method.learn_linear(first, second, x, y, rate=0.1)

    layers = [first.clone().requires_grad_(), second.clone().requires_grad_()]
    for t in range(5):
        torch.testing.assert_close(found[t], (layers[1] @ layers[0]).detach())
        answer = torch.einsum("bij,bjk,bmk->bmi", layers[1], layers[0], x[t])
        loss = (answer - y[t]).square().sum(-1).mean(-1).sum() / 2
        steps = torch.autograd.grad(loss, layers)
        layers = [
            (w - 0.1 * g).detach().requires_grad_() for w, g in zip(layers, steps, strict=True)
        ]


def test_posterior_weighs_each_candidate_by_its_likelihood():
    candidates, x, y = normal(7, 2, 2), normal(4, 3, 2), normal(4, 3, 2)

    found = bayes.posterior_weights(candidates, x, y, noise=0.6)

    for t in range(4):
        for b in range(3):
            likelihoods = []
            for w in candidates:
                errors = [float((y[s, b] - w @ x[s, b]).square().sum()) for s in range(t)]
                likelihoods.append(math.exp(-sum(errors) / (2 * 0.6**2)))
            shares = torch.tensor(likelihoods).double() / sum(likelihoods)
            expected = (shares[:, None, None] * candidates).sum(0)
            torch.testing.assert_close(found[t, b], expected)


def test_grid_of_maps_agrees_with_maps_drawn_from_the_prior():
    values = torch.tensor([1.0, 0.5])
    tasks = method.LinearTasks.draw(8, values, drawn())
    x, y = experiment.draw_pairs(tasks, 4, drawn())
    many = method.LinearTasks.draw(100_000, values, drawn()).weights

    sampled = bayes.posterior_weights(many, x, y, noise=0.5)
    even = bayes.posterior_weights(bayes.plane_maps(values, 64), x, y, noise=0.5)

    torch.testing.assert_close(even, sampled, rtol=0, atol=0.03)


def test_each_map_of_the_grid_has_the_singular_values():
    maps = bayes.plane_maps(torch.tensor([1.0, 0.5]), 8)

    found = torch.linalg.svdvals(maps)

    assert len(maps) == 128
    torch.testing.assert_close(found, torch.tensor([1.0, 0.5]).expand(128, 2))


@pytest.mark.peer
def test_posterior_of_waves_is_the_ridge_regression_of_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model")
    tasks = method.FourierTasks.draw(3, 4, drawn())
    x, y = (part.double() for part in experiment.draw_pairs(tasks, 12, drawn()))

    found = bayes.posterior_coefficients(x, y, 4, noise=0.1)

    for b in range(3):
        features = method.waves(x[:-1, b, 0], 4).numpy()
        peer = linear_model.Ridge(alpha=0.1**2 * 4, fit_intercept=False, solver="cholesky")
        peer.fit(features, y[:-1, b, 0].numpy())
        numpy.testing.assert_allclose(found[-1, b].numpy(), peer.coef_, rtol=1e-8)


def test_strength_of_the_task_itself_is_one_and_of_half_of_it_a_half():
    linear = method.LinearTasks.draw(4, torch.tensor([2.0, 1.0, 0.1]), drawn())
    fourier = method.FourierTasks.draw(4, 5, drawn())

    torch.testing.assert_close(linear.strengths(linear.weights), torch.ones(4, 3))
    torch.testing.assert_close(
        fourier.strengths(fourier.coefficients[None] / 2), torch.full((1, 4, 5), 0.5)
    )


def test_orthogonal_matrices_are_orthogonal_and_even():
    tasks = method.LinearTasks.draw(20_000, torch.tensor([1.0, 0.5]), drawn())

    torch.testing.assert_close(tasks.left @ tasks.left.mT, torch.eye(2).expand(20_000, 2, 2))
    assert tasks.left.mean(0).abs().max().item() < 0.02
    assert (torch.linalg.det(tasks.left) > 0).float().mean().item() == pytest.approx(0.5, abs=0.02)


def test_coefficients_of_a_curve_on_the_grid_are_those_it_was_made_of():
    tasks = method.FourierTasks.draw(3, 4, drawn())
    places = (torch.arange(32) / 32)[:, None, None].expand(-1, 3, 1)  # (Q, B, 1)

    found = method.curve_coefficients(tasks.answers(places)[..., 0].T, 4)

    torch.testing.assert_close(found, tasks.coefficients, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("curve", "expected"),
    [([0, 0.25, 0.75, 1], 1.5), ([0.6, 1], 0), ([0, 0.4], math.inf), ([0, 1, 0, 1], 0.5)],
)
def test_half_time_lies_on_the_line_between_two_steps(curve: list[float], expected: float):
    assert method.half_time(torch.tensor(curve)) == pytest.approx(expected)


def context(arm: str, **settings: object) -> Context:
    smoke = experiment.EXPERIMENT.settings("smoke", arm)
    unit = Unit(arm, SEED)
    return Context(unit, {**smoke, **settings}, torch.device("cpu"), folder=None)  # type: ignore[arg-type]


def test_meta_learner_fits_one_batch():
    tasks = method.LinearTasks.draw(4, torch.tensor([1.0, 0.5]), drawn())
    x, y = experiment.draw_pairs(tasks, 6, drawn())
    net = experiment.start(experiment.meta_learner("linear", 32), drawn())
    optimiser = torch.optim.Adam(net.parameters(), 0.01)

    for _ in range(400):
        optimiser.zero_grad()
        loss = (net(x, y) - y).square().mean()
        loss.backward()
        optimiser.step()

    assert float(loss.detach()) < 0.001 * float(y.square().mean())


@pytest.mark.parametrize("arm", ["linear_meta", "fourier_learner"])
def test_same_seed_gives_the_same_outcome(arm: str):
    few = {"linear_updates": 3, "fourier_steps": 20}

    first, second = (
        experiment.run_unit(Unit(arm, SEED), context(arm, **few)).values for _ in range(2)
    )

    assert first == second


def test_meta_learner_that_learned_nothing_does_not_learn_all_at_once():
    found = experiment.run_unit(Unit("linear_meta", SEED), context("linear_meta", linear_updates=1))

    assert found.values["half_last"] == experiment.NEVER


def test_every_check_of_the_experiment_holds():
    assert [check for check in experiment.checks() if not check.is_ok] == []
