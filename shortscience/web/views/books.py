"""A reading list, or the best of a venue's year, as a book for offline reading."""

from __future__ import annotations

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shortscience.accounts.querysets import Viewer
from shortscience.lib import epub
from shortscience.lib.errors import TooFast
from shortscience.library.models import ReadingList
from shortscience.pagestore.declare import about, naming, stored
from shortscience.summaries.of_venues import best_summaries
from shortscience.venues.models import Venue
from shortscience.web import books

# Each is up to two seconds of work.
BOOKS_AN_HOUR = 40
_HOUR_S = 3600


@stored(by_row=True)
@require_safe
def of_list(request: HttpRequest, list_id: int, slug: str) -> HttpResponse:
    visible = ReadingList.objects.visible_to(request.user).select_related("owner")
    made = get_object_or_404(visible, pk=list_id)
    if made.slug != slug:
        return redirect("list-book", made.pk, made.slug)
    plan = books.of_list(made)
    about(request, made.owner, *plan.papers)
    naming(request, plan.summaries)
    return _file(request, plan, made.slug)


@stored(by_row=True)
@require_safe
def of_year(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    venue = get_object_or_404(Venue, slug=slug)
    row = get_object_or_404(venue.years, year=year)
    best = best_summaries(
        venue,
        year=year,
        years=[year],
        summarised=row.summarised_count,
        number=1,
        size=books.MOST_OF_A_YEAR,
    ).items
    if not best:
        raise Http404
    about(request, venue)
    plan = books.of_year(venue, year, best)
    naming(request, best, plan.summaries)
    return _file(request, plan, f"{venue.slug}-{year}")


def _file(request: HttpRequest, plan: books.Plan, name: str) -> HttpResponse:
    _check_pace(request.user)
    return HttpResponse(
        books.as_file(plan),
        content_type=epub.MEDIA_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.epub"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _check_pace(reader: Viewer) -> None:
    """Let a member make so many books an hour. Those of strangers are made once, and stored."""
    if not reader.is_authenticated:
        return
    key = f"books:{reader.pk}"
    made = cache.get(key, 0)
    if made >= BOOKS_AN_HOUR:
        sentence = _("You took along many books within an hour. Try again later.")
        raise TooFast(sentence, retry_after_s=_HOUR_S)
    cache.set(key, made + 1, _HOUR_S)
