"""Do plain nets get worse with depth on their own training data, and residual nets not?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from reproductions.contract import (
    Arm,
    Check,
    Context,
    Experiment,
    Figure,
    Line,
    Outcome,
    Results,
    Unit,
)
from reproductions.methods.resnet.claims import CLAIMS, PAPER
from reproductions.methods.resnet.method import Block, ResidualNet, identity_shortcut
from reproductions.parts import mnist

DEPTHS = (20, 44)
KINDS = ("plain", "residual")
RATE = 0.1  # of section 4.2, with its momentum and weight decay
LAST_STEPS = 30  # a loss is the mean over so many steps
# A plateau: for so many rounds the loss of a round was no more than so much below the best.
PATIENCE_ROUNDS = 5
LEAST_FALL = 0.01


@dataclass(slots=True)
class Course:
    """Loss and error of each step's batch, as the net met it."""

    losses: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)

    def outcome(self, *, parameters: int, is_at_plateau: bool) -> Outcome:
        blocks = range(0, len(self.losses), 10)
        return Outcome(
            values={
                "loss": mean(self.losses[-LAST_STEPS:]),
                "error": mean(self.errors[-LAST_STEPS:]),
                "steps": float(len(self.losses)),
                "is_at_plateau": float(is_at_plateau),
                "parameters": float(parameters),
            },
            series={
                "step": [float(k + 10) for k in blocks],
                "loss": [mean(self.losses[k : k + 10]) for k in blocks],
            },
        )


@dataclass(slots=True)
class Plateau:
    """Whether the mean losses of rounds, told one after the other, still fall."""

    best: float = float("inf")
    waited: int = 0

    def is_reached(self, loss: float) -> bool:
        self.waited = 0 if loss < self.best - LEAST_FALL else self.waited + 1
        self.best = min(self.best, loss)
        return self.waited == PATIENCE_ROUNDS


def run_unit(unit: Unit, context: Context) -> Outcome:
    settings = context.settings
    kind = "plateau" if settings["is_to_plateau"] else "fixed"
    images, labels = training_set(context, settings[f"{kind}_digits"], settings[f"{kind}_pixels"])
    net = ResidualNet(
        settings["depth"],
        is_residual=settings["is_residual"],
        generator=context.torch("weights"),
        width=settings["width"],
        channels=1,
    ).to(context.device, context.dtype)
    rounds = batches(len(labels), settings[f"{kind}_batch"], context.torch("batches"))
    most = settings[f"{kind}_steps"]
    if settings["is_to_plateau"]:
        course, is_at_plateau = train_to_plateau(net, images, labels, rounds, most)
    else:
        course, is_at_plateau = train(net, images, labels, rounds, most), False
    parameters = sum(values.numel() for values in net.parameters())
    return course.outcome(parameters=parameters, is_at_plateau=is_at_plateau)


Rounds = Iterator[list[Tensor]]


def train(net: ResidualNet, images: Tensor, labels: Tensor, rounds: Rounds, steps: int) -> Course:
    course, optimizer = Course(), optimizer_of(net)
    while len(course.losses) < steps:
        for rows in next(rounds)[: steps - len(course.losses)]:
            step(net, optimizer, images[rows], labels[rows], course)
    return course


def train_to_plateau(
    net: ResidualNet, images: Tensor, labels: Tensor, rounds: Rounds, most: int
) -> tuple[Course, bool]:
    """Train until the second plateau, with a tenth of the rate from the first one on."""
    course, optimizer, plateau = Course(), optimizer_of(net), Plateau()
    (group,) = optimizer.param_groups
    while len(course.losses) < most:
        batches = next(rounds)[: most - len(course.losses)]
        for rows in batches:
            step(net, optimizer, images[rows], labels[rows], course)
        if plateau.is_reached(mean(course.losses[-len(batches) :])):
            if group["lr"] < RATE:
                return course, True
            group["lr"], plateau = RATE / 10, Plateau()
    return course, False


def optimizer_of(net: ResidualNet) -> torch.optim.Optimizer:
    return torch.optim.SGD(net.parameters(), lr=RATE, momentum=0.9, weight_decay=1e-4)


def step(
    net: ResidualNet,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    course: Course,
) -> None:
    logits = net(images)
    loss = functional.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    course.losses.append(loss.item())
    course.errors.append((logits.argmax(1) != labels).double().mean().item())


def training_set(context: Context, count: int, pixels: int) -> tuple[Tensor, Tensor]:
    """Return images (N, 1, pixels, pixels) with mean 0 and deviation 1, and labels (N,)."""
    digits, _tests = mnist.load(context.folder)
    digits = mnist.few(digits, count // 10, context.torch("digits"))
    images = functional.adaptive_avg_pool2d(digits.images[:, None], pixels)
    images = (images - images.mean()) / images.std()
    return images.to(context.device, context.dtype), digits.labels.to(context.device)


def batches(count: int, size: int, generator: torch.Generator) -> Iterator[list[Tensor]]:
    """Yield rounds without end: all rows in a new order, in whole batches."""
    while True:
        order = torch.randperm(count, generator=generator)
        yield list(order[: count // size * size].split(size))


def checks() -> list[Check]:
    """Compare a block with equation 1 in torch's own modules, copied weights, float64."""
    found = []
    for outputs, stride in ((3, 1), (6, 2)):
        generator = torch.Generator().manual_seed(0)
        block = Block(3, outputs, stride=stride, is_residual=True).double()
        x = torch.randn(2, 3, 5, 6, generator=generator, dtype=torch.float64)
        path = torch.nn.Sequential(
            block.first, block.first_norm, torch.nn.ReLU(), block.second, block.second_norm
        )
        shortcut = torch.zeros(2, outputs, *x[:, :, ::stride, ::stride].shape[2:]).double()
        shortcut[:, :3] = x[:, :, ::stride, ::stride]
        error = (block(x) - (path(x) + shortcut).relu()).abs().max().item()
        found.append(Check(f"block, stride {stride}, against F(x) + x", error, 1e-12))
    x = torch.ones(1, 2, 4, 4)
    same = (identity_shortcut(x, channels=2, stride=1) - x).abs().max().item()
    return [*found, Check("shortcut of the same size against its input", same, 0.0)]


def figures(results: Results) -> Sequence[Figure]:
    return tuple(
        Figure(
            f"loss{suffix.replace('_', '-')}",
            f"Training loss, {title}",
            f"Training loss by step, {title}. At the end: "
            + ", ".join(
                f"{kind} {depth} {mean(results.values(f'{kind}_{depth}{suffix}', 'loss')):.3f}"
                for kind in KINDS
                for depth in DEPTHS
            ),
            "step",
            "training loss, nats",
            [
                loss_line(results, f"{kind}_{depth}{suffix}", f"{kind}, {depth} layers")
                for kind in KINDS
                for depth in DEPTHS
            ],
        )
        for suffix, title in (("", "fixed number of steps"), ("_plateau", "until it stays"))
    )


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def loss_line(results: Results, arm: str, name: str) -> Line:
    """Return the mean over the seeds with their range, as far as the shortest run goes."""
    columns = list(zip(*results.series(arm, "loss"), strict=False))
    steps = results.series(arm, "step")[0][: len(columns)]
    return Line(
        name, steps, [mean(c) for c in columns], [min(c) for c in columns], list(map(max, columns))
    )


def arms() -> Iterator[Arm]:
    for is_to_plateau, suffix, about in (
        (False, "", "fixed steps"),
        (True, "_plateau", "until the loss stays"),
    ):
        for kind in KINDS:
            for depth in DEPTHS:
                yield Arm(
                    f"{kind}_{depth}{suffix}",
                    f"{kind} net of {depth} layers, {about}",
                    cost=depth * (0.6 if is_to_plateau else 0.3),
                    settings={
                        "depth": depth,
                        "is_residual": kind == "residual",
                        "is_to_plateau": is_to_plateau,
                    },
                )


EXPERIMENT = Experiment(
    slug="resnet",
    title="Deep Residual Learning",
    version="1.0.0",
    paper=PAPER,
    claims=CLAIMS,
    arms=tuple(arms()),
    presets={
        "smoke": {
            "seeds": 2,
            "width": 4,
            "fixed_digits": 200,
            "fixed_pixels": 7,
            "fixed_batch": 16,
            "fixed_steps": 4,
            "plateau_digits": 200,
            "plateau_pixels": 7,
            "plateau_batch": 16,
            "plateau_steps": 6,
        },
        "laptop": {
            "seeds": 5,
            "width": 8,
            "fixed_digits": 20_000,
            "fixed_pixels": 14,
            "fixed_batch": 128,
            "fixed_steps": 120,
            "plateau_digits": 2000,
            "plateau_pixels": 7,
            "plateau_batch": 64,
            "plateau_steps": 1000,
        },
        "gpu": {
            "seeds": 5,
            "width": 16,
            "fixed_digits": 60_000,
            "fixed_pixels": 28,
            "fixed_batch": 128,
            "fixed_steps": 1000,
            "plateau_digits": 20_000,
            "plateau_pixels": 28,
            "plateau_batch": 128,
            "plateau_steps": 20_000,
        },
    },
    run_unit=run_unit,
    data=(mnist.MNIST,),
    deviations=(
        "MNIST at a half or a quarter of its size and 8 to 32 channels, not CIFAR-10 and 16 to 64.",
        "120 or at most 1,000 steps, not 64,000; a claim on the first is about the speed of "
        "training, so the second trains until the loss stays.",
        "Plateau: the mean loss of a round falls by less than 0.01 below the best in five rounds; "
        "then a tenth of the rate, and at the next plateau the end.",
        "No augmentation, and no lower rate at the start: neither depth here needs it.",
        "Loss and error are those of the batches as training meets them, not of a pass afterwards.",
    ),
    # A net whose numbers are no longer finite guesses one class for everything.
    worst={"loss": 2.303, "error": 0.9},
    figures=figures,
    checks=checks,
)
