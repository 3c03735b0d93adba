"""What the bounds promise, against slower ways, against another library, and by attack."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import torch
from torch import nn

from reproductions.contract import Context, DataMissing, Unit
from reproductions.harness.cache import data_folder
from reproductions.methods.crown_ibp import by_hand, method, twin
from reproductions.methods.crown_ibp.experiment import EXPERIMENT
from reproductions.parts import attack

KINDS = ("IBP", "CROWN-IBP", "CROWN")
# The project's shared material lies beside the checkout, where there is any.
SHARED = Path(__file__).resolve().parents[6] / "shared/data/golden/auto_lirpa.json"


@pytest.mark.parametrize("name", ["dense", "conv"])
def test_bounds_are_those_of_the_slow_twin(name: str):
    layers, _images, box, rows = twin.example(name)

    fast, slow = twin.fast_bounds(layers, box, rows), twin.all_bounds(layers, box, rows)

    for kind in KINDS:
        torch.testing.assert_close(fast[kind], slow[kind], rtol=0, atol=1e-12)


@pytest.mark.peer
@pytest.mark.parametrize("name", ["dense", "conv"])
def test_bounds_are_those_auto_lirpa_0_3_gave(name: str):
    layers, _images, box, rows = twin.example(name)
    golden = json.loads(twin.GOLDEN.read_text())[name]

    fast = twin.fast_bounds(layers, box, rows)

    for kind in KINDS:
        peer = torch.tensor(golden[kind], dtype=torch.float64)
        torch.testing.assert_close(fast[kind], peer, rtol=0, atol=1e-12)


@pytest.mark.peer
@pytest.mark.skipif(not SHARED.is_file(), reason="no shared/data/golden beside this checkout")
def test_bounds_are_those_auto_lirpa_of_may_2026_gave():
    cases = json.loads(SHARED.read_text())["cases"]

    for case in cases.values():
        layers = _network_of(case)
        images = _tensor(case["input"])
        box = method.Box(images - case["eps"], images + case["eps"])
        outputs = layers[-1].out_features
        given = case["specification"]
        rows = _tensor(given) if given else torch.eye(outputs).double().expand(len(images), -1, -1)
        lower = twin.fast_bounds(layers, box, rows)
        upper = twin.fast_bounds(layers, box, -rows)
        for kind in KINDS:
            torch.testing.assert_close(lower[kind], _tensor(case["bounds"][kind]["lower"]))
            torch.testing.assert_close(-upper[kind], _tensor(case["bounds"][kind]["upper"]))


@pytest.mark.parametrize("name", ["dense", "conv"])
def test_no_point_of_the_box_has_a_margin_below_its_bound(name: str):
    layers, images, box, rows = twin.example(name)
    net, draws = nn.Sequential(*layers), torch.Generator().manual_seed(0)
    bounds = twin.fast_bounds(layers, box, rows)

    for number in range(300):
        share = torch.rand(images.shape, generator=draws, dtype=torch.float64)
        share = share.round() if number % 2 else share  # every other one is a corner
        point = box.lower + share * (box.upper - box.lower)
        margins = (rows @ net(point)[:, :, None])[:, :, 0]
        for kind in KINDS:
            assert (margins >= bounds[kind] - 1e-12).all()


def test_no_attack_goes_below_the_bounds():
    layers, images, _box, rows = twin.example("conv")
    box, net = method.box_around(images, 0.1), nn.Sequential(*layers)
    labels = rows[:, 0].argmax(1)
    draws = torch.Generator().manual_seed(0)

    found = attack.projected_gradient(net, images, labels, 0.1, steps=30, generator=draws)

    margins = (rows @ net(found)[:, :, None])[:, :, 0]
    assert (found >= box.lower).all()
    assert (found <= box.upper).all()
    for bound in twin.fast_bounds(layers, box, rows).values():
        assert (margins >= bound - 1e-12).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_linear_network_is_bounded_exactly_at_a_vertex(kind: str):
    layers, _images, box, rows = twin.example("dense")
    layers = [layers[0], layers[2], layers[4]]
    net = nn.Sequential(*layers)
    corners = torch.tensor(list(itertools.product((0.0, 1.0), repeat=6))).double()
    points = box.lower[:, None] + corners * (box.upper - box.lower)[:, None]  # (3, 64, 6)
    least = (net(points) @ rows.mT).amin(1)  # (3, 3)

    # A merged last layer is exact; more than one layer is so only by lines.
    merged = [nn.Linear(6, 4).double()] if kind == "IBP" else layers
    if kind == "IBP":
        with torch.no_grad():
            merged[0].weight.copy_(layers[2].weight @ layers[1].weight @ layers[0].weight)
            merged[0].bias.copy_(net(torch.zeros(6).double()))

    bound = twin.fast_bounds(merged, box, rows)[kind]
    torch.testing.assert_close(bound, least, rtol=0, atol=1e-12)


def test_lines_are_tighter_than_intervals_on_a_network_nobody_trained_for_bounds():
    layers, _images, box, rows = twin.example("conv")

    bounds = twin.fast_bounds(layers, box, rows)

    assert bounds["IBP"].mean() < bounds["CROWN-IBP"].mean() < bounds["CROWN"].mean()


def test_a_box_of_no_width_is_bounded_by_its_point():
    layers, images, _box, rows = twin.example("conv")
    margins = (rows @ nn.Sequential(*layers)(images)[:, :, None])[:, :, 0]

    for bound in twin.fast_bounds(layers, method.Box(images, images), rows).values():
        torch.testing.assert_close(bound, margins, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["dense", "conv"])
@pytest.mark.parametrize("beta", [0.0, 0.4, 1.0])
def test_gradients_of_the_loss_are_those_of_finite_differences(name: str, beta: float):
    layers, images, _box, rows = twin.example(name)
    labels, phase = rows[:, 0].argmax(1), method.Phase(0.07, 0.3, beta)
    draws = torch.Generator().manual_seed(1)

    def loss() -> torch.Tensor:
        return method.robust_loss(layers, images, labels, phase)

    weights = list(nn.Sequential(*layers).parameters())
    slopes = torch.autograd.grad(loss(), weights)
    for weight, slope in zip(weights, slopes, strict=True):
        way = torch.randn(weight.shape, generator=draws, dtype=torch.float64)
        ends = []
        for side in (1, -1):
            with torch.no_grad():
                weight.add_(way, alpha=side * 1e-6)
                ends.append(loss().item())
                weight.sub_(way, alpha=side * 1e-6)
        measured = (ends[0] - ends[1]) / 2e-6
        assert measured == pytest.approx((slope * way).sum().item(), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize(
    ("kernel", "step", "pad", "size"),
    [(3, 2, 1, 8), (4, 1, 1, 9), (5, 3, 2, 14), (3, 1, 0, 7), (2, 3, 0, 10), (4, 2, 1, 14)],
)
def test_the_transposed_convolution_is_the_one_of_autograd(
    kernel: int, step: int, pad: int, size: int
):
    draws = torch.Generator().manual_seed(kernel * step)
    x = torch.randn(2, 3, size, size, generator=draws, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(5, 3, kernel, kernel, generator=draws, dtype=torch.float64)
    y = torch.nn.functional.conv2d(x, weight, None, step, pad)
    slope = torch.randn(y.shape, generator=draws, dtype=torch.float64)

    (expected,) = torch.autograd.grad(y, x, slope)

    found = by_hand.transposed(slope, weight, step, pad, x.shape[2:])
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


def test_the_loss_is_never_below_the_cross_entropy_of_an_attacked_image():
    layers, images, _box, rows = twin.example("dense")
    labels, net = rows[:, 0].argmax(1), nn.Sequential(*layers)
    draws = torch.Generator().manual_seed(0)

    found = attack.projected_gradient(net, images, labels, 0.1, steps=20, generator=draws)

    attacked = torch.nn.functional.cross_entropy(net(found), labels)
    for beta in (0.0, 0.5, 1.0):
        assert method.robust_loss(layers, images, labels, method.Phase(0.1, 0.0, beta)) >= attacked


def test_a_schedule_starts_clean_and_ends_at_the_radius_with_intervals_alone():
    def at(epoch: float) -> method.Phase:
        return method.phase_at(epoch, 3, 10, epsilon=0.2, last_kappa=0.5, first_beta=1.0)

    assert at(0) == at(3) == method.Phase(0.0, 1.0, 1.0)
    assert at(8) == pytest.approx((0.1, 0.75, 0.5))
    assert at(13) == at(60) == pytest.approx((0.2, 0.5, 0.0))


@pytest.mark.parametrize("beta", [0.0, 1.0])
def test_one_batch_can_be_proved_right_after_training_on_it(beta: float):
    draws = torch.Generator().manual_seed(0)
    images = torch.rand(16, 1, 8, 8, generator=draws)
    labels = torch.arange(16) % 4
    layers = [nn.Conv2d(1, 8, 4, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(128, 4)]
    for layer in layers:
        for weight in layer.parameters():
            nn.init.uniform_(weight, -0.1, 0.1, generator=draws)
    adam = torch.optim.Adam(nn.Sequential(*layers).parameters(), lr=0.01)

    for _ in range(200):
        adam.zero_grad()
        method.robust_loss(layers, images, labels, method.Phase(0.02, 0.0, beta)).backward()
        adam.step()

    box, rows = method.box_around(images, 0.02), method.margin_rows(labels, 4, images.dtype)
    bounds = method.interval_bounds(layers, box)
    proved = method.linear_margins(layers, box, bounds, rows)
    assert (proved if beta else method.interval_margins(layers, bounds, rows)).min() > 0


def test_the_same_seed_gives_the_same_result():
    settings = {**EXPERIMENT.settings("smoke", "crown_ibp_fast"), "epochs": 2, "train": 256}
    unit = Unit("crown_ibp_fast", 0)

    def found():
        context = Context(unit, settings, torch.device("cpu"), data_folder())
        return EXPERIMENT.run_unit(unit, context)

    try:
        assert found() == found()
    except DataMissing as missing:
        pytest.skip(str(missing))


def _network_of(case: dict) -> list[nn.Module]:
    """Return the network of a case of the shared file: its kind follows from the first weight."""
    if "5.weight" in case["parameters"]:
        layers = [nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, 2, 1), nn.ReLU()]
        layers += [nn.Flatten(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 5)]
    else:
        layers = [nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4)]
    weights = {name: _tensor(values) for name, values in case["parameters"].items()}
    nn.Sequential(*layers).double().load_state_dict(weights)
    return layers


def _tensor(values: list) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)
