"""Is the sampled uncertainty better than a constant one, and larger where the net is wrong?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

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
    Results,
    Unit,
)
from reproductions.methods.mcbn import scores
from reproductions.methods.mcbn.claims import CLAIMS, PAPER
from reproductions.methods.mcbn.method import (
    BatchNorm,
    class_probabilities,
    draw_batches,
    gaussian,
    log_likelihood,
    sample_outputs,
)
from reproductions.parts import mnist, regression

BATCH = 32  # of the training, and so of the sampling
TABLES = {
    "diabetes": regression.diabetes,
    "dense": regression.dense,
    "sparse": regression.sparse,
}
# Variances tried on the validation part, of targets with variance 1: from a hundredth of a
# deviation to three deviations.
VARIANCES = torch.logspace(-4, 1, 80, dtype=torch.float64)
SHARES_KEPT = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


def run_unit(unit: Unit, context: Context) -> Outcome:
    if unit.arm == "formulas":
        return Outcome(values={"output_difference": output_difference(context.torch("formulas"))})
    return classify(context) if unit.arm == "digits" else regress(TABLES[unit.arm], context)


def perceptron(widths: tuple[int, ...], generator: torch.Generator) -> nn.Sequential:
    """Return a net of ReLU(BN(W u)) layers and a linear one, with He's normal weights."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths[:-1]):
        layers += [nn.Linear(inputs, outputs, bias=False), BatchNorm(outputs), nn.ReLU()]
    net = nn.Sequential(*layers, nn.Linear(*widths[-2:]))
    with torch.no_grad():
        for layer in net:
            if isinstance(layer, nn.Linear):
                drawn = torch.randn(layer.weight.shape, generator=generator)
                layer.weight.copy_(drawn * (2 / layer.in_features) ** 0.5)
        net[-1].bias.zero_()
    return net


def train(
    net: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    *,
    epochs: int,
    order_of: torch.Generator,
) -> None:
    """Train with Adam on whole batches alone: a smaller last one has other statistics."""
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=1e-3)
    net.train()
    for _epoch in range(epochs):
        order = torch.randperm(len(inputs), generator=order_of)
        for rows in order[: len(inputs) // BATCH * BATCH].split(BATCH):
            loss = loss_of(net(inputs[rows]), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    net.eval()


def regress(table: Callable[[], regression.Table], context: Context) -> Outcome:
    """Return scores of one table; outputs and errors are in deviations of the training targets."""
    parts = regression.split(table(), context.torch("split"))
    inputs, targets = (
        [on(context, getattr(part, kind)) for part in (parts.train, parts.validation, parts.test)]
        for kind in ("inputs", "targets")
    )
    net = perceptron((inputs[0].shape[1], 50, 50, 1), context.torch("weights"))
    net.to(context.device, context.dtype)
    train(
        net,
        inputs[0],
        targets[0],
        functional.mse_loss,
        epochs=context.settings["epochs"],
        order_of=context.torch("batches"),
    )

    count = context.settings["mini_batches"]
    batches = draw_batches(inputs[0], size=BATCH, count=count, generator=context.torch("sampling"))
    sampled = sample_outputs(net, batches, torch.cat(inputs[1:])).double().cpu()  # (T, Q, 1)
    with torch.no_grad():
        ordinary = net(torch.cat(inputs[1:])).double().cpu()  # (Q, 1)
    held_out = len(inputs[1])
    validation, test = (part.targets for part in (parts.validation, parts.test))
    return judge(
        (sampled[:, :held_out], ordinary[:held_out], validation),
        (sampled[:, held_out:], ordinary[held_out:], test),
    )


def on(context: Context, values: Tensor) -> Tensor:
    return values.to(context.device, context.dtype)


Part = tuple[Tensor, Tensor, Tensor]  # sampled (T, Q, 1), ordinary (Q, 1), targets (Q, 1)


def judge(validation: Part, test: Part) -> Outcome:
    """Return the scores on the test part, with variances chosen on the validation part."""

    def tuned(score: Callable[[Part, Tensor], float], *, is_larger_better: bool = False) -> float:
        sign = -1 if is_larger_better else 1
        return score(test, min(VARIANCES, key=lambda v: sign * score(validation, v)))

    sampled, ordinary, targets = test
    mean, deviation = sampled.mean(0), sampled.std(0)
    errors = (targets - mean).abs().flatten()
    own, constant = tuned(sampled_crps), tuned(constant_crps)
    best = scores.least_crps(errors).mean().item()
    rmse, rmse_sampled = (((targets - p) ** 2).mean().sqrt().item() for p in (ordinary, mean))
    return Outcome(
        values={
            "crps": own,
            "crps_gain": scores.gain(own, constant, best),
            "crps_gain_same_mean": scores.gain(own, tuned(constant_crps_same_mean), best),
            "likelihood_gain": scores.gain(
                tuned(sampled_likelihood, is_larger_better=True),
                tuned(constant_likelihood, is_larger_better=True),
                scores.greatest_log_likelihood(errors).mean().item(),
            ),
            "rank_correlation": scores.rank_correlation(deviation.flatten(), errors),
            "rmse": rmse,
            "rmse_ratio": rmse_sampled / rmse,
        },
        series={"error_of_fifth": error_of_fifths(deviation.flatten(), errors)},
    )


def sampled_crps(part: Part, variance: Tensor) -> float:
    mean, total = gaussian(part[0], variance)
    return scores.crps(mean, total.sqrt(), part[2]).mean().item()


def constant_crps(part: Part, variance: Tensor) -> float:
    return scores.crps(part[1], variance.sqrt(), part[2]).mean().item()


def constant_crps_same_mean(part: Part, variance: Tensor) -> float:
    return scores.crps(part[0].mean(0), variance.sqrt(), part[2]).mean().item()


def sampled_likelihood(part: Part, variance: Tensor) -> float:
    return log_likelihood(part[0], part[2], variance).mean().item()


def constant_likelihood(part: Part, variance: Tensor) -> float:
    return log_likelihood(part[1][None], part[2], variance).mean().item()


def error_of_fifths(deviation: Tensor, errors: Tensor) -> list[float]:
    """Return the mean absolute error of each fifth of the queries, the surest fifth first."""
    fifths = errors[deviation.argsort()].tensor_split(5)
    return [fifth.mean().item() for fifth in fifths]


def classify(context: Context) -> Outcome:
    """Return how well entropies tell errors on test digits from right answers."""
    settings = context.settings
    digits, tests = mnist.load(context.folder)
    digits = mnist.few(digits, settings["digits"] // 10, context.torch("digits"))
    tests = mnist.few(tests, settings["tests"] // 10, context.torch("tests"))
    inputs, queries = (on(context, one.images.flatten(1)) for one in (digits, tests))
    net = perceptron((784, 100, 100, 10), context.torch("weights"))
    net.to(context.device, context.dtype)
    labels = digits.labels.to(context.device)
    train(
        net,
        inputs,
        labels,
        functional.cross_entropy,
        epochs=settings["digit_epochs"],
        order_of=context.torch("batches"),
    )

    count = settings["mini_batches"] // 2
    batches = draw_batches(inputs, size=BATCH, count=count, generator=context.torch("sampling"))
    # A few hundred queries at a time: repeated for each batch they would take gigabytes.
    sampled = torch.cat(
        [class_probabilities(sample_outputs(net, batches, some)) for some in queries.split(200)]
    )
    with torch.no_grad():
        softmax = net(queries).softmax(-1)
    values, series = {}, {}
    for suffix, probabilities in (("", sampled), ("_softmax", softmax)):
        probabilities = probabilities.double().cpu()
        entropy = torch.special.entr(probabilities).sum(1)
        is_wrong = probabilities.argmax(1) != tests.labels
        values[f"area{suffix}"] = scores.area_under_roc(entropy, is_wrong)
        values[f"error{suffix}"] = is_wrong.double().mean().item()
        surest = is_wrong[entropy.argsort()].double()
        kept = [surest[: round(share * len(surest))] for share in SHARES_KEPT]
        series[f"error_of_kept{suffix}"] = [one.mean().item() for one in kept]
    return Outcome(values, series)


def output_difference(generator: torch.Generator) -> float:
    """Return the largest difference from torch's layer in training, one batch after the other.

    With its statistics taken from the batch, `functional.batch_norm` in training gives the batch's
    own outputs; the query's follow by the same mean and variance, held fixed.
    """
    net = perceptron((5, 8, 8, 2), generator).double().eval()
    batches = torch.randn(4, 6, 5, generator=generator, dtype=torch.float64)
    queries = torch.randn(3, 5, generator=generator, dtype=torch.float64)
    ours = sample_outputs(net, batches, queries, at_once=3)
    theirs = torch.stack([outputs_beside(net, batch, queries) for batch in batches])
    return (ours - theirs).abs().max().item()


@torch.no_grad()
def outputs_beside(net: nn.Sequential, batch: Tensor, queries: Tensor) -> Tensor:
    """Return the outputs (Q, K) of the queries with torch's layer in the place of ours."""
    for layer in net:
        if not isinstance(layer, BatchNorm):
            batch, queries = layer(batch), layer(queries)
            continue
        mean, variance = batch.mean(0), batch.var(0, correction=0)
        queries, _ = (
            functional.batch_norm(x, mean, variance, layer.weight, layer.bias, eps=layer.epsilon)
            for x in (queries, batch)
        )
        batch = functional.batch_norm(
            batch, None, None, layer.weight, layer.bias, training=True, eps=layer.epsilon
        )
    return queries


def checks() -> list[Check]:
    generator = torch.Generator().manual_seed(0)
    name = "outputs against torch.nn.functional.batch_norm, batch after batch, float64"
    mean, deviation, target = torch.tensor(0.3), torch.tensor(0.7), torch.tensor(1.1)
    x = torch.linspace(-12, 12, 400_001, dtype=torch.float64)
    below = torch.special.ndtr((x - mean) / deviation)
    integral = torch.trapezoid((below - (x >= target).double()) ** 2, x)
    closed = scores.crps(mean.double(), deviation.double(), target.double())
    return [
        Check(name, output_difference(generator), 1e-10),
        Check("CRPS against its integral", (closed - integral).abs().item(), 1e-4),
    ]


def figures(results: Results) -> Sequence[Figure]:
    gains = {name: results.values(name, "crps_gain") for name in TABLES}
    means = {name: sum(gain) / len(gain) for name, gain in gains.items()}
    return (
        Figure(
            "gains",
            "CRPS of each seed, from a constant variance (0) to the best for each point (100)",
            "Gain in CRPS by seed; means: "
            + ", ".join(f"{name} {mean:.1f} %" for name, mean in means.items()),
            "seed",
            "% of the way",
            [Line(name, range(len(gain)), gain) for name, gain in gains.items()],
            kind="points",
        ),
        Figure(
            "errors",
            "Error by sampled deviation",
            "Mean absolute error of the fifth of the test points with the smallest sampled "
            "deviation (1) to that with the largest (5); mean of the seeds and their range.",
            "fifth of the test points",
            "mean absolute error, in deviations of the target",
            [band(results, name, name, "error_of_fifth", range(1, 6)) for name in TABLES],
        ),
        Figure(
            "kept",
            "Error on the digits that the net is surest of",
            "Error rate on the surest share of the test digits, by either entropy.",
            "share kept",
            "error rate",
            [
                band(results, "digits", "sampled", "error_of_kept", SHARES_KEPT),
                band(results, "digits", "softmax", "error_of_kept_softmax", SHARES_KEPT),
            ],
        ),
    )


def band(results: Results, arm: str, name: str, series: str, x: Sequence[float]) -> Line:
    """Return the mean over the seeds with the lowest and the highest."""
    columns = list(zip(*results.series(arm, series), strict=True))
    mean = [sum(column) / len(column) for column in columns]
    return Line(name, list(x), mean, [min(c) for c in columns], [max(c) for c in columns])


EXPERIMENT = Experiment(
    slug="mcbn",
    title="Monte Carlo Batch Normalization",
    version="1.0.0",
    paper=PAPER,
    claims=CLAIMS,
    arms=(
        Arm("diabetes", "442 patients, ten measurements", cost=1),
        Arm("dense", "generated: Friedman's function, equally dense everywhere", cost=1.2),
        Arm("sparse", "generated: heavy-tailed inputs, few rows far out", cost=1.2),
        Arm("digits", "errors on MNIST digits", cost=4),
        Arm("formulas", "against torch's layer, batch after batch", seeds=1, cost=0.1),
    ),
    presets={
        "smoke": {
            "seeds": 2,
            "epochs": 4,
            "mini_batches": 20,
            "digit_epochs": 4,
            "digits": 300,
            "tests": 200,
        },
        "laptop": {
            "seeds": 20,
            "epochs": 100,
            "mini_batches": 200,
            "digit_epochs": 20,
            "digits": 2000,
            "tests": 2000,
        },
        "gpu": {
            "seeds": 20,
            "epochs": 100,
            "mini_batches": 1000,
            "digit_epochs": 20,
            "digits": 20000,
            "tests": 8000,
        },
    },
    run_unit=run_unit,
    data=(mnist.MNIST, regression.DIABETES, regression.DENSE, regression.SPARSE),
    deviations=(
        "One real table (diabetes) and two generated ones instead of eight real ones.",
        "The variance of the observation is the best of 80 on a validation part, for each score; "
        "weight decay (0.001), rate (Adam, 0.01) and epochs (100; 20 for digits) are never tuned.",
        "The best that a variance could do (100 %) is taken around the averaged prediction.",
        "For digits, the mean of the classes' probabilities over 100 mini-batches.",
    ),
    figures=figures,
    checks=checks,
)
