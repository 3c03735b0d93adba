"""The lines of a list: claims that were joined are one, those that look the same are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from shortscience.claims.models import Claim


@dataclass(frozen=True, slots=True)
class Line:
    """One claim, with those that were joined to it and those that look the same."""

    claim: Claim
    joined: list[Claim] = field(default_factory=list)
    alike: list[Claim] = field(default_factory=list)


def lines_of(claims: Sequence[Claim]) -> list[Line]:
    """Return one line for each claim of a paper, or for several that were joined.

    Where the kept claim of a join is not among them (its text is private, or was taken back), the
    others stand for themselves.
    """
    by_number = {claim.pk: claim for claim in claims}
    lines: dict[int, Line] = {}
    joined: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        kept = _kept(claim, by_number)
        if kept is claim:
            lines[claim.pk] = Line(claim)
        else:
            joined[kept.pk].append(claim)
    for pk, others in joined.items():
        lines[pk].joined.extend(others)
    _point_out_alike(lines.values())
    return list(lines.values())


def _kept(claim: Claim, by_number: dict[int, Claim]) -> Claim:
    """Return the claim that stands for this one among those that are shown."""
    while claim.merged_into_id is not None and claim.merged_into_id in by_number:
        claim = by_number[claim.merged_into_id]
    return claim


def _point_out_alike(lines: Iterable[Line]) -> None:
    groups: dict[Hashable, list[Line]] = defaultdict(list)
    for line in lines:
        if (key := what_it_says(line.claim)) is not None:
            groups[key].append(line)
    for group in groups.values():
        for line in group:
            line.alike.extend(other.claim for other in group if other is not line)


def what_it_says(claim: Claim) -> Hashable | None:
    """Return what two claims that say the same have in common; None where that cannot be told."""
    if not (claim.metric and claim.value):
        return None
    value = claim.value.lower() if claim.number is None else claim.number
    return claim.metric.lower(), claim.relation, value, claim.unit
