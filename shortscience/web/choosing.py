"""In which order a paper's summaries stand, and for whom: told by the address alone.

So the page stays one that is stored for everybody, and a link to it shows what its sender saw.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shortscience.summaries.models import Summary
from shortscience.summaries.querysets import SummaryQuerySet

BEST, NEW, LEVEL = "best", "new", "level"
# What the pages that are stored know.
ORDERS = f"{NEW}|{LEVEL}"
LEVELS = "|".join(Summary.Level.values)


@dataclass(frozen=True, slots=True)
class Link:
    label: str | Promise
    url: str
    is_current: bool
    # What a script remembers for the next paper.
    level: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address of a paper's page asks for."""

    order: str = BEST
    # Of `Summary.Level`; "" for all.
    level: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Choice:
        order, level = request.GET.get("order", ""), request.GET.get("for", "")
        return cls(
            order if order in (NEW, LEVEL) else BEST,
            level if level in Summary.Level.values else "",
        )

    @property
    def is_usual(self) -> bool:
        """Whether it is what the prepared query of a paper's page knows."""
        return not self.level and self.order != LEVEL

    def on(self, summaries: SummaryQuerySet) -> SummaryQuerySet:
        chosen = summaries.for_level(self.level) if self.level else summaries
        match self.order:
            case "new":
                return chosen.recent_first()
            case "level":
                return chosen.by_level()
        return chosen.best_first()

    def orders(self, paper_url: str, levels: Collection[str]) -> list[Link]:
        """Return links to each order; by level only where the summaries have different ones."""
        named = [(BEST, _("Most helpful")), (NEW, _("Newest"))]
        if self.order == LEVEL or (not self.level and len(set(levels)) > 1):
            named.append((LEVEL, _("By level")))
        return [
            Link(label, replace(self, order=order)._url(paper_url), order == self.order)
            for order, label in named
        ]

    def levels(self, paper_url: str, levels: Collection[str]) -> list[Link]:
        """Return links to the summaries of each of these levels, and to all."""
        shown = [level for level in Summary.Level if level in levels]
        if not shown:
            return []
        links = [Link(_("everybody"), self._for("", paper_url), not self.level)]
        return links + [
            Link(_NAMES[level], self._for(level, paper_url), level == self.level, level)
            for level in shown
        ]

    def _for(self, level: str, paper_url: str) -> str:
        return replace(self, level=level)._url(paper_url)

    def _url(self, paper_url: str) -> str:
        asked = {"order": "" if self.order == BEST else self.order, "for": self.level}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{paper_url}?{query}#summaries" if query else f"{paper_url}#summaries"


_NAMES = {
    Summary.Level.NEW: _("those new to the field"),
    Summary.Level.NEIGHBOUR: _("neighbours of the field"),
    Summary.Level.EXPERT: _("experts"),
}
