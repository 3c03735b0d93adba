"""Speed against auto_LiRPA 0.3, the last release on PyPI, with the three names it misses.

Its pins (torch below 1.13) keep it from being installed as it is:
`pip install --no-deps auto_LiRPA==0.3 && pip install appdirs pyyaml packaging tqdm`.
"""

from __future__ import annotations

import importlib
import sys
import types
import warnings

import numpy
import torch
from torch import Tensor, nn

from reproductions.contract import Bench, Check, Pair, PeerMissing
from reproductions.methods.crown_ibp import method

PEER = "auto_LiRPA 0.3"
BATCH, EPSILON = 128, 0.05


def _auto_lirpa() -> tuple[types.ModuleType, types.ModuleType]:
    """Return the library and its perturbations.

    Raises:
        PeerMissing: it is not installed, or torch no longer has what it needs.
    """
    moved = types.ModuleType("numpy.lib.arraysetops")
    moved.isin = numpy.isin  # type: ignore[attr-defined]
    sys.modules.setdefault("numpy.lib.arraysetops", moved)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _give_back_what_torch_moved()
            found = importlib.import_module("auto_LiRPA")
            return found, importlib.import_module("auto_LiRPA.perturbations")
    except (ImportError, AttributeError) as missing:
        raise PeerMissing(f"{PEER} cannot be used ({missing}). See bench.py.") from missing


def _give_back_what_torch_moved() -> None:
    exporter = "torch.onnx._internal.torchscript_exporter"
    state = importlib.import_module(f"{exporter}._globals").GLOBALS
    helper = importlib.import_module("torch.onnx.symbolic_helper")
    helper._set_opset_version = lambda version: setattr(state, "export_onnx_opset_version", version)
    utils = importlib.import_module("torch.onnx.utils")
    utils._optimize_graph = importlib.import_module(f"{exporter}.utils")._optimize_graph
    torch._C.Node.__getitem__ = lambda node, key: getattr(node, node.kindOf(key))(key)


def _dense() -> list[nn.Module]:
    """Return the network of the preset `laptop`."""
    layers: list[nn.Module] = [nn.Flatten(), nn.Linear(784, 128), nn.ReLU()]
    return [*layers, nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)]


def _conv() -> list[nn.Module]:
    layers: list[nn.Module] = [nn.Conv2d(1, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 4, 2, 1)]
    return [*layers, nn.ReLU(), nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)]


def _pair(layers: list[nn.Module], kind: str) -> Pair:
    library, perturbations = _auto_lirpa()
    torch.manual_seed(0)
    for layer in layers:
        for parameter in layer.parameters():
            nn.init.uniform_(parameter, -0.05, 0.05)
    images, labels = torch.rand(BATCH, 1, 28, 28), torch.randint(10, (BATCH,))
    box = method.box_around(images, EPSILON)
    rows = method.margin_rows(labels, 10, images.dtype)
    net = nn.Sequential(*layers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bounded = library.BoundedModule(net, images, bound_opts={"relu": "adaptive"})
    ball = perturbations.PerturbationLpNorm(
        norm=float("inf"), eps=EPSILON, x_L=box.lower, x_U=box.upper
    )
    weights = list(net.parameters())

    def ours() -> list[Tensor]:
        bounds = method.interval_bounds(layers, box)
        if kind == "IBP":
            margins = method.interval_margins(layers, bounds, rows)
        else:
            margins = method.linear_margins(layers, box, bounds, rows)
        return [margins, *torch.autograd.grad(margins.sum(), weights)]

    def theirs() -> list[Tensor]:
        x = library.BoundedTensor(images, ball)
        margins, _ = bounded.compute_bounds(x=(x,), C=rows, method=kind, bound_upper=False)
        return [margins, *torch.autograd.grad(margins.sum(), weights)]

    def compare() -> Check:
        differences = [
            ((a - b).abs().max() / b.abs().max()).item()
            for a, b in zip(ours(), theirs(), strict=True)
        ]
        return Check(f"{kind}: margins and gradients", max(differences), 1e-4)

    return Pair(ours, theirs, compare)


BENCHES = tuple(
    Bench(
        id=f"{kind.lower().replace('-', '_')}_{name}",
        what=f"{kind} margins of {title}, forward and backward, {BATCH} images, 9 rows each",
        peer=PEER,
        aim=aim,
        make=lambda make=make, kind=kind: _pair(make(), kind),
    )
    for kind, aim in (("IBP", 0.8), ("CROWN-IBP", 0.9))
    for name, title, make in (
        ("dense", "784-128-64-10", _dense),
        ("conv", "two convolutions (8, 16 channels) and 64-10", _conv),
    )
)
