"""Which of the two losses, and is either better than cross-entropy, on few and hard digits?

All arms of a seed see the same labelled images, the same test images and start from the same
encoder. They differ in what they train the encoder for; then a linear classifier is fitted on the
frozen encoder and tested.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from reproductions.contract import (
    Arm,
    Context,
    Experiment,
    Outcome,
    Unit,
)
from reproductions.methods.supcon.claims import CLAIMS, PAPER
from reproductions.methods.supcon.drawing import figures
from reproductions.methods.supcon.identities import checks, identities
from reproductions.methods.supcon.method import ProjectionHead, supervised_contrastive_loss
from reproductions.parts import mnist
from reproductions.parts.hard_mnist import distort
from reproductions.parts.mnist import Digits

MOMENTUM = 0.9
WEIGHT_DECAY = 1e-4
EMBEDDING = 64
CLASSES = 10
# Of the linear classifier, on each weight's square, per image.
PROBE_DECAY = 1e-3
PROBE_STEPS = 60
# How often a training run looks at its embeddings.
LOOKS = 25


def encoder(widths: Sequence[int]) -> nn.Sequential:
    """Return a small network: images (N, 1, 28, 28) -> features (N, 4 * widths[-1])."""
    layers: list[nn.Module] = []
    for before, after in zip((1, *widths), widths, strict=False):
        convolution = nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)
        layers += [convolution, nn.BatchNorm2d(after), nn.ReLU()]
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten())
    # Faster on a CPU by a fifth; the numbers mean the same.
    return network.to(memory_format=torch.channels_last)


def digits(context: Context) -> tuple[Digits, Digits]:
    """Return the few labelled digits, plain, and the test digits, distorted."""
    train, test = mnist.load(context.folder)
    few = mnist.few(train, context.settings["labelled"], context.torch("labelled"))
    if context.settings.get("pairs"):
        train_few = mnist.few(train, context.settings["pair_digits"], context.torch("labelled"))
        few = side_by_side(train_few, context.settings["pair_images"], context.torch("pairs"))
        tested = side_by_side(test, context.settings["test"], context.torch("test"))
    else:
        chosen = torch.randperm(len(test), generator=context.torch("test"))
        tested = test.take(chosen[: context.settings["test"]])
    return few, Digits(distort(tested.images, context.torch("test noise")), tested.labels)


def side_by_side(source: Digits, count: int, generator: torch.Generator) -> Digits:
    """Return images of two digits, each half as wide, labelled 0 … 99 by what they read."""
    left, right = torch.randint(len(source), (2, count), generator=generator)
    narrow = functional.avg_pool2d(source.images[:, None], (1, 2))[:, 0]  # (N, 28, 14)
    images = torch.cat([narrow[left], narrow[right]], dim=2)  # (count, 28, 28)
    return Digits(images, 10 * source.labels[left] + source.labels[right])


def batches(few: Digits, context: Context, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield for ever two distorted views of `size` images, (2 size, 1, 28, 28), and labels."""
    order, views = context.torch("batches"), context.torch("views")
    waiting = torch.empty(0, dtype=torch.long)
    while True:
        while len(waiting) < size:
            waiting = torch.cat([waiting, torch.randperm(len(few), generator=order)])
        chosen, waiting = waiting[:size].repeat(2), waiting[size:]
        images = distort(few.images[chosen], views)
        yield images_to(images, context), few.labels[chosen].to(context.device)


def images_to(images: Tensor, context: Context) -> Tensor:
    """Return images (N, 28, 28) as the encoder takes them."""
    shaped = images[:, None].to(context.device, context.dtype)
    return shaped.contiguous(memory_format=torch.channels_last)


def run_unit(unit: Unit, context: Context) -> Outcome:
    """Train one encoder with one loss and one seed, and test it; or compare formulas."""
    if unit.arm == "identities":
        return identities(context)
    few, test = digits(context)
    network, head = networks(context)
    series = train(network, head, few, context)
    network.eval()
    values = {"accuracy": probed(network, few, test, context)}
    if context.settings["loss"] == "cross_entropy":
        values["probed_accuracy"] = values["accuracy"]
        values["accuracy"] = accuracy(nn.Sequential(network, head), test, context)
    diverged = not math.isfinite(series["loss"][-1])
    return Outcome(values, series, diverged)


def networks(context: Context) -> tuple[nn.Module, nn.Module]:
    """Return the encoder and what stands on it in training; the same encoder in all arms."""
    settings = context.settings
    features = 4 * settings["widths"][-1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(context.torch("weights").initial_seed())
        network = encoder(settings["widths"])
        head: nn.Module = ProjectionHead(features, EMBEDDING)
        if settings["loss"] == "cross_entropy":
            head = nn.Linear(features, CLASSES)
    place = {"device": context.device, "dtype": context.dtype}
    return network.to(**place), head.to(**place)


def criterion(context: Context) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the loss of what stands on the encoder, and labels."""
    name = context.settings["loss"]
    if name == "cross_entropy":
        return functional.cross_entropy
    temperature = context.settings["temperature"]
    return lambda z, labels: supervised_contrastive_loss(z, labels, temperature, name)


def train(
    network: nn.Module, head: nn.Module, few: Digits, context: Context
) -> dict[str, list[float]]:
    """Train both in place; return losses, and cosines within and between classes, by step."""
    settings = context.settings
    steps = settings["steps"] * settings.get("longer", 1)
    size = settings["batch"] * settings.get("wider", 1)
    rate = settings["rate"][settings["loss"]] * settings.get("faster", 1.0)
    weights = [*network.parameters(), *head.parameters()]
    optimiser = torch.optim.SGD(weights, rate, MOMENTUM, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    loss_of, supply = criterion(context), batches(few, context, size)
    series: dict[str, list[float]] = {"step": [], "loss": [], "within": [], "between": []}
    for step in range(steps):
        images, labels = next(supply)
        features = network(images)
        loss = loss_of(head(features), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % max(1, steps // LOOKS) == 0 or step == steps - 1:
            look(series, step, loss, head(features), labels)
            context.say((step + 1) / steps)
            if not loss.isfinite():
                break
    return series


@torch.no_grad()
def look(
    series: dict[str, list[float]], step: int, loss: Tensor, z: Tensor, labels: Tensor
) -> None:
    """Add the loss, and the mean cosine of two rows of one class and of two classes."""
    z = functional.normalize(z, dim=1)
    cosine, same = z @ z.T, labels[:, None] == labels
    other = ~same
    same.fill_diagonal_(False)
    series["step"].append(float(step))
    series["loss"].append(loss.item())
    series["within"].append(cosine[same].mean().item())
    series["between"].append(cosine[other].mean().item())


def probed(network: nn.Module, few: Digits, test: Digits, context: Context) -> float:
    """Return the accuracy of a linear classifier fitted on the frozen encoder's features.

    It is fitted on distorted views of the labelled images, to the minimum: the loss is convex, so
    no choice of steps or rate favours an arm.
    """
    views = few.take(torch.arange(len(few)).repeat(context.settings["probe_views"]))
    images = distort(views.images, context.torch("probe views"))
    known = features(network, images, context)
    centre, spread = known.mean(0), known.std(0) + 1e-6
    classes = int(max(few.labels.max(), test.labels.max())) + 1
    classifier = nn.Linear(known.shape[1], classes).to(known)
    nn.init.zeros_(classifier.weight)
    nn.init.zeros_(classifier.bias)
    known, labels = (known - centre) / spread, views.labels.to(context.device)
    optimiser = torch.optim.LBFGS(
        classifier.parameters(), max_iter=PROBE_STEPS, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = functional.cross_entropy(classifier(known), labels)
        loss = loss + PROBE_DECAY * classifier.weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    guess = classifier((features(network, test.images, context) - centre) / spread).argmax(1)
    return (guess.cpu() == test.labels).double().mean().item()


@torch.no_grad()
def features(network: nn.Module, images: Tensor, context: Context) -> Tensor:
    """Return the frozen encoder's features of images (N, 28, 28)."""
    return torch.cat([network(images_to(part, context)) for part in images.split(500)])


def accuracy(classifier: nn.Module, test: Digits, context: Context) -> float:
    guess = features(classifier, test.images, context).argmax(1).cpu()
    return (guess == test.labels).double().mean().item()


def PARITY(context: Context) -> Tensor:  # noqa: N802 - the name that `reproduce check` looks for
    """Return what must be the same on each device: both losses' gradients of a batch."""
    drawn = torch.randn(64, 16, generator=context.torch("parity"), dtype=torch.float64)
    labels = torch.randint(8, (64,), generator=context.torch("labels")).to(context.device)
    embeddings = drawn.to(context.device, context.dtype).requires_grad_()
    for form in ("out", "in"):
        supervised_contrastive_loss(embeddings, labels, 0.1, form).backward()
    return embeddings.grad


def _arm(name: str, loss: str, about: str, cost: float = 4.0, **settings: object) -> Arm:
    return Arm(name, about, cost=cost, settings={"loss": loss, **settings})


ARMS = (
    _arm("l_out", "out", "sum outside the logarithm, eq. 2"),
    _arm("l_in", "in", "sum inside the logarithm, eq. 3"),
    _arm("cross_entropy", "cross_entropy", "linear classifier on the encoder, trained with it"),
    _arm("l_out_long", "out", "L_out, 1,500 steps", 24, longer=6),
    _arm("l_in_long", "in", "L_in, 1,500 steps", 24, longer=6),
    _arm("cross_entropy_long", "cross_entropy", "cross-entropy, 1,500 steps", 24, longer=6),
    _arm("l_out_wide", "out", "L_out, four times the batch", 16, wider=4),
    _arm("l_in_wide", "in", "L_in, four times the batch", 16, wider=4),
    _arm("l_out_pairs", "out", "L_out, 100 classes", 16, pairs=True, wider=2, longer=2),
    _arm("l_in_pairs", "in", "L_in, 100 classes", 16, pairs=True, wider=2, longer=2),
    _arm("l_out_little", "out", "L_out, 10 digits a class", labelled=10),
    _arm("cross_entropy_little", "cross_entropy", "cross-entropy, 10 digits a class", labelled=10),
    _arm("l_out_slow", "out", "L_out, learning rate × 0.3", faster=0.3),
    _arm("l_out_fast", "out", "L_out, learning rate × 3", faster=3.0),
    _arm("cross_entropy_slow", "cross_entropy", "cross-entropy, learning rate × 0.3", faster=0.3),
    _arm("cross_entropy_fast", "cross_entropy", "cross-entropy, learning rate × 3", faster=3.0),
    Arm("identities", "Jensen's inequality and eq. 4 on random batches", seeds=1, cost=1.0),
)
LAPTOP = {
    "seeds": 5,
    "steps": 250,
    "batch": 64,
    "widths": [16, 32, 64],
    "labelled": 50,
    "pair_digits": 50,
    "pair_images": 2000,
    "test": 2000,
    "temperature": 0.1,
    # Each loss at its best of five rates on seeds 100 to 102, which no report uses.
    "rate": {"out": 0.1, "in": 0.1, "cross_entropy": 0.3},
    "probe_views": 4,
    "identity_batches": 50,
}
SMOKE = LAPTOP | {
    "seeds": 1,
    "steps": 4,
    "batch": 16,
    "widths": [4, 8, 16],
    "pair_images": 200,
    "test": 200,
    "probe_views": 1,
    "identity_batches": 5,
}
GPU = LAPTOP | {
    "seeds": 10,
    "steps": 2000,
    "batch": 256,
    "widths": [32, 64, 128, 256],
    "test": 10000,
}

EXPERIMENT = Experiment(
    slug="supcon",
    title="Supervised contrastive learning: L_out, L_in and cross-entropy",
    version="1.0.0",
    paper=PAPER,
    claims=CLAIMS,
    arms=ARMS,
    presets={"smoke": SMOKE, "laptop": LAPTOP, "gpu": GPU},
    run_unit=run_unit,
    data=(mnist.MNIST,),
    deviations=(
        "MNIST with few labels and distorted test images instead of ImageNet and CIFAR.",
        "A network of three convolutions instead of a ResNet; embeddings of 64 numbers, not 128.",
        "Batches of 128 to 512 rows and 250 to 1,500 steps instead of 6,144 rows and 350 epochs.",
        "SGD with momentum and a cosine schedule for all arms, without a warm-up.",
        "The views differ by rotation, scale, shift and noise, not by colour and crops.",
        "The linear classifier is fitted to its minimum instead of trained by SGD.",
    ),
    worst={
        "accuracy": 0.0,
        "probed_accuracy": 0.0,
        "excess_of_in": 1e9,
        "gradient_error": 1e9,
    },
    figures=figures,
    checks=checks,
)
