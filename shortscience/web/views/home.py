"""The front page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from shortscience.lib.errors import Sentence
from shortscience.lib.paging import Page, Sliceable, page_number, window
from shortscience.lib.sections import Section, parse_sections
from shortscience.pagestore.declare import PAGE, stored
from shortscience.summaries.counts import ALL
from shortscience.summaries.models import SectionCount, Summary
from shortscience.web import reads, rendering
from shortscience.web.listing import PER_PAGE, Entry, entries

TABS: dict[str, tuple[Sentence, str]] = {
    "popular": (_("Popular today"), "popular_first"),
    "recent": (_("Most recent"), "recent_first"),
    "best": (_("Highest rated"), "best_first"),
}
SECTIONS: dict[Section, Sentence] = {
    Section.CS: _("CompSci"),
    Section.BIO: _("Biology"),
    Section.PH: _("Physics"),
}
WANTED_SHOWN = 5
VENUES_SHOWN = 6
REPORTS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that picks a list."""

    label: Sentence
    href: str
    is_current: bool


@stored(tab="recent|best", s=r"[A-Za-z]{2,5}(,[A-Za-z]{2,5}){0,2}", page=PAGE)
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    rendering.settle_reader(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "popular"
    sections = parse_sections(request.GET.get("s"))
    number = page_number(request.GET.get("page"))
    counts = {row.section: row for row in reads.section_counts()}
    page = _page(tab, sections, number, _count(counts, sections), request)
    is_start = number == 1 and tab == "popular" and not sections
    context = {
        "page": page,
        "tabs": _tabs(tab, sections),
        "choices": _choices(tab, sections),
        "heading": TABS[tab][0],
        "is_welcome": is_start and not request.user.is_authenticated,
        "total": counts.get(ALL) or SectionCount(section=ALL),
        "wanted": reads.papers_awaiting_summary(WANTED_SHOWN),
        "reports": reads.latest_reports(REPORTS_SHOWN),
        "venues": reads.most_summarised_venues(VENUES_SHOWN),
        "canonical": request.build_absolute_uri(_address(tab, sections, number)),
    }
    return render(request, "home.html", context)


def _page(
    tab: str, sections: Sequence[Section], number: int, count: int, request: HttpRequest
) -> Page[Entry]:
    order = TABS[tab][1]
    rows: Sliceable[Summary]
    if number == 1 and not sections:
        rows = reads.first_listed(order, PER_PAGE + 1)
    else:
        rows = reads.listed(order).in_sections(sections)
    found: Page[Summary] = window(rows, number, PER_PAGE, count)
    # The count includes what readers voted down, which lists leave out: the end is where it ends.
    last = found.last if found.has_next else number
    return replace(found, items=entries(found.items, request), last=last)  # type: ignore[arg-type, return-value]


def _count(counts: dict[str, SectionCount], sections: Sequence[Section]) -> int:
    return sum(counts[key].summaries for key in (sections or (ALL,)) if key in counts)


def _address(tab: str, sections: Sequence[Section], number: int = 1) -> str:
    """Return the one address of a list: what is the default is not said."""
    said = {
        "tab": "" if tab == "popular" else tab,
        "s": ",".join(sections),
        "page": "" if number == 1 else str(number),
    }
    query = urlencode({name: value for name, value in said.items() if value}, safe=",")
    return reverse("home") + (f"?{query}" if query else "")


def _tabs(tab: str, sections: Sequence[Section]) -> list[Choice]:
    return [
        Choice(label, _address(name, sections), is_current=name == tab)
        for name, (label, _order) in TABS.items()
    ]


def _choices(tab: str, sections: Sequence[Section]) -> list[Choice]:
    everything = Choice(_("All"), _address(tab, ()), is_current=not sections)
    return [
        everything,
        *(
            Choice(label, _address(tab, (section,)), is_current=section in sections)
            for section, label in SECTIONS.items()
        ),
    ]
