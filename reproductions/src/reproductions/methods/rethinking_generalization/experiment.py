"""Random labels and memorisation: the runs that decide the claims of `claims.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from reproductions.contract import (
    Arm,
    Check,
    Context,
    Experiment,
    Figure,
    Line,
    Outcome,
    Paper,
    Results,
    Unit,
)
from reproductions.methods.rethinking_generalization import method
from reproductions.methods.rethinking_generalization.claims import CLAIMS
from reproductions.parts import mnist

CLASSES = 10
SIDE = 28
SHARES = (0.2, 0.4, 0.6, 0.8)
SIZES = (100, 300, 1000, 3000)
NETWORKS = {"mlp": "fully connected 784-512-512-10", "cnn": "two convolutions and two layers"}
TESTS = {
    "true": "true labels",
    "random": "random labels",
    "random_decay": "random labels, weight decay",
    "shuffled": "one permutation of the pixels of all images",
    "pixels": "a permutation of the pixels for each image",
    "gaussian": "Gaussian noise instead of images",
}
DECAY = 1e-3


def network(name: str, generator: torch.Generator) -> nn.Module:
    """Return the network with He's first weights, drawn from the generator; biases are zero."""
    if name == "mlp":
        body: list[nn.Module] = [nn.Flatten(), nn.Linear(SIDE**2, 512), nn.ReLU()]
        body += [nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, CLASSES)]
    else:
        body = [nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.ReLU()]
        body += [nn.Conv2d(16, 32, 5, stride=2, padding=2), nn.ReLU(), nn.Flatten()]
        body += [nn.Linear(32 * 49, 128), nn.ReLU(), nn.Linear(128, CLASSES)]
    for layer in body:
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*body)


def randomised(test: str, images: Tensor, context: Context, part: str) -> Tensor:
    """Return the images as the randomisation test wants them; `part` names the random numbers."""
    if test == "shuffled":
        order = torch.randperm(SIDE**2, generator=context.torch("one order"))
        return method.shuffle_pixels(images, order)
    if test == "pixels":
        return method.permute_each(images, context.torch(f"orders of {part}"))
    if test == "gaussian":
        return method.gaussian_images(images, context.torch(f"noise of {part}"))
    return images


def accuracy(net: nn.Module, images: Tensor, labels: Tensor) -> float:
    with torch.no_grad():
        right = sum(
            (net(x).argmax(1) == y).sum().item()
            for x, y in zip(images.split(1000), labels.split(1000), strict=True)
        )
    return right / len(labels)


def fit(net: nn.Module, images: Tensor, labels: Tensor, context: Context) -> list[float]:
    """Train until every label is right or the epochs are over; return the accuracy after each."""
    settings = context.settings
    optimiser = torch.optim.SGD(
        net.parameters(), settings["rate"], momentum=0.9, weight_decay=settings.get("decay", 0.0)
    )
    order = context.torch("batches")
    reached: list[float] = []
    while len(reached) < settings["epochs"] and (not reached or reached[-1] < 1):
        for index in torch.randperm(len(labels), generator=order).split(settings["batch"]):
            picked = index.to(images.device)
            optimiser.zero_grad()
            functional.cross_entropy(net(images[picked]), labels[picked]).backward()
            optimiser.step()
        reached.append(accuracy(net, images, labels))
        context.say(len(reached) / settings["epochs"])
    return reached


def run_fit(context: Context) -> Outcome:
    settings = context.settings
    train, test = mnist.load(context.folder)
    train = mnist.few(train, settings["per_class"], context.torch("digits"))
    labels = method.corrupt_labels(
        train.labels, settings["share"], CLASSES, context.torch("labels")
    )
    images = randomised(settings["test"], train.images, context, "train")
    unseen = randomised(settings["test"], test.images[: settings["unseen"]], context, "test")
    mean, deviation = images.mean(), images.std()
    images, unseen = (
        ((part - mean) / deviation)[:, None].to(context.device, context.dtype)
        for part in (images, unseen)
    )
    net = network(settings["network"], context.torch("weights")).to(context.device, context.dtype)
    reached = fit(net, images, labels.to(context.device), context)
    answers = test.labels[: len(unseen)].to(context.device)
    values = {
        "train": reached[-1],
        "test": accuracy(net, unseen, answers),
        "epochs": float(len(reached)),
    }
    is_lost = not all(bool(p.isfinite().all()) for p in net.parameters())
    return Outcome(values, {"train_by_epoch": reached}, is_lost)


def run_construction(context: Context) -> Outcome:
    """Memorise random labels of digits with 2n + d weights, in float64 whatever the run's dtype."""
    train, _ = mnist.load(context.folder)
    chosen = torch.randperm(len(train), generator=context.torch("digits"))
    labels = torch.randint(CLASSES, (max(SIZES),), generator=context.torch("labels")).double()
    a = torch.randn(SIDE**2, generator=context.torch("direction"), dtype=torch.float64)
    values: dict[str, float] = {}
    for n in SIZES[: context.settings["sizes"]]:
        x = train.images[chosen[:n]].flatten(1).double().to(context.device)
        y = labels[:n].to(context.device)
        for name, gap_share in (("error", 0.5), ("near", 0.1)):
            memory = method.memorise(x, y, a.to(context.device), gap_share)
            values[f"{name}_{n}"] = float((memory(x) - y).abs().max() / y.abs().max())
        values[f"excess_{n}"] = float(memory.parameters - (2 * n + SIDE**2))
        values[f"weight_{n}"] = float(memory.w.abs().max())
    names = [name for name in values if name.startswith(("error", "near"))]
    return Outcome(values, {name: [values[name]] for name in names})


def run_exact(context: Context) -> Outcome:
    """Memorise with fractions: the theorem itself, without rounding."""
    n, d = context.settings["exact"], 10
    draws = context.numpy("whole numbers")
    x = draws.integers(-99, 100, (n, d)).tolist()
    y = draws.integers(0, CLASSES, n).tolist()
    a = draws.integers(-(10**6), 10**6, d).tolist()
    b, w = method.memorise_exactly(x, y, a)
    errors = [abs(method.recall_exactly(x[i], a, b, w) - y[i]) for i in range(n)]
    excess = len(a) + len(b) + len(w) - (2 * n + d)
    return Outcome({"error": float(max(errors)), "excess": float(excess)})


def PARITY(context: Context) -> Tensor:  # noqa: N802 - the name that `reproduce check` looks for
    """Return the first layer's weights after three steps on noise, the same on each device."""
    images = torch.randn(60, 1, SIDE, SIDE, generator=context.torch("images"), dtype=torch.float64)
    labels = torch.randint(CLASSES, (60,), generator=context.torch("labels")).to(context.device)
    net = network("cnn", context.torch("weights")).to(context.device, context.dtype)
    once = replace(context, settings={"rate": 0.01, "batch": 20, "epochs": 1})
    fit(net, images.to(context.device, context.dtype), labels, once)
    return next(net.parameters()).detach()


def run_unit(unit: Unit, context: Context) -> Outcome:
    if unit.arm == "construction":
        return run_construction(context)
    return run_exact(context) if unit.arm == "exact" else run_fit(context)


def _arms() -> tuple[Arm, ...]:
    arms = []
    for net, shape in NETWORKS.items():
        for test, about in TESTS.items():
            is_random = test.startswith("random")
            settings = {"network": net, "test": test, "share": float(is_random)}
            if test == "random_decay":
                settings["decay"] = DECAY
            cost = (2.0 if net == "cnn" else 1.0) * (2.5 if is_random else 1.0)
            arms.append(Arm(f"{net}_{test}", f"{shape}; {about}", None, cost, settings))
    for share in SHARES:
        about = f"{NETWORKS['mlp']}; {share:.0%} of the labels drawn at random"
        settings = {"network": "mlp", "test": "true", "share": share}
        arms.append(Arm(f"mlp_{share:.0%}".replace("%", ""), about, None, 2.0, settings))
    arms.append(Arm("construction", "the network of Theorem 1 on digits, float64", None, 2.0))
    arms.append(Arm("exact", "the network of Theorem 1 on whole numbers, fractions", None, 0.1))
    return tuple(arms)


def figures(results: Results) -> Sequence[Figure]:
    return (_learning(results), _corruption(results), _errors(results))


def _learning(results: Results) -> Figure:
    lines = []
    for test in ("true", "random", "shuffled", "pixels", "gaussian"):
        curves = results.series(f"mlp_{test}", "train_by_epoch")
        length = max(map(len, curves))
        # A run that has fitted everything stays there: it stops when all labels are right.
        padded = torch.tensor([curve + curve[-1:] * (length - len(curve)) for curve in curves])
        mean, low, high = padded.mean(0), padded.min(0).values, padded.max(0).values
        epochs = list(range(1, length + 1))
        lines.append(Line(TESTS[test], epochs, mean.tolist(), low.tolist(), high.tolist()))
    told = [f"{line.y[-1]:.1%} after {len(line.x)} epochs with {line.name}" for line in lines]
    alt = f"Share of the training labels that are right, by epoch: {'; '.join(told)}."
    return Figure(
        "learning",
        "Training accuracy of the fully connected network",
        alt,
        "epoch",
        "training accuracy",
        tuple(lines),
    )


def _corruption(results: Results) -> Figure:
    arms = ["mlp_true", *(f"mlp_{share:.0%}".replace("%", "") for share in SHARES), "mlp_random"]
    shares = [0.0, *SHARES, 1.0]
    lines = []
    for name, title in (("test", "unseen digits"), ("train", "training labels")):
        found = torch.tensor([results.values(arm, name) for arm in arms])  # (shares, seeds)
        low, high = found.min(1).values.tolist(), found.max(1).values.tolist()
        lines.append(Line(title, shares, found.mean(1).tolist(), low, high))
    told = ", ".join(f"{y:.2f} at {x:.0%}" for x, y in zip(shares, lines[0].y, strict=True))
    alt = f"Accuracy by share of random labels. On unseen digits: {told}; "
    alt += f"of the training labels at least {min(lines[1].low):.1%} are right."
    return Figure(
        "corruption",
        "Accuracy by share of random labels, fully connected network",
        alt,
        "share of labels drawn at random",
        "accuracy",
        tuple(lines),
    )


def _errors(results: Results) -> Figure:
    lines = []
    for name, title in (("error", "thresholds in the middle"), ("near", "near the point before")):
        found = [results.series("construction", f"{name}_{n}") for n in SIZES]
        sizes = [n for n, seeds in zip(SIZES, found, strict=True) if seeds]
        # Not below 1e-17: the axis is logarithmic, and an error can be 0.
        errors = torch.tensor([[max(one[0], 1e-17) for one in seeds] for seeds in found if seeds])
        low, high = errors.min(1).values.tolist(), errors.max(1).values.tolist()
        lines.append(Line(title, sizes, errors.median(1).values.tolist(), low, high))
    told = ", ".join(f"{y:.0e} at {x}" for x, y in zip(lines[0].x, lines[0].y, strict=True))
    return Figure(
        "construction",
        "Error of the network of Theorem 1 in float64",
        f"Largest relative error by number of points, median of the seeds: {told}.",
        "points n",
        "largest error, relative",
        tuple(lines),
        log_x=True,
        log_y=True,
    )


def checks() -> Sequence[Check]:
    """The construction against its own fractions, and against piecewise linear interpolation."""
    draws = torch.Generator().manual_seed(7)
    x = torch.randint(-99, 100, (40, 10), generator=draws)
    y = torch.randint(CLASSES, (40,), generator=draws)
    a = torch.randint(-(10**4), 10**4, (10,), generator=draws)
    b, w = method.memorise_exactly(x.tolist(), y.tolist(), a.tolist())
    memory = method.memorise(x.double(), y.double(), a.double())
    exact = torch.tensor([float(one) for one in w], dtype=torch.float64)
    recalled = [method.recall_exactly(one, a.tolist(), b, w) for one in x.tolist()]
    return (
        Check(
            "float64 weights against fractions, relative, n = 40",
            float((memory.w - exact).abs().max() / exact.abs().max()),
            1e-9,
        ),
        Check(
            "fractions against the labels, n = 40",
            float(max(abs(r - int(v)) for r, v in zip(recalled, y, strict=True))),
            0.0,
        ),
    )


EXPERIMENT = Experiment(
    slug="rethinking-generalization",
    title="Random labels and memorisation",
    version="1.0.0",
    paper=Paper(
        title="Understanding deep learning requires rethinking generalization",
        authors=(
            "Chiyuan Zhang",
            "Samy Bengio",
            "Moritz Hardt",
            "Benjamin Recht",
            "Oriol Vinyals",
        ),
        year=2017,
        venue="ICLR",
        arxiv="1611.03530",
    ),
    claims=CLAIMS,
    arms=_arms(),
    presets={
        "smoke": {
            "seeds": 2,
            "per_class": 15,
            "unseen": 500,
            "batch": 50,
            "rate": 0.02,
            "epochs": 60,
            "sizes": 2,
            "exact": 20,
        },
        "laptop": {
            "seeds": 5,
            "per_class": 100,
            "unseen": 10_000,
            "batch": 50,
            # Small, because epochs are counted in whole numbers and the ratio should not be coarse.
            "rate": 0.005,
            "epochs": 200,
            "sizes": 4,
            "exact": 40,
        },
        "gpu": {
            "seeds": 10,
            "per_class": 1000,
            "unseen": 10_000,
            "batch": 100,
            "rate": 0.01,
            "epochs": 400,
            "sizes": 4,
            "exact": 40,
        },
    },
    run_unit=run_unit,
    data=(mnist.MNIST,),
    deviations=(
        "MNIST instead of CIFAR-10 and ImageNet, 1,000 digits instead of 50,000 images.",
        "Two small networks instead of Inception and AlexNet; no dropout, no augmentation.",
        "A constant learning rate, without the paper's decay of 5 % an epoch.",
        "Training stops when every label is right: epochs are counted to that point.",
        "The classes of the drawn digits are equally frequent.",
    ),
    worst={"train": 0.0, "test": 0.0, "epochs": 200.0},
    figures=figures,
    checks=checks,
)
