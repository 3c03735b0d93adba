"""The MNIST experiment of section 4.1 with and without batch normalization, rate by rate."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from reproductions.contract import Arm, Check, Context, Experiment, Outcome, Unit
from reproductions.methods.batch_normalization.claims import CLAIMS, PAPER
from reproductions.methods.batch_normalization.figures import ACCURACIES, PERCENTILES, figures
from reproductions.methods.batch_normalization.method import Normalize, sigmoid_net
from reproductions.parts import mnist

BATCH = 60  # of section 4.1
# What "trains" means for the largest rate that trains.
TRAINED = 0.9


@dataclass(slots=True)
class Course:
    """What was seen during one training, every so many steps."""

    rate: float
    every: int
    accuracy: list[float] = field(default_factory=list)
    # Of the inputs of the last hidden layer's sigmoids: one (3, units) an evaluation.
    percentiles: list[Tensor] = field(default_factory=list)

    def steps_to(self, accuracy: float, most: int) -> float:
        """Return the steps after which the accuracy was first reached, or else `most`."""
        reached = (k for k, seen in enumerate(self.accuracy, start=1) if seen >= accuracy)
        return float(next(reached, most / self.every) * self.every)

    def last_accuracy(self) -> float:
        """Return the mean of the last five evaluations: single ones swing by about a point."""
        last = self.accuracy[-5:]
        return sum(last) / len(last)

    def drift(self) -> tuple[float, float]:
        """Return how far the percentiles move over time, and the same in spreads of the input.

        Deviation over time of each percentile of each unit, averaged. A spread is the distance of
        the 15th and the 85th percentile, averaged over time and units.
        """
        seen = torch.stack(self.percentiles)  # (evaluations, 3, units)
        moved = seen.std(0, correction=0).mean()
        spread = (seen[:, 2] - seen[:, 0]).mean()
        return moved.item(), (moved / spread).item()


def run_unit(unit: Unit, context: Context) -> Outcome:
    if unit.arm == "formulas":
        return Outcome(values=formulas(context.torch("formulas")))
    settings = context.settings
    steps = settings["short_steps" if settings["is_short"] else "steps"]
    rates = settings["few_rates" if settings["is_short"] else "rates"]
    courses = [train(rate, steps, context) for rate in rates]
    best = min(courses, key=lambda c: (c.steps_to(0.95, steps), -c.last_accuracy()))
    trained = [c.rate for c in courses if c.last_accuracy() >= TRAINED]
    moved, moved_in_spreads = best.drift()
    shown = torch.stack(best.percentiles)[:, :, 0]  # (evaluations, 3) of the first unit
    return Outcome(
        values={
            "accuracy": best.last_accuracy(),
            "best_rate": best.rate,
            "largest_rate": max(trained, default=min(rates)),
            "steps_to_90": min(c.steps_to(0.9, steps) for c in courses),
            "steps_to_95": best.steps_to(0.95, steps),
            "drift": moved,
            "drift_in_spreads": moved_in_spreads,
        },
        series={
            "step": [float(k * best.every) for k in range(1, len(best.accuracy) + 1)],
            "accuracy": best.accuracy,
            "rate": list(rates),
            "accuracy_of_rate": [c.last_accuracy() for c in courses],
            "steps_to": [min(c.steps_to(a, steps) for c in courses) for a in ACCURACIES],
            **{f"percentile_{p}": shown[:, k].tolist() for k, p in enumerate(PERCENTILES)},
        },
    )


def train(rate: float, steps: int, context: Context) -> Course:
    """Train a net of the arm with plain gradient descent; the same streams for every rate."""
    settings = context.settings
    digits, tests = mnist.load(context.folder)
    order = torch.randperm(len(tests), generator=context.torch("tests"))[: settings["tests"]]
    tests = tests.take(order)
    test_images = black_and_white(tests.images, context)
    net = sigmoid_net(
        (784, *[100] * settings["hidden"], 10),
        is_normalized=settings["is_normalized"],
        generator=context.torch("weights"),
        deviation=settings["deviation"],
    ).to(context.device, context.dtype)
    optimizer = torch.optim.SGD(net.parameters(), lr=rate)
    batches = context.torch("batches")
    course = Course(rate, settings["every"])
    for step in range(1, steps + 1):
        chosen = torch.randint(len(digits), (BATCH,), generator=batches)
        images = black_and_white(digits.images[chosen], context)
        loss = functional.cross_entropy(net(images), digits.labels[chosen].to(context.device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % course.every == 0:
            look(net, test_images, tests.labels.to(context.device), course)
    return course


def black_and_white(images: Tensor, context: Context) -> Tensor:
    """Return (N, 784) of zeros and ones: the paper's net reads binary images."""
    return (images.flatten(1) > 0.5).to(context.device, context.dtype)


@torch.no_grad()
def look(net: nn.Sequential, images: Tensor, labels: Tensor, course: Course) -> None:
    """Note accuracy, and the percentiles of what enters the last hidden layer's sigmoids."""
    net.eval()
    inputs = net[:-2](images)  # (N, units)
    guessed = net[-2:](inputs).argmax(1)
    net.train()
    course.accuracy.append((guessed == labels).double().mean().item())
    # Of 500 images: sorting all of them would take longer than the training.
    ranks = torch.tensor(PERCENTILES, dtype=inputs.dtype, device=inputs.device) / 100
    course.percentiles.append(inputs[:500].quantile(ranks, dim=0).cpu())


def three_steps(context: Context) -> Tensor:
    """Return the parameters of a small normalized net after three steps, for `PARITY`."""
    net = sigmoid_net((20, 10, 10, 5), is_normalized=True, generator=context.torch("weights"))
    net.to(context.device, context.dtype)
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    draw = context.torch("batches")
    for _step in range(3):
        images = torch.randn(12, 20, generator=draw, dtype=torch.float64)
        labels = torch.randint(5, (12,), generator=draw).to(context.device)
        optimizer.zero_grad()
        images = images.to(context.device, context.dtype)
        functional.cross_entropy(net(images), labels).backward()
        optimizer.step()
    return torch.cat([values.detach().flatten() for values in net.parameters()])


PARITY = three_steps


def formulas(generator: torch.Generator) -> dict[str, float]:
    """Return the largest differences between the paper's formulas and differentiation, float64."""
    x, go = torch.randn(2, 12, 7, generator=generator, dtype=torch.float64)
    gamma, beta = torch.randn(2, 7, generator=generator, dtype=torch.float64)
    ours = gradients(lambda *at: Normalize.apply(*at, 1e-5)[0], (x, gamma, beta), go)
    plain = gradients(algorithm_1, (x, gamma, beta), go)
    gradient = max((a - b).abs().max().item() for a, b in zip(ours, plain, strict=True))

    weights = torch.randn(7, 5, generator=generator, dtype=torch.float64)
    inputs = torch.randn(12, 5, generator=generator, dtype=torch.float64)
    outputs, slopes = [], []
    for scale in (1.0, 100.0):
        scaled = (weights * scale).requires_grad_()
        y = Normalize.apply(inputs @ scaled.T, gamma, beta, 0.0)[0]
        (slope,) = torch.autograd.grad(y, scaled, go)
        outputs.append(y)
        slopes.append(slope * scale)  # section 3.3: the gradient shrinks as the weights grow
    scale = max((outputs[0] - outputs[1]).abs().max(), (slopes[0] - slopes[1]).abs().max())
    return {"gradient_difference": gradient, "scale_difference": scale.item()}


def algorithm_1(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    """Return y of algorithm 1, line by line, for automatic differentiation."""
    mean = x.sum(0) / len(x)  # (D,)
    variance = ((x - mean) ** 2).sum(0) / len(x)  # (D,)
    x_hat = (x - mean) / torch.sqrt(variance + 1e-5)  # (N, D)
    return gamma * x_hat + beta  # (N, D)


def gradients(function, at: tuple[Tensor, ...], go: Tensor) -> tuple[Tensor, ...]:
    leaves = [one.clone().requires_grad_() for one in at]
    return torch.autograd.grad(function(*leaves), leaves, go)


def check_with_torch() -> list[Check]:
    """Compare with torch's own batch normalization, for rows and for feature maps."""
    generator = torch.Generator().manual_seed(0)
    checks = []
    for shape in ((16, 6), (4, 6, 5, 3)):
        x, go = torch.randn(2, *shape, generator=generator, dtype=torch.float64)
        at = (x, *torch.randn(2, 6, generator=generator, dtype=torch.float64))

        def theirs(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
            return functional.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5)

        def ours(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
            return Normalize.apply(x, gamma, beta, 1e-5)[0]

        error = max(
            (ours(*at) - theirs(*at)).abs().max().item(),
            *(
                (a - b).abs().max().item()
                for a, b in zip(gradients(ours, at, go), gradients(theirs, at, go), strict=True)
            ),
        )
        name = f"output and gradients {shape} against torch.nn.functional.batch_norm, float64"
        checks.append(Check(name, error, 1e-12))
    return checks


def arm(name: str, about: str, *, cost: float, is_normalized: bool, **own: object) -> Arm:
    settings = {"hidden": 3, "deviation": None, "is_short": False, **own}
    return Arm(name, about, cost=cost, settings={"is_normalized": is_normalized, **settings})


EXPERIMENT = Experiment(
    slug="batch-normalization",
    title="Batch Normalization",
    version="1.1.0",
    paper=PAPER,
    claims=CLAIMS,
    arms=(
        arm("plain", "3 hidden layers of 100 sigmoids, five rates", cost=11, is_normalized=False),
        arm("normalized", "the same, normalized", cost=27, is_normalized=True),
        arm(
            "deep_plain",
            "8 hidden layers, three rates",
            cost=2,
            is_normalized=False,
            hidden=8,
            is_short=True,
        ),
        arm(
            "deep_normalized",
            "8 hidden layers, normalized",
            cost=17,
            is_normalized=True,
            hidden=8,
            is_short=True,
        ),
        arm(
            "small_plain",
            "3 hidden layers, first weights of deviation 0.01",
            cost=2,
            is_normalized=False,
            deviation=0.01,
            is_short=True,
        ),
        arm(
            "small_normalized",
            "the same, normalized",
            cost=8,
            is_normalized=True,
            deviation=0.01,
            is_short=True,
        ),
        Arm("formulas", "the paper's formulas against differentiation", seeds=1, cost=0.1),
    ),
    presets={
        "smoke": {
            "seeds": 2,
            "steps": 100,
            "short_steps": 60,
            "every": 20,
            "tests": 500,
            "rates": [3.0, 30.0],
            "few_rates": [1.0],
        },
        "laptop": {
            "seeds": 5,
            "steps": 3000,
            "short_steps": 1500,
            "every": 50,
            "tests": 2000,
            "rates": [1.0, 3.0, 10.0, 30.0, 100.0],
            "few_rates": [0.1, 1.0, 10.0],
        },
        # The paper's 50,000 steps; finer rates, since they cost nothing there.
        "gpu": {
            "seeds": 10,
            "steps": 50_000,
            "short_steps": 20_000,
            "every": 100,
            "tests": 10_000,
            "rates": [0.3, 1.0, 3.0, 10.0, 30.0, 100.0],
            "few_rates": [0.1, 1.0, 10.0],
        },
    },
    run_unit=run_unit,
    data=(mnist.MNIST,),
    deviations=(
        "3,000 steps instead of 50,000; accuracy on 2,000 test digits, drawn per seed.",
        "The paper says neither the learning rate nor the first weights of this net: here each net "
        "takes the best of five rates, and weights start with deviation 1 / sqrt(inputs), which "
        "helps the plain net more than the paper's small random ones would.",
        "A steps count that is not reached within the run counts as all steps of the run.",
        "Images become binary at half the brightness; the paper does not say how.",
        "In evaluation the moving averages are used, as section 3.1 allows while training.",
        "Figure 1(b, c) shows one typical sigmoid; drift is here the mean over all 100.",
    ),
    # A net whose numbers are no longer finite guesses one class for everything.
    worst={"accuracy": 0.1},
    figures=figures,
    checks=check_with_torch,
)
