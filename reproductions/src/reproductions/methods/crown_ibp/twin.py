"""The bounds once more, image by image with dense matrices, as the papers write them; slow."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from reproductions.contract import Check
from reproductions.methods.crown_ibp import method

Array = NDArray[numpy.float64]
# Bounds that auto_LiRPA 0.3 (PyPI) gives for the networks of `example`, in float64.
GOLDEN = Path(__file__).with_name("golden_auto_lirpa_0.3.json")


def dense(layers: Sequence[nn.Module], image: Tensor) -> list[tuple[Array, Array]]:
    """Return (W, b) of each affine layer: what it does to every unit vector, and to zero."""
    found, before = [], image.shape
    for layer in layers:
        if isinstance(layer, nn.ReLU):
            continue
        with torch.no_grad():
            zero = torch.zeros(1, *before, dtype=torch.float64)
            units = torch.eye(zero.numel(), dtype=torch.float64).view(-1, *before)
            b = layer(zero).flatten().numpy()
            w = layer(units).flatten(1).numpy().T - b[:, None]
            before = layer(zero).shape[1:]
        found.append((w, b))
    # A Flatten is a matrix too, the identity: merge it with the layer after it.
    merged = [found[0]]
    for (w, b), layer in zip(found[1:], _affine(layers)[1:], strict=True):
        if isinstance(layer, nn.Flatten):
            continue
        merged.append((w, b))
    return merged


def intervals(net: list[tuple[Array, Array]], low: Array, high: Array) -> list[tuple[Array, Array]]:
    """Return l and u before each ReLU: W+ l + W- u + b and W+ u + W- l + b."""
    found = []
    for w, b in net[:-1]:
        positive, negative = numpy.maximum(w, 0), numpy.minimum(w, 0)
        lower = positive @ low + negative @ high + b
        upper = positive @ high + negative @ low + b
        found.append((lower, upper))
        low, high = numpy.maximum(lower, 0), numpy.maximum(upper, 0)
    return found


def by_intervals(
    net: list[tuple[Array, Array]], low: Array, high: Array, rows: Array
) -> list[float]:
    """Return the lower bound of each row: the last layer merged, then one interval step."""
    found = intervals(net, low, high)
    if found:
        low, high = (numpy.maximum(edge, 0) for edge in found[-1])
    w, b = net[-1]
    bounds = []
    for row in rows @ w:
        ends = zip(row, low, high, strict=True)
        bounds.append(sum(weight * (lo if weight > 0 else hi) for weight, lo, hi in ends))
    return list(numpy.array(bounds) + rows @ b)


def by_lines(
    net: list[tuple[Array, Array]],
    hidden: list[tuple[Array, Array]],
    low: Array,
    high: Array,
    rows: Array,
) -> list[float]:
    """Return the lower bound of each row: unit by unit, each ReLU replaced by one of its lines."""
    bounds = []
    for row in rows:
        w, b = net[-1]
        slope, constant = row @ w, row @ b
        for (w, b), (lower, upper) in zip(net[-2::-1], hidden[len(net) - 2 :: -1], strict=True):
            for unit, (lo, up) in enumerate(zip(lower, upper, strict=True)):
                if lo >= 0:
                    continue
                if up <= 0:
                    slope[unit] = 0
                elif slope[unit] >= 0:
                    slope[unit] *= 1 if up > -lo else 0
                else:
                    constant += slope[unit] * -lo * up / (up - lo)
                    slope[unit] *= up / (up - lo)
            slope, constant = slope @ w, constant + slope @ b
        ends = numpy.where(slope > 0, slope * low, slope * high)
        bounds.append(constant + ends.sum())
    return bounds


def crown_hidden(
    net: list[tuple[Array, Array]], low: Array, high: Array
) -> list[tuple[Array, Array]]:
    """Return l and u before each ReLU, every one by lines through all layers before it."""
    found: list[tuple[Array, Array]] = []
    for depth in range(1, len(net)):
        eye = numpy.eye(len(net[depth - 1][1]))
        part = net[:depth]
        lower = numpy.array(by_lines(part, found, low, high, eye))
        upper = -numpy.array(by_lines(part, found, low, high, -eye))
        found.append((lower, upper))
    return found


def all_bounds(layers: Sequence[nn.Module], box: method.Box, rows: Tensor) -> dict[str, Tensor]:
    """Return (N, S) of each method, slowly."""
    found: dict[str, list[list[float]]] = {"IBP": [], "CROWN-IBP": [], "CROWN": []}
    net = dense(layers, box.lower[0])
    for low, high, row in zip(box.lower, box.upper, rows, strict=True):
        lo, hi, r = low.flatten().numpy(), high.flatten().numpy(), row.numpy()
        found["IBP"].append(by_intervals(net, lo, hi, r))
        found["CROWN-IBP"].append(by_lines(net, intervals(net, lo, hi), lo, hi, r))
        found["CROWN"].append(by_lines(net, crown_hidden(net, lo, hi), lo, hi, r))
    return {name: torch.tensor(numpy.array(values)) for name, values in found.items()}


def fast_bounds(layers: Sequence[nn.Module], box: method.Box, rows: Tensor) -> dict[str, Tensor]:
    """Return the same by the method."""
    with torch.no_grad():
        bounds = method.interval_bounds(layers, box)
        crown = method.crown_bounds(layers, box)
        return {
            "IBP": method.interval_margins(layers, bounds, rows),
            "CROWN-IBP": method.linear_margins(layers, box, bounds, rows),
            "CROWN": method.linear_margins(layers, box, crown, rows),
        }


def example(name: str) -> tuple[list[nn.Module], Tensor, method.Box, Tensor]:
    """Return a small network with weights by formula, images, their box, and margin rows.

    Args:
        name: "dense" (6-8-8-4) or "conv" (1x9x9, two convolutions, 16 and 5 units).
    """
    if name == "dense":
        sizes, layers, shape = [6, 8, 8, 4], [], (3, 6)
        for before, after in itertools.pairwise(sizes):
            layers += [nn.Linear(before, after), nn.ReLU()]
        layers = layers[:-1]
    else:
        shape = (3, 1, 9, 9)
        layers = [nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 6, 2, 2), nn.ReLU()]
        layers += [nn.Flatten(), nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 5)]
    net = nn.Sequential(*layers).double()
    with torch.no_grad():
        for number, weight in enumerate(net.parameters()):
            wave = torch.sin(torch.arange(weight.numel()) * 2.4 + 1.3 * number + 0.7)
            size = weight[0].numel() ** 0.5 if weight.dim() > 1 else 8.0
            weight.copy_((wave * 1.2 / size).double().view_as(weight))
    images = torch.sin(torch.arange(torch.Size(shape).numel()) * 1.9).double().view(shape) / 2 + 0.5
    box = method.Box(images - 0.08, images + 0.08)
    rows = method.margin_rows(torch.tensor([0, 2, 3]), layers[-1].out_features, torch.float64)
    return layers, images, box, rows


def compare_with_twin() -> list[Check]:
    """Return the largest differences to the slow way and to auto_LiRPA, on two small networks."""
    checks = []
    golden = json.loads(GOLDEN.read_text())
    for name in ("dense", "conv"):
        layers, _images, box, rows = example(name)
        fast, slow = fast_bounds(layers, box, rows), all_bounds(layers, box, rows)
        for kind, bounds in fast.items():
            peer = torch.tensor(golden[name][kind], dtype=torch.float64)
            for other, title in ((slow[kind], "slow twin"), (peer, "auto_LiRPA 0.3")):
                error = (bounds - other).abs().max().item()
                checks.append(Check(f"{kind} against {title}, {name} network", error, 1e-9))
    return checks


def _affine(layers: Sequence[nn.Module]) -> list[nn.Module]:
    return [layer for layer in layers if not isinstance(layer, nn.ReLU)]
