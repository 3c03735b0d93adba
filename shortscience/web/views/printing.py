"""Reading for the train: a list, or the best of a venue's year, as one page made to be printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shortscience.library.models import ListItem, ReadingList
from shortscience.pagestore.declare import about, naming, stored
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.summaries.of_venues import best_summaries
from shortscience.venues.models import Venue
from shortscience.web.onpaper import Piece

# With a page or two each it is a book already.
SUMMARIES_OF_A_YEAR = 30
PAPERS_OF_A_LIST = 100


@stored(by_row=True)
@require_safe
def venue_year(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """The best summaries of a venue's year."""
    venue = get_object_or_404(Venue, slug=slug)
    row = get_object_or_404(venue.years.filter(paper_count__gt=0), year=year)
    best = best_summaries(
        venue,
        year=year,
        years=[year],
        summarised=row.summarised_count,
        number=1,
        size=SUMMARIES_OF_A_YEAR,
    ).items
    if not best:
        raise Http404
    about(request, venue)
    for summary in best:
        # In hand already, with its whole name.
        summary.paper.venue = venue
    pieces = [Piece(summary.paper, summary) for summary in best]
    words = {"venue": venue.name, "year": year}
    title = _("Best summaries of %(venue)s %(year)s") if year else _("Best summaries of %(venue)s")
    back = reverse("venue-year", args=[slug, year])
    return _page(request, pieces, title=title % words, back=back)


@stored(by_row=True)
@require_safe
def reading_list(request: HttpRequest, list_id: int, slug: str) -> HttpResponse:
    """A reading list: each paper with its best summary and what the list says of it."""
    lists = ReadingList.objects.visible_to(request.user).select_related("owner")
    made = get_object_or_404(lists, pk=list_id)
    if made.slug != slug:
        return redirect("list-print", made.pk, made.slug)
    items = list(
        ListItem.objects.of(made).with_open_papers().in_order().for_list()[:PAPERS_OF_A_LIST]
    )
    best = _best_of(item.paper for item in items)
    about(request, made.owner, *(item.paper for item in items))
    pieces = [Piece(item.paper, best.get(item.paper_id), item.comment) for item in items]
    return _page(
        request, pieces, title=made.name, back=made.get_absolute_url(), by=made.owner.shown_name,
        description=made.description_html,
    )  # fmt: skip


def _best_of(papers: Iterable[Paper]) -> dict[int, Summary]:
    """Return {paper: its best public summary}."""
    ids = [paper.pk for paper in papers]
    ranked = Summary.objects.listed().filter(paper__in=ids).best_first()
    best: dict[int, int] = {}
    for paper, summary in ranked.values_list("paper_id", "pk"):
        best.setdefault(paper, summary)
    rows = Summary.objects.listed().for_entries().filter(pk__in=best.values())
    return {summary.paper_id: summary for summary in rows}


def _page(
    request: HttpRequest,
    pieces: Sequence[Piece],
    *,
    title: str,
    back: str,
    by: str = "",
    description: str = "",
) -> HttpResponse:
    summaries = [piece.summary for piece in pieces if piece.summary]
    naming(request, summaries, [piece.paper for piece in pieces])
    context = {
        "pieces": pieces,
        "title": title,
        "by": by,
        "description": description,
        "count": len(summaries),
        "back": back,
        "address": f"{settings.SITE_URL}{back}",
        "canonical": f"{settings.SITE_URL}{back}",
        "has_formulas": any(summary.has_math for summary in summaries),
    }
    return render(request, "print.html", context)
