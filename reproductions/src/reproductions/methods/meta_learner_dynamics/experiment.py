"""Learners, meta-learners and Bayes: the runs that decide the claims of `claims.py`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

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
    Settings,
    Unit,
)
from reproductions.methods.meta_learner_dynamics import bayes, method
from reproductions.methods.meta_learner_dynamics.claims import CLAIMS

SINGULAR_VALUES = (1.0, 0.5)
MODES = 4
NOISE = 0.1
# Even questions on the circle; more than twice the highest mode that a network could show strongly.
QUESTIONS = 32
# Grid of U and V: twice as fine changes the Bayes-optimal strengths by less than 0.001.
ANGLES = 64
# Pairs that count for a meta-learner some of whose modes never reach half.
NEVER = 1000.0


def circle(x: Tensor) -> Tensor:
    """Return places (..., 1) of [0, 1) as points of a circle, (..., 2), each number of variance 1.

    Learner and meta-learner both see places this way: it says that 0 and 1 are neighbours, no more.
    """
    return math.sqrt(2) * method.waves(x[..., 0], 1)


Tasks = method.LinearTasks | method.FourierTasks


def draw_tasks(kind: str, count: int, draws: torch.Generator) -> Tasks:
    if kind == "linear":
        return method.LinearTasks.draw(count, torch.tensor(SINGULAR_VALUES), draws)
    return method.FourierTasks.draw(count, MODES, draws)


def draw_pairs(tasks: Tasks, steps: int, draws: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return x, normal or even on [0, 1), and y with noise: (T, B, D) each."""
    if isinstance(tasks, method.LinearTasks):
        x = torch.randn(steps, len(tasks.left), len(SINGULAR_VALUES), generator=draws)
    else:
        x = torch.rand(steps, len(tasks.coefficients), 1, generator=draws)
    return x, tasks.answers(x) + NOISE * torch.randn(x.shape, generator=draws)


def start(net: nn.Module, generator: torch.Generator) -> nn.Module:
    """Draw the first weights evenly in ±1/sqrt(inputs); of an LSTM its units count as inputs."""
    with torch.no_grad():
        for layer in net.modules():
            for weight in layer.parameters(recurse=False):
                fan = layer.hidden_size if isinstance(layer, nn.LSTM) else layer.in_features
                weight.uniform_(-(fan**-0.5), fan**-0.5, generator=generator)
    return net


def meta_learner(kind: str, hidden: int) -> method.MetaLearner:
    if kind == "linear":
        size = len(SINGULAR_VALUES)
        return method.MetaLearner(nn.Identity(), 3 * size, hidden, size)
    encoder = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
    return method.MetaLearner(encoder, 64, hidden, 1)


def meta_train(net: nn.Module, kind: str, context: Context) -> list[float]:
    """Train on new tasks in each update; return the mean squared error of each.

    The rate rises for 100 updates and then falls evenly to zero.
    """
    settings = context.settings
    updates = settings["updates"]
    draws = context.torch("tasks to train on")
    optimiser = torch.optim.Adam(net.parameters(), settings["rate"])
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda update: min(1.0, (update + 1) / 100) * (1 - update / updates)
    )
    losses = []
    for update in range(updates):
        tasks = draw_tasks(kind, settings["batch"], draws)
        x, y = (on(context, part) for part in draw_pairs(tasks, settings["pairs"], draws))
        optimiser.zero_grad()
        loss = (net(seen(kind, x), y) - y).square().mean()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if update % 100 == 99:
            context.say((update + 1) / updates)
    return losses


def seen(kind: str, x: Tensor) -> Tensor:
    """Return x as learner and meta-learner see it."""
    return x if kind == "linear" else circle(x)


def on(context: Context, part: Tensor) -> Tensor:
    return part.to(context.device, context.dtype)


def unseen_pairs(kind: str, context: Context) -> tuple[Tasks, Tensor, Tensor]:
    """Return the tasks that meta-learner and Bayes are compared on, and their pairs."""
    settings = context.settings
    tasks = draw_tasks(kind, settings["tests"], context.torch("tasks to test on"))
    x, y = draw_pairs(tasks, settings["pairs"], context.torch("pairs to test on"))
    return tasks, x, y


def growth(tasks: Tasks, estimate: Tensor) -> Tensor:
    """Return the strength of each mode by step, (T, K): the median over the tasks."""
    return tasks.strengths(estimate.cpu().float()).median(1).values


def bayes_growth(kind: str, tasks: Tasks, x: Tensor, y: Tensor) -> Tensor:
    """Return the growth under Bayes' rule; in float64, as the sums are over many candidates."""
    x, y = x.double(), y.double()
    if kind == "linear":
        grid = bayes.plane_maps(torch.tensor(SINGULAR_VALUES).double(), ANGLES)
        return growth(tasks, bayes.posterior_weights(grid, x, y, NOISE))
    return growth(tasks, bayes.posterior_coefficients(x, y, MODES, NOISE))


def meta_growth(kind: str, net: method.MetaLearner, tasks: Tasks, x: Tensor, y: Tensor) -> Tensor:
    if kind == "linear":
        return growth(tasks, net.effective_weights(x, y))
    places = torch.arange(QUESTIONS, dtype=x.dtype, device=x.device)[:, None] / QUESTIONS
    curves = net.questioned(circle(x), y, circle(places))[..., 0]  # (T, B, Q)
    return growth(tasks, method.curve_coefficients(curves, MODES))


def run_bayes(kind: str, context: Context) -> Outcome:
    tasks, x, y = unseen_pairs(kind, context)
    return outcome(bayes_growth(kind, tasks, x, y), 1)


def run_meta(kind: str, context: Context) -> Outcome:
    net = start(meta_learner(kind, context.settings["hidden"]), context.torch("weights"))
    net.to(context.device, context.dtype)
    losses = meta_train(net, kind, context)
    tasks, x, y = unseen_pairs(kind, context)
    found = meta_growth(kind, net, tasks, on(context, x), on(context, y))
    result = outcome(found, 1)
    result.values["distance"] = float((found - bayes_growth(kind, tasks, x, y)).abs().mean())
    result.values["loss"] = sum(losses[-100:]) / len(losses[-100:])
    return result


def run_linear_learner(context: Context) -> Outcome:
    """Train a linear network of two layers on each task, all side by side."""
    settings = context.settings
    size, width, per_step = len(SINGULAR_VALUES), settings["width"], settings["per_step"]
    tasks = draw_tasks("linear", settings["learners"], context.torch("tasks to test on"))
    count, draws = settings["learners"], context.torch("pairs to learn from")
    x = torch.randn(settings["steps"], count, per_step, size, generator=draws)
    y = x @ tasks.weights.mT + NOISE * torch.randn(x.shape, generator=draws)
    weights = context.torch("weights")
    first = settings["scale"] * torch.randn(count, width, size, generator=weights)
    second = settings["scale"] * torch.randn(count, size, width, generator=weights)
    given = (on(context, part) for part in (first, second, x, y))
    return outcome(
        growth(tasks, method.learn_linear(*given, settings["rate"])), 1, may_stop_short=True
    )


def run_fourier_learner(context: Context) -> Outcome:
    """Train a network of two hidden layers on each task, all side by side, with Adam."""
    settings = context.settings
    count, width, every = settings["learners"], settings["width"], settings["every"]
    tasks = draw_tasks("fourier", count, context.torch("tasks to test on"))
    draws, weights = context.torch("pairs to learn from"), context.torch("weights")
    layers = []
    for inputs, outputs in ((2, width), (width, width), (width, 1)):
        drawn = torch.randn(count, inputs, outputs, generator=weights) * (2 / inputs) ** 0.5
        layers += [on(context, drawn), on(context, torch.zeros(count, 1, outputs))]
    for part in layers:
        part.requires_grad_()
    optimiser = torch.optim.Adam(layers, settings["rate"])
    places = torch.arange(QUESTIONS)[:, None] / QUESTIONS  # (Q, 1)
    questions = on(context, circle(places).expand(count, -1, -1))  # (B, Q, 2)
    curves = []
    for step in range(settings["steps"]):
        if step % every == 0:
            curves.append(answers(layers, questions).detach()[..., 0])  # (B, Q)
            context.say(step / settings["steps"])
        x, y = draw_pairs(tasks, settings["per_step"], draws)  # (M, B, 1) each
        error = answers(layers, on(context, circle(x).transpose(0, 1)))
        error = error - on(context, y.transpose(0, 1))  # (B, M, 1)
        optimiser.zero_grad()
        error.square().mean((1, 2)).sum().backward()
        optimiser.step()
    estimate = method.curve_coefficients(torch.stack(curves), MODES)
    return outcome(growth(tasks, estimate), every, may_stop_short=True)


def answers(layers: Sequence[Tensor], x: Tensor) -> Tensor:
    """Return what B networks answer to their own x: (B, M, 1) for (B, M, 2)."""
    for weight, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        x = torch.baddbmm(bias, x, weight).relu()
    return torch.baddbmm(layers[-1], x, layers[-2])


def outcome(strengths: Tensor, every: int, *, may_stop_short: bool = False) -> Outcome:
    """Return the half-times of the modes and their curves (T, K), one row per `every` steps.

    A mode that never reaches half counts with the last step. For a learner that is a lower bound
    and against its claim; elsewhere `half_last` is then NEVER, so that who learned nothing is not
    taken for one who learns all at once.
    """
    end = (len(strengths) - 1) * every
    halves = [method.half_time(curve) * every for curve in strengths.T]
    values = {f"half_{k}": min(half, end) for k, half in enumerate(halves, 1)}
    values |= {f"final_{k}": float(last) for k, last in enumerate(strengths[-1], 1)}
    values["half_first"], values["half_last"] = min(halves[0], end), min(halves[-1], end)
    if math.inf in halves and not may_stop_short:
        values["half_last"] = NEVER
    thin = max(1, len(strengths) // 100)
    series = {f"strength_{k}": curve.tolist() for k, curve in enumerate(strengths[::thin].T, 1)}
    series["step"] = [float(every * step) for step in range(0, len(strengths), thin)]
    return Outcome(values, series, diverged=not bool(strengths.isfinite().all()))


def PARITY(context: Context) -> Tensor:  # noqa: N802 - the name that `reproduce check` looks for
    """Return the read-out's weights after three updates, the same on each device."""
    few = replace(context, settings={"updates": 3, "batch": 8, "pairs": 6, "rate": 1e-3})
    net = start(meta_learner("fourier", 16), context.torch("weights"))
    net.to(context.device, context.dtype)
    meta_train(net, "fourier", few)
    return net.readout.weight.detach()


def sizes(kind: str, settings: Settings) -> Settings:
    """Return the settings with the sizes of one kind of task under their plain names."""
    return {name.removeprefix(f"{kind}_"): value for name, value in settings.items()}


def run_unit(unit: Unit, context: Context) -> Outcome:
    kind, who = unit.arm.split("_")
    context = replace(context, settings=sizes(kind, context.settings))
    if who == "learner":
        return run_linear_learner(context) if kind == "linear" else run_fourier_learner(context)
    return run_meta(kind, context) if who == "meta" else run_bayes(kind, context)


def figures(results: Results) -> Sequence[Figure]:
    return tuple(
        _growth_figure(results, kind, who, about)
        for kind in ("linear", "fourier")
        for who, about in (
            ("learner", "learner, by step of gradient descent"),
            ("meta", "meta-learner, by pair seen"),
            ("bayes", "Bayes-optimal, by pair seen"),
        )
    )


def _growth_figure(results: Results, kind: str, who: str, about: str) -> Figure:
    arm = f"{kind}_{who}"
    modes = len(SINGULAR_VALUES) if kind == "linear" else MODES
    lines, told = [], []
    for k in range(1, modes + 1):
        name = f"s = {SINGULAR_VALUES[k - 1]:g}" if kind == "linear" else f"frequency {k}"
        curves = torch.tensor(results.series(arm, f"strength_{k}"))  # (seeds, points)
        low, high = curves.min(0).values.tolist(), curves.max(0).values.tolist()
        steps = results.series(arm, "step")[0]
        lines.append(Line(name, steps, curves.mean(0).tolist(), low, high))
        halves = results.values(arm, f"half_{k}")
        # Seeds that never reach half count with the end of the line.
        told.append(f"{name} reaches half at {sum(halves) / len(halves):.3g}")
        told[-1] += f" and ends at {sum(curves[:, -1].tolist()) / len(curves):.2f}"
    unit = "step" if who == "learner" else "pairs seen"
    title = f"{'Singular' if kind == 'linear' else 'Fourier'} modes: {about}"
    alt = f"Strength of each mode by {unit}: {', '.join(told)} (means over the seeds)."
    return Figure(arm.replace("_", "-"), title, alt, unit, "strength of the mode", tuple(lines))


def checks() -> Sequence[Check]:
    """Each piece against a formula of another kind."""
    return (_check_descent(), _check_normal_prior(), _check_kernel(), _check_grid())


def _check_descent() -> Check:
    """A mode under gradient flow: a(t) = s e / (e - 1 + s / a_0), e = exp(2 s t)  (Saxe 2013)."""
    s, a0, rate, steps = 0.8, 0.01, 1e-3, 4000
    start_at = torch.full((1, 1, 1), math.sqrt(a0), dtype=torch.float64)
    x = torch.ones(steps, 1, 1, 1, dtype=torch.float64)
    found = method.learn_linear(start_at, start_at, x, s * x, rate)[:, 0, 0, 0]
    grown = torch.exp(2 * s * rate * torch.arange(steps, dtype=torch.float64))
    error = float((found - s * grown / (grown - 1 + s / a0)).abs().max())
    return Check("gradient descent of a mode against the flow's closed form", error, 2e-3)


def _check_normal_prior() -> Check:
    """One number with a normal prior: the weighted candidates against the conjugate posterior."""
    draws = torch.Generator().manual_seed(3)
    x = torch.randn(5, 4, 1, generator=draws, dtype=torch.float64)
    y = 0.7 * x + 0.5 * torch.randn(5, 4, 1, generator=draws, dtype=torch.float64)
    even = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000
    candidates = torch.special.ndtri(even)[:, None, None]
    found = bayes.posterior_weights(candidates, x, y, 0.5)[-1, :, 0, 0]
    exact = (x * y)[:-1].sum(0)[:, 0] / (x.square()[:-1].sum(0)[:, 0] + 0.25)
    return Check("weighted candidates against a normal posterior", _most(found - exact), 1e-4)


def _check_kernel() -> Check:
    """Coefficients against the Gaussian process with kernel sum_k cos(2 pi k (x - x')) / K."""
    draws = torch.Generator().manual_seed(4)
    tasks = method.FourierTasks.draw(1, MODES, draws)
    x, y = (part.double() for part in draw_pairs(tasks, 9, draws))
    at = torch.linspace(0, 1, 20, dtype=torch.float64)
    found = method.waves(at, MODES) @ bayes.posterior_coefficients(x, y, MODES, NOISE)[-1, 0]

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return sum(torch.cos(2 * math.pi * k * (a[:, None] - b)) for k in range(1, 5)) / MODES

    known, values = x[:-1, 0, 0], y[:-1, 0, 0]
    noise = NOISE**2 * torch.eye(len(known), dtype=torch.float64)
    exact = kernel(at, known) @ torch.linalg.solve(kernel(known, known) + noise, values)
    return Check("posterior curve against a Gaussian process", _most(found - exact), 1e-9)


def _check_grid() -> Check:
    draws = torch.Generator().manual_seed(5)
    tasks = draw_tasks("linear", 32, draws)
    x, y = (part.double() for part in draw_pairs(tasks, 12, draws))
    values = torch.tensor(SINGULAR_VALUES).double()
    coarse, fine = (
        bayes.posterior_weights(bayes.plane_maps(values, angles), x, y, NOISE)
        for angles in (ANGLES, 2 * ANGLES)
    )
    return Check("grid of orthogonal maps against one twice as fine", _most(coarse - fine), 0.01)


def _most(errors: Tensor) -> float:
    return float(errors.abs().max())


EXPERIMENT = Experiment(
    slug="meta-learner-dynamics",
    title="Learning dynamics of meta-learners",
    version="1.0.0",
    paper=Paper(
        title="Meta-learners' learning dynamics are unlike learners'",
        authors=("Neil C. Rabinowitz",),
        year=2019,
        venue="arXiv",
        arxiv="1905.01320",
    ),
    claims=CLAIMS,
    arms=(
        Arm(
            "linear_learner",
            "linear network of two layers, plain gradient descent on one task",
            cost=0.3,
            settings={"width": 16, "per_step": 16, "scale": 0.01, "rate": 0.02},
        ),
        Arm(
            "linear_meta",
            "LSTM, meta-trained on linear maps",
            cost=20,
            settings={"hidden": 64, "rate": 5e-3},
        ),
        Arm("linear_bayes", "posterior mean over linear maps", cost=2),
        Arm(
            "fourier_learner",
            "network of two hidden layers of 64 ReLUs, Adam on one task",
            cost=5,
            settings={"width": 64, "per_step": 32, "every": 5, "rate": 1e-3},
        ),
        Arm(
            "fourier_meta",
            "LSTM, meta-trained on sums of four waves",
            cost=70,
            settings={"hidden": 96, "rate": 3e-3},
        ),
        Arm("fourier_bayes", "posterior mean over sums of four waves", cost=0.2),
    ),
    presets={
        "smoke": {
            "seeds": 2,
            "tests": 32,
            "learners": 8,
            "batch": 16,
            "linear_pairs": 8,
            "linear_updates": 120,
            "linear_steps": 700,
            "fourier_pairs": 12,
            "fourier_updates": 120,
            "fourier_steps": 400,
        },
        "laptop": {
            "seeds": 5,
            "tests": 256,
            "learners": 32,
            "batch": 64,
            "linear_pairs": 20,
            "linear_updates": 4000,
            "linear_steps": 700,
            "fourier_pairs": 30,
            "fourier_updates": 9000,
            "fourier_steps": 2000,
        },
        "gpu": {
            "seeds": 10,
            "tests": 512,
            "learners": 128,
            "batch": 512,
            "linear_pairs": 20,
            "linear_updates": 20_000,
            "linear_steps": 700,
            "fourier_pairs": 40,
            "fourier_updates": 100_000,
            "fourier_steps": 4000,
        },
    },
    run_unit=run_unit,
    deviations=(
        "Sizes are ours: maps of the plane with singular values 1 and 0.5, sums of four waves, "
        "noise of deviation 0.1, LSTMs of 64 and 96 units, minutes of meta-training.",
        "The LSTM is given the pair before (x and y) with each new x, not the y alone: with the y "
        "alone it did not come off the start on Fourier tasks within minutes.",
        "Places on [0, 1) are shown as points of a circle, to learner and meta-learner alike, and "
        "the Fourier meta-learner reads them through a small network of two layers.",
        "All Fourier modes have the same variance, so that Bayes' rule prefers none.",
        "The Bayes-optimal answers are computed (a grid over U and V; the normal posterior), not "
        "sampled.",
        "No bandits.",
    ),
    figures=figures,
    checks=checks,
)
