"""One measurement against its rule, as an SVG that the server draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shortscience.web.scales import Scale, said, scale_for

WIDTH = 240
LEFT, RIGHT = 6.0, 234.0
# Labels nearer than this to one another are left out.
APART = 34.0
Side = Literal[">", "<", "=="]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    text: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Drawing:
    """Places in the drawing's own units; `parts/interval.html` prints them."""

    zone_x: float
    zone_width: float
    rules: Sequence[float]
    low: float | None
    high: float | None
    mean: float
    seeds: Sequence[float]
    labels: Sequence[Label]
    view_box: str = f"0 0 {WIDTH} 50"


def interval_drawing(
    *,
    values: Sequence[float],
    mean: float,
    interval: tuple[float, float] | None,
    margin: float,
    relation: Side,
    is_log: bool = False,
) -> Drawing:
    """Return the drawing of values, their mean and its interval against a margin.

    Args:
        values: one per seed.
        interval: None for a check without one.
        relation: which side of the margin passes; "==" is within ±margin.
    """
    rules = [-margin, margin] if relation == "==" else [margin]
    scale = scale_for([*values, mean, *rules, *(interval or ())], LEFT, RIGHT, is_log=is_log)
    places = [scale(one) for one in rules]
    first, last = {
        ">": (places[0], RIGHT),
        "<": (LEFT, places[0]),
        "==": (places[0], places[-1]),
    }[relation]
    return Drawing(
        zone_x=first,
        zone_width=round(last - first, 2),
        rules=places,
        low=scale(interval[0]) if interval else None,
        high=scale(interval[1]) if interval else None,
        mean=scale(mean),
        seeds=[scale(one) for one in values],
        labels=_labels(scale, rules),
    )


def _labels(scale: Scale, rules: Sequence[float]) -> list[Label]:
    """Name the margins, and the ends of the scale where there is room."""
    labels = [Label(scale(one), said(one), _anchor(scale(one))) for one in rules]
    for end in (scale.ticks()[:1], scale.ticks()[-1:]):
        for tick in end:
            place = scale(tick)
            if all(abs(place - label.x) >= APART for label in labels):
                labels.append(Label(place, said(tick), _anchor(place)))
    return labels


def _anchor(place: float) -> Anchor:
    if place - LEFT < APART / 2:
        return "start"
    return "end" if RIGHT - place < APART / 2 else "middle"
