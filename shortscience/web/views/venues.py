"""Venues and their years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from shortscience.lib.paging import Page, page_number, window
from shortscience.pagestore.declare import PAGE, about, naming, stored
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.summaries.of_venues import best_summaries, papers_without_summary
from shortscience.venues.models import Venue, VenueYear
from shortscience.web.listing import PER_PAGE, entries

# Three columns of twenty: one look down the page.
VENUES_PER_PAGE = 60
# What the row of tabs holds on a wide page; the rest is one step away, "older".
YEARS_SHOWN = 10
# Papers at the side that wait for a summary; the page with all of them holds more.
WAITING_SHOWN = 6
WAITING_PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Tabs:
    """The years in the row of tabs, and the nearest ones on either side of it."""

    years: Sequence[int]
    newer: int | None = None
    older: int | None = None
    # Papers whose year nobody knows have a list of their own.
    has_undated: bool = False


@stored(order="name", page=PAGE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    by_name = request.GET.get("order") == "name"
    venues = Venue.objects.with_papers()
    # The slug is the short name in lower case and has an index.
    venues = venues.order_by("slug") if by_name else venues.most_summarised_first()
    page: Page[Venue] = window(venues, page_number(request.GET.get("page")), VENUES_PER_PAGE)
    if page.number > 1 and not page.items:
        raise Http404
    return render(
        request,
        "venues.html",
        {
            "page": page,
            "order": "name" if by_name else "most",
            "canonical": f"{settings.SITE_URL}{request.path}",
            "is_extra": page.number > 1 or by_name,
        },
    )


@stored(by_row=True, page=PAGE)
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    if not slug.islower():
        return redirect("venue", slug.lower(), permanent=True)
    venue = Venue.objects.filter(slug=slug).first()
    if venue is None:
        # It turned out to be another venue, which kept its address.
        return redirect(get_object_or_404(Venue, keys__scheme="slug", keys__value=slug))
    return _show(request, venue, None)


@stored(by_row=True, page=PAGE, list="papers")
@require_safe
def year(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    if not slug.islower():
        return redirect("venue-year", slug.lower(), year, permanent=True)
    venue = get_object_or_404(Venue, slug=slug)
    return _show(request, venue, year)


def _show(request: HttpRequest, venue: Venue, year: int | None) -> HttpResponse:
    rows = list(venue.years.filter(paper_count__gt=0).order_by("-year"))
    this = next((row for row in rows if row.year == year), None)
    if year is not None and this is None:
        raise Http404
    number = page_number(request.GET.get("page"))
    shows_waiting = this is not None and request.GET.get("list") == "papers"
    # On the page of all years, the newest year with such papers stands for them.
    waiting_in = this or next((row for row in rows if row.without_summary), None)
    waiting = _waiting(venue, waiting_in, number if shows_waiting else 1, whole=shows_waiting)
    page = None if shows_waiting else _best(venue, this, rows, number)
    items = (page or waiting).items
    about(request, venue)
    naming(request, page.items if page else (), waiting.items)
    if number > 1 and not items:
        raise Http404
    return render(
        request,
        "venue.html",
        {
            "venue": venue,
            "years": rows,
            "year": this,
            "tabs": _tabs([row.year for row in rows], year),
            "since": min((row.year for row in rows if row.year), default=None),
            "page": page,
            "entries": entries(page.items, request) if page else (),
            "waiting": waiting,
            "waiting_in": waiting_in,
            "shows_waiting": shows_waiting,
            "canonical": f"{settings.SITE_URL}{request.path}",
            "is_extra": number > 1 or shows_waiting,
        },
    )


def _best(
    venue: Venue, this: VenueYear | None, rows: Sequence[VenueYear], number: int
) -> Page[Summary]:
    return best_summaries(
        venue,
        year=this.year if this else None,
        years=[row.year for row in rows if row.summarised_count],
        summarised=this.summarised_count if this else venue.summarised_count,
        number=number,
        size=PER_PAGE,
    )


def _waiting(venue: Venue, row: VenueYear | None, number: int, *, whole: bool) -> Page[Paper]:
    """A page of the year's papers that have no summary: all of them, or a few for the side."""
    size = WAITING_PER_PAGE if whole else WAITING_SHOWN
    if row is None or not row.without_summary:
        return window([], number, size, 0)
    papers = papers_without_summary(venue, row.year)
    papers = papers.select_related("venue").defer("abstract", "details")
    return window(papers, number, size, row.without_summary)


def _tabs(years: Sequence[int], current: int | None) -> Tabs:
    """Return YEARS_SHOWN years around the current one, newest first."""
    has_undated = 0 in years
    years = [year for year in years if year]
    if len(years) <= YEARS_SHOWN + 1:
        return Tabs(years, has_undated=has_undated)
    at = years.index(current) if current in years else 0
    first = min(max(0, at - YEARS_SHOWN // 2), len(years) - YEARS_SHOWN)
    last = first + YEARS_SHOWN
    return Tabs(
        years[first:last],
        newer=years[first - 1] if first else None,
        older=years[last] if last < len(years) else None,
        has_undated=has_undated,
    )
