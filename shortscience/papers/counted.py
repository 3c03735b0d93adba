"""Where a paper is counted: its numbers there have to be counted again when it moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shortscience.papers.models import Paper


@dataclass(frozen=True, slots=True)
class Counted:
    """The venue, year and section of a paper before a change."""

    venue_id: int | None
    year: int | None
    section: str

    @classmethod
    def of(cls, paper: Paper) -> Counted:
        return cls(paper.venue_id, paper.year, paper.section)
