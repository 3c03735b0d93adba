"""Who told each field of a paper, and when.

Stored small, since there are millions: {"": ["arXiv", "2026-11-22"], "venue": ["DBLP", …]}.
The empty name stands for every field that has no entry of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

# What a reader sees of a paper, in the order of its page.
SHOWN = ("title", "authors", "year", "venue", "published_on", "keywords", "abstract")
REST = ""
# Where people and not a source said so; as long as `Paper.source`.
MEMBERS = "members"
MAX_SOURCE = 60

Told = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a field comes from; `day` is None where it was not noted."""

    field: str
    source: str
    day: date | None


def first_told(source: str, day: date) -> dict[str, list[str]]:
    """Return the provenance of a paper that one source told us of."""
    return {REST: [source[:MAX_SOURCE], day.isoformat()]}


def told(before: Told, fields: Iterable[str], source: str, day: date) -> dict[str, list[str]]:
    """Return the provenance after the source gave these fields."""
    after = dict(before)
    for name in fields:
        after[name] = [source[:MAX_SOURCE], day.isoformat()]
    return after


def origin_of(provenance: Told, field: str, *, source: str = "") -> Origin:
    """Return who told the field; `source` is the paper's own, for rows older than this."""
    who, day = provenance.get(field) or provenance.get(REST) or [source, ""]
    return Origin(field, who, date.fromisoformat(day) if day else None)


def by_members(provenance: Told) -> set[str]:
    """Return the fields that members corrected: no source has the last word on them."""
    return {name for name, (who, _day) in provenance.items() if name and who == MEMBERS}
