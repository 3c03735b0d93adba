"""Two summaries of one paper, beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shortscience.pagestore.declare import about, naming, stored
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.web.views.papers import SUMMARIES_SHOWN

_NUMBER = r"[1-9][0-9]{0,9}"


@stored(by_row=True, a=_NUMBER, b=_NUMBER)
@require_safe
def side_by_side(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    papers = Paper.objects.visible_to(request.user).for_card()
    paper = get_object_or_404(papers.numbered(paper_id))
    if (paper_id, slug) != (paper.pk, paper.slug):
        return redirect("paper-side-by-side", paper.pk, paper.slug, permanent=True)
    visible = Summary.objects.visible_to(request.user).of(paper).for_paper().best_first()
    summaries = list(visible[:SUMMARIES_SHOWN])
    if len(summaries) < 2:
        return redirect(paper)
    pair = _chosen(summaries, request.GET.get("a", ""), request.GET.get("b", ""))
    about(request, paper)
    naming(request, summaries)
    address = reverse("paper-side-by-side", args=[paper.pk, paper.slug])
    context = {
        "paper": paper,
        "summaries": summaries,
        "pair": pair,
        "sides": list(zip("ab", pair, strict=True)),
        "has_formulas": any(summary.has_math for summary in pair),
        "canonical": f"{settings.SITE_URL}{address}",
    }
    return render(request, "side_by_side.html", context)


def _chosen(summaries: Sequence[Summary], a: str, b: str) -> tuple[Summary, Summary]:
    """Return the two that are asked for, or the best that are not; never one twice."""
    by_number = {str(summary.pk): summary for summary in summaries}
    if not {a, b} - {""} <= by_number.keys():
        raise Http404
    left = by_number.get(a) or next(each for each in summaries if str(each.pk) != b)
    right = by_number.get(b)
    if right is None or right == left:
        right = next(each for each in summaries if each != left)
    return left, right
