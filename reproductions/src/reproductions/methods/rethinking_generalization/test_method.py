"""The construction against its proof done by hand, the tests against what they must keep."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
import torch
from torch import Tensor

from reproductions.contract import Context, Unit
from reproductions.methods.rethinking_generalization import experiment, method

SEED = 11


def drawn() -> torch.Generator:
    return torch.Generator().manual_seed(SEED)


def points(n: int, d: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = drawn()
    x = torch.randn(n, d, generator=generator, dtype=torch.float64)
    y = torch.randn(n, generator=generator, dtype=torch.float64)
    return x, y, torch.randn(d, generator=generator, dtype=torch.float64)


def memorise_by_hand(x: Tensor, y: Tensor, a: Tensor) -> tuple[list[float], list[float]]:
    """The proof of Theorem 1, one number at a time: returns b and w."""
    place = [sum(float(p) * float(q) for p, q in zip(row, a, strict=True)) for row in x]
    rank = sorted(range(len(place)), key=lambda i: place[i])
    z = [place[i] for i in rank]
    n = len(z)
    b = [z[0] - (z[-1] - z[0]) / (n - 1)] + [(z[i - 1] + z[i]) / 2 for i in range(1, n)]
    w: list[float] = []
    for i in range(n):
        known = sum(w[j] * max(z[i] - b[j], 0) for j in range(i))
        w.append((float(y[rank[i]]) - known) / (z[i] - b[i]))
    return b, w


def test_construction_is_the_proof_done_by_hand():
    x, y, a = points(30, 5)

    memory = method.memorise(x, y, a)
    b, w = memorise_by_hand(x, y, a)

    torch.testing.assert_close(memory.b, torch.tensor(b, dtype=torch.float64))
    torch.testing.assert_close(memory.w, torch.tensor(w, dtype=torch.float64), rtol=1e-8, atol=0)


@pytest.mark.parametrize("gap_share", [0.5, 0.1])
@pytest.mark.parametrize(("n", "d"), [(1, 3), (2, 1), (50, 4), (200, 20)])
def test_memory_gives_every_value_with_2n_plus_d_numbers(n: int, d: int, gap_share: float):
    x, y, a = points(n, d)

    memory = method.memorise(x, y, a, gap_share)

    assert memory.parameters == 2 * n + d
    torch.testing.assert_close(memory(x), y, rtol=0, atol=1e-7)


def test_fractions_have_no_error_at_all():
    generator = numpy.random.default_rng(SEED)
    x = generator.integers(-50, 50, (25, 6)).tolist()
    y = generator.integers(0, 10, 25).tolist()
    a = generator.integers(-(10**6), 10**6, 6).tolist()

    b, w = method.memorise_exactly(x, y, a)

    assert [method.recall_exactly(point, a, b, w) for point in x] == [Fraction(v) for v in y]


def test_thresholds_close_to_the_points_give_linear_interpolation():
    """Peer: numpy.interp. With b_i at z_(i-1) the network is the polygon through the points."""
    x, y, a = points(40, 3)
    memory = method.memorise(x, y, a, gap_share=1e-9)
    z, order = (x @ a).sort()
    between = torch.linspace(float(z[1]), float(z[-2]), 500, dtype=torch.float64)

    ours = (between[:, None] - memory.b).clamp_min(0) @ memory.w

    theirs = numpy.interp(between.numpy(), z.numpy(), y[order].numpy())
    numpy.testing.assert_allclose(ours.numpy(), theirs, atol=1e-5)


@pytest.mark.peer
def test_weights_are_those_of_scipy():
    solve = pytest.importorskip("scipy.linalg").solve_triangular
    x, y, a = points(60, 8)
    memory = method.memorise(x, y, a)
    z, order = (x @ a).sort()
    matrix = (z[:, None] - memory.b).clamp_min(0)

    theirs = solve(matrix.numpy(), y[order].numpy(), lower=True)

    numpy.testing.assert_allclose(memory.w.numpy(), theirs, rtol=1e-9)


def test_gradients_of_the_memory_are_right():
    x, y, a = points(6, 3)
    memory = method.memorise(x, y, a)
    inputs = [part.clone().requires_grad_() for part in (x, memory.a, memory.b, memory.w)]

    assert torch.autograd.gradcheck(lambda x, a, b, w: method.Memory(a, b, w)(x), inputs)


def test_two_points_on_one_place_are_refused():
    x = torch.tensor([[1.0, 0.0], [1.0, 5.0]])

    with pytest.raises(ValueError, match="same place"):
        method.memorise(x, torch.zeros(2), torch.tensor([1.0, 0.0]))
    with pytest.raises(ValueError, match="same place"):
        method.memorise_exactly([[1, 0], [1, 5]], [0, 1], [1, 0])


def test_share_of_corrupted_labels_is_the_one_asked_for():
    labels = torch.zeros(20_000, dtype=torch.int64)

    changed = [
        (method.corrupt_labels(labels, share, 10, drawn()) != 0).float().mean().item()
        for share in (0.0, 0.5, 1.0)
    ]

    # A drawn class is the true one in one of ten cases.
    assert changed == pytest.approx([0.0, 0.45, 0.9], abs=0.01)


def test_larger_share_keeps_what_the_smaller_one_changed():
    labels = torch.arange(1000) % 10
    few, many = (method.corrupt_labels(labels, share, 10, drawn()) for share in (0.3, 0.7))
    is_changed = few != labels

    assert torch.equal(many[is_changed], few[is_changed])


def test_one_order_moves_pixels_alike_and_own_orders_do_not():
    images = torch.arange(16.0).view(1, 4, 4).repeat(3, 1, 1)

    alike = method.shuffle_pixels(images, torch.randperm(16, generator=drawn()))
    apart = method.permute_each(images, drawn())

    assert torch.equal(alike[0], alike[2])
    assert not torch.equal(apart[0], apart[2])
    for moved in (alike, apart):
        assert torch.equal(moved.flatten(1).sort().values, images.flatten(1))


def test_noise_has_mean_and_deviation_of_the_images():
    images = torch.rand(500, 28, 28, generator=drawn()) * 3 + 1

    noise = method.gaussian_images(images, drawn())

    assert noise.mean().item() == pytest.approx(images.mean().item(), abs=0.01)
    assert noise.std().item() == pytest.approx(images.std().item(), abs=0.01)


def context(arm: str = "mlp_random", **settings: object) -> Context:
    preset = {"rate": 0.02, "epochs": 100, "batch": 20, **settings}
    return Context(Unit(arm, SEED), preset, torch.device("cpu"), folder=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_network_fits_one_batch_of_random_labels(name: str):
    images = torch.randn(20, 1, 28, 28, generator=drawn())
    labels = torch.randint(10, (20,), generator=drawn())

    reached = experiment.fit(experiment.network(name, drawn()), images, labels, context())

    assert reached[-1] == 1


def test_same_seed_gives_the_same_run():
    images = torch.randn(40, 1, 28, 28, generator=drawn())
    labels = torch.randint(10, (40,), generator=drawn())

    first, second = (
        experiment.fit(experiment.network("mlp", drawn()), images, labels, context(epochs=3))
        for _ in range(2)
    )

    assert first == second


@pytest.mark.peer
def test_network_of_another_library_fits_random_labels_too():
    """Peer: scikit-learn's MLPClassifier: that random labels can be fitted is no bug of ours."""
    neural_network = pytest.importorskip("sklearn.neural_network")
    images = torch.randn(200, 64, generator=drawn()).numpy()
    labels = torch.randint(10, (200,), generator=drawn()).numpy()

    net = neural_network.MLPClassifier((128,), max_iter=2000, random_state=0)
    net.fit(images, labels)

    assert net.score(images, labels) == 1


def test_exact_unit_finds_no_error():
    found = experiment.run_unit(Unit("exact", SEED), context("exact", exact=15))

    assert found.values == {"error": 0.0, "excess": 0.0}


def test_every_check_of_the_experiment_holds():
    assert all(check.is_ok for check in experiment.checks())
