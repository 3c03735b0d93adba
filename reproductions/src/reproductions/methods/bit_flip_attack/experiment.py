"""Chosen against random bit flips, on a small convolutional network for MNIST."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from reproductions.contract import (
    Arm,
    Claim,
    Context,
    Experiment,
    Figure,
    Line,
    Outcome,
    Paper,
    Results,
    Unit,
)
from reproductions.methods.bit_flip_attack import method
from reproductions.methods.bit_flip_attack.twin import compare_with_twin
from reproductions.parts import mnist

WIDTHS = {"eight": 8, "six": 6, "four": 4}
# Of ten classes, near chance: a network that says the same of all digits is below it, since no
# class has more than 13 % of a thousand digits or more.
DESTROYED_BELOW = 0.15


def run_unit(unit: Unit, context: Context) -> Outcome:
    """Train, quantize, and turn bits over until the network is destroyed."""
    settings = context.settings
    train, test = mnist.load(context.folder)
    chosen = torch.randperm(len(train), generator=context.torch("subset"))[: settings["train"]]
    net = network(settings["channels"], context)
    _train(net, train.take(chosen), context)
    context.say(0.5)
    order = torch.randperm(len(test), generator=context.torch("attacker"))
    # The attacker's examples are not those that the network is judged on.
    known = _on(context, test.take(order[: settings["known"]]))
    judged = _on(context, test.take(order[settings["known"] :][: settings["judged"]]))
    values = {"float_accuracy": _accuracy(net.eval(), *judged)}
    memory = method.Memory(net, settings["bits"])
    whole = copy.deepcopy(memory)
    values["accuracy"] = _accuracy(memory.net, *judged)
    chosen_way = _until_destroyed(memory, known, judged, context)
    reached = chosen_way[-1] < DESTROYED_BELOW
    values["flips"] = len(chosen_way) - 1 if reached else math.inf
    values["end_accuracy"] = chosen_way[-1]
    if settings["has_random"]:
        values |= _random_flips(whole, judged, context)
    return Outcome(values, {"chosen": chosen_way})


def network(channels: Sequence[int], context: Context) -> nn.Sequential:
    """Return five 3x3 convolutions with batch normalization, a mean over places, a linear layer.

    With channels (16, 16, 32, 32, 64): 35,344 weights that the attacker can reach.
    """
    layers: list[nn.Module] = []
    before = 1
    for after, stride in zip(channels, (1, 2, 1, 2, 2), strict=True):
        layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False)]
        layers += [nn.BatchNorm2d(after), nn.ReLU()]
        before = after
    net = nn.Sequential(
        nn.AvgPool2d(2), *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 10)
    )
    start = context.torch("weights")
    for layer in net:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            limit = math.sqrt(3 / layer.weight[0].numel())
            nn.init.uniform_(layer.weight, -limit, limit, generator=start)
    nn.init.zeros_(net[-1].bias)
    return net.to(context.device, context.dtype)


def _train(net: nn.Module, digits: mnist.Digits, context: Context) -> None:
    settings = context.settings
    images, labels = _on(context, digits)
    size = settings["batch"]
    steps = settings["epochs"] * (len(digits) // size)
    adam = torch.optim.Adam(net.parameters(), lr=settings["rate"])
    slower = torch.optim.lr_scheduler.OneCycleLR(adam, settings["rate"], total_steps=steps)
    order = context.torch("batches")
    net.train()
    for step in range(steps):
        if step % (len(digits) // size) == 0:
            shuffled = torch.randperm(len(digits), generator=order).to(context.device)
        place = step % (len(digits) // size) * size
        batch = shuffled[place : place + size]
        adam.zero_grad()
        functional.cross_entropy(net(images[batch]), labels[batch]).backward()
        adam.step()
        slower.step()
        context.say(0.5 * step / steps)


def _until_destroyed(
    memory: method.Memory,
    known: tuple[Tensor, Tensor],
    judged: tuple[Tensor, Tensor],
    context: Context,
) -> list[float]:
    """Return the accuracy before, and after each chosen flip, down to destruction or the limit."""
    way = [_accuracy(memory.net, *judged)]
    limit = context.settings["most_flips"]
    for count, _flip in enumerate(method.attack(memory, *known), start=1):
        way.append(_accuracy(memory.net, *judged))
        if way[-1] < DESTROYED_BELOW or count == limit:
            break
    return way


def _random_flips(
    memory: method.Memory, judged: tuple[Tensor, Tensor], context: Context
) -> dict[str, float]:
    """Return the mean accuracy after 100 random flips, and how many it takes to destroy.

    Where even the limit is not enough, the limit counts: then random flips look stronger than
    they are, to the disadvantage of the claim.
    """
    draws, settings = context.torch("flips"), context.settings
    after = []
    for _repeat in range(settings["repeats"]):
        victim = copy.deepcopy(memory)
        for _count, _flip in zip(range(100), method.at_random(victim, draws), strict=False):
            pass
        after.append(_accuracy(victim.net, *judged))
    victim, needed = copy.deepcopy(memory), settings["most_random"]
    for count, _flip in enumerate(method.at_random(victim, draws), start=1):
        if count % settings["look_every"] == 0 and (
            _accuracy(victim.net, *judged) < DESTROYED_BELOW
        ):
            needed = count
            break
        if count >= needed:
            break
    return {"random_accuracy": sum(after) / len(after), "random_flips": float(needed)}


@torch.no_grad()
def _accuracy(net: nn.Module, images: Tensor, labels: Tensor) -> float:
    return (net(images).argmax(1) == labels).double().mean().item()


def _on(context: Context, digits: mnist.Digits) -> tuple[Tensor, Tensor]:
    images = digits.images[:, None].to(context.device, context.dtype)  # (N, 1, 28, 28)
    return images, digits.labels.to(context.device)


def PARITY(context: Context) -> Tensor:  # noqa: N802 - the name that `reproduce check` looks for
    """Return the chosen bits and the losses after them, the same on every device."""
    net = network((4, 4, 4, 4, 4), context)
    draws = context.torch("images")
    images = torch.rand(32, 1, 28, 28, generator=draws).to(context.device, context.dtype)
    labels = (torch.arange(32) % 10).to(context.device)
    memory = method.Memory(net, 8)
    found: list[float] = []
    for _count, flip in zip(range(3), method.attack(memory, images, labels), strict=False):
        loss = functional.cross_entropy(memory.net(images), labels).item()
        found += [*flip, loss]
    return torch.tensor(found, dtype=torch.float64)


def figures(results: Results) -> list[Figure]:
    """Return the way down, seed by seed, and the flips needed by width."""
    ways = [
        Line(f"seed {number}", list(range(len(way))), [100 * share for share in way])
        for number, way in enumerate(results.series("eight", "chosen"))
    ]
    flips = {name: results.values(name, "flips") for name in WIDTHS}
    means = {name: sum(found) / len(found) for name, found in flips.items()}
    bars = Line(
        "chosen flips",
        [0, 1, 2],
        list(means.values()),
        [min(found) for found in flips.values()],
        [max(found) for found in flips.values()],
    )
    said = ", ".join(f"{WIDTHS[name]} bits {mean:.1f}" for name, mean in means.items())
    return [
        Figure(
            "way",
            "Accuracy after each chosen flip, 8 bits",
            "Each line is a seed; all fall from the accuracy of the whole network to chance "
            f"within {max(flips['eight']):.0f} flips.",
            "flips",
            "accuracy, %",
            ways,
        ),
        Figure(
            "widths",
            "Chosen flips to below 15 % accuracy",
            f"Mean over the seeds, from the fewest to the most: {said}.",
            "width of a weight",
            "flips",
            [bars],
            kind="bars",
            ticks=[f"{bits} bits" for bits in WIDTHS.values()],
        ),
    ]


_SIZES = "an 8-bit network of 35,344 weights for MNIST, trained on 8,000 digits"

CLAIMS = (
    Claim(
        id="c1",
        text=f"At most 40 chosen flips bring {_SIZES}, below 15 % accuracy on digits the attacker "
        "has not seen, with every seed.",
        paper_says="13 of 93 million bits bring ResNet-18 from 69.8 % to 0.1 %.",
        place="abstract",
        kind="exact",
        metric="eight.flips",
        relation="<",
        margin=40.0,
        unit="flips",
        seeds=5,
        paper_value="13 flips of 93 million bits, ImageNet, ResNet-18",
        paper_source="abstract of arXiv:1903.12269",
    ),
    Claim(
        id="c2",
        text=f"100 random flips cost less than 2 points of accuracy ({_SIZES}).",
        paper_says="Turning 100 random bits over costs less than 1 point.",
        place="abstract",
        kind="effect",
        metric="100 * (eight.accuracy - eight.random_accuracy)",
        relation="<",
        margin=2.0,
        unit="points",
        paper_value="less than 1 point",
        paper_source="abstract of arXiv:1903.12269",
    ),
    Claim(
        id="c3",
        text=f"It takes more than 20 times as many random flips as chosen ones ({_SIZES}).",
        paper_says="The bits have to be chosen: random flips do next to nothing.",
        place="abstract and section 4",
        kind="ratio",
        metric="eight.random_flips / eight.flips",
        margin=20.0,
        unit="×",
    ),
    Claim(
        id="c4",
        text="At most 40 chosen flips do the same to the network with 6 and with 4 bits a weight.",
        paper_says="Networks of fewer bits a weight fall as well.",
        place="section 4",
        kind="exact",
        metric="max(six.flips, four.flips)",
        relation="<",
        margin=40.0,
        unit="flips",
        seeds=5,
        is_central=False,
    ),
    Claim(
        id="c5",
        text="13 flips bring a quantized ResNet-18 on ImageNet to 0.1 %.",
        paper_says="69.8 % to 0.1 % by 13 flips of 93 million bits.",
        place="abstract",
        kind="out_of_reach",
        paper_value="13 flips",
        paper_source="abstract of arXiv:1903.12269",
        reason="ImageNet and trained networks for it cannot be had as a package.",
    ),
    Claim(
        id="c6",
        text="The chosen bits can be turned over in the memory of a real machine.",
        paper_says="Row-hammer can turn over such bits.",
        place="section 1",
        kind="out_of_reach",
        reason="Needs particular memory chips and harms the machine it runs on.",
    ),
)

_COMMON = {"has_random": False, "bits": 8, "batch": 128, "rate": 1e-2, "most_flips": 100}

EXPERIMENT = Experiment(
    slug="bit-flip-attack",
    title="Bit-flip attack: a few chosen bits destroy a quantized network",
    version="1.0.0",
    paper=Paper(
        title="Bit-Flip Attack: Crushing Neural Network with Progressive Bit Search",
        authors=("Adnan Siraj Rakin", "Zhezhi He", "Deliang Fan"),
        year=2019,
        venue="ICCV",
        arxiv="1903.12269",
    ),
    claims=CLAIMS,
    arms=tuple(
        Arm(
            name,
            f"{bits} bits a weight, chosen flips" + ("; random flips too." if bits == 8 else "."),
            cost=20 if bits == 8 else 12,
            settings={"bits": bits, "has_random": bits == 8},
        )
        for name, bits in WIDTHS.items()
    ),
    presets={
        "smoke": {
            **_COMMON,
            "seeds": 2,
            "train": 2_000,
            "epochs": 2,
            "known": 64,
            "judged": 1_000,
            "repeats": 2,
            "most_random": 400,
            "look_every": 100,
            "channels": [8, 8, 16, 16, 32],
        },
        "laptop": {
            **_COMMON,
            "seeds": 5,
            "train": 8_000,
            "epochs": 3,
            "known": 128,
            "judged": 2_000,
            "repeats": 10,
            "most_random": 20_000,
            "look_every": 250,
            "channels": [16, 16, 32, 32, 64],
        },
        "gpu": {
            **_COMMON,
            "seeds": 5,
            "train": 60_000,
            "epochs": 20,
            "known": 256,
            "judged": 9_000,
            "repeats": 20,
            "most_random": 200_000,
            "look_every": 200,
            "channels": [64, 64, 128, 128, 256],
        },
    },
    run_unit=run_unit,
    data=(mnist.MNIST,),
    deviations=(
        "MNIST and a network of five convolutions with batch normalization and one linear layer "
        "(35,344 weights), on digits halved to 14x14 by a mean; the paper: CIFAR-10 and ImageNet, "
        "ResNets and AlexNet.",
        "Weights are quantized after training, by the largest of the layer; only weights can be "
        "flipped, biases and normalization cannot.",
        "One bit a layer is tried in each step. Bits that would lower the loss are not ranked.",
        "Destroyed means below 15 % of ten classes, on 2,000 test digits; the search reads the "
        "accuracy there to know when to stop, but chooses bits by 128 other digits alone.",
    ),
    worst={"flips": 1_000.0},
    figures=figures,
    checks=compare_with_twin,
)
