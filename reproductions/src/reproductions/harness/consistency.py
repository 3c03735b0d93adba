"""What an experiment must keep to, so that its claims can be decided at all."""

from __future__ import annotations

from collections.abc import Iterator

from reproductions.contract import Claim, Experiment
from reproductions.harness import expressions

PRESETS = ("smoke", "laptop")


def problems(experiment: Experiment) -> list[str]:
    """Return what contradicts itself, one sentence each; nothing if all is well."""
    return [*_names(experiment), *_presets(experiment), *_claims(experiment)]


def _names(experiment: Experiment) -> Iterator[str]:
    arms = [arm.name for arm in experiment.arms]
    ids = [claim.id for claim in experiment.claims]
    for what, found in (("arm", arms), ("claim", ids)):
        if len(set(found)) < len(found):
            yield f"two of its {what}s have one name"
        if not found:
            yield f"it has no {what}s"
    for name in arms:
        if not name.isidentifier():
            yield f"the arm {name!r} cannot stand in an expression"


def _presets(experiment: Experiment) -> Iterator[str]:
    for preset in PRESETS:
        if preset not in experiment.presets:
            yield f"it has no preset {preset!r}"
    for name, settings in experiment.presets.items():
        seeds = settings.get("seeds")
        if not isinstance(seeds, int) or seeds < 1:
            yield f"the preset {name!r} does not say how many seeds"


def _claims(experiment: Experiment) -> Iterator[str]:
    if not any(claim.is_central for claim in experiment.claims):
        yield "no claim is central"
    for claim in experiment.claims:
        for what in _rule(claim, experiment):
            yield f"claim {claim.id} {what}"


def _rule(claim: Claim, experiment: Experiment) -> Iterator[str]:
    if claim.kind == "out_of_reach":
        if not claim.reason:
            yield "is out of reach and does not say why"
        return
    try:
        wanted = {arm for arm, _name in expressions.names(claim.metric)}
    except expressions.BadExpression as error:
        yield f"cannot be computed: {error}"
        return
    known = {arm.name: arm for arm in experiment.arms}
    if not wanted:
        yield "reads no arm"
    for arm in sorted(wanted - set(known)):
        yield f"reads the arm {arm!r}, which there is not"
    for arm in sorted(wanted & set(known)):
        most = known[arm].seeds
        if most is not None and most < claim.seeds:
            yield f"wants {claim.seeds} seeds, the arm {arm!r} has {most}"
    if (claim.kind == "equivalence") != (claim.relation == "==") and claim.kind != "exact":
        yield f"is of kind {claim.kind} and cannot ask for {claim.relation!r}"
    if claim.kind in ("ratio", "equivalence") and claim.margin <= 0:
        yield f"is of kind {claim.kind} and needs a margin above zero"
    if claim.kind != "exact" and claim.seeds < 2:
        yield "needs two seeds at least, for a spread"
