"""The filters beside the results, as an address holds them. Whatever makes no sense is left out."""

from __future__ import annotations

import re

from django.http import QueryDict

from shortscience.lib.sections import Section
from shortscience.search.narrow import HAS, Narrow

# Boxes that a person ticks; each costs a condition.
MOST_CHOSEN = 12

_SLUG = re.compile(r"[a-z0-9_-]{1,80}", re.IGNORECASE)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_SECTIONS = frozenset(section.value for section in Section if section)


def narrow_of(asked: QueryDict) -> Narrow:
    """Return what `venue`, `section`, `from`, `to` and `has` of an address ask for."""
    venues = dict.fromkeys(slug for slug in asked.getlist("venue") if _SLUG.fullmatch(slug))
    sections = dict.fromkeys(name for name in asked.getlist("section") if name in _SECTIONS)
    first, last = _year(asked.get("from", "")), _year(asked.get("to", ""))
    if first and last and first > last:
        first, last = last, first
    return Narrow(
        venues=tuple(venues)[:MOST_CHOSEN],
        sections=tuple(sections),
        first=first,
        last=last,
        has=tuple(thing for thing in HAS if thing in asked.getlist("has")),
    )


def _year(typed: str) -> int | None:
    return int(typed) if _YEAR.fullmatch(typed.strip()) else None
