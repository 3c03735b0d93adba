"""Search: one box for words and identifiers. Looking never adds anything, and asks nobody else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from shortscience.lib.paging import page_number
from shortscience.search.results import find
from shortscience.search.suggesting import suggested
from shortscience.web.forms.search import narrow_of


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    narrow = narrow_of(request.GET)
    found = find(
        request.GET.get("q", ""),
        request.user,
        page=page_number(request.GET.get("page")),
        order=request.GET.get("order", ""),
        as_typed=request.GET.get("as") == "typed",
        narrow=narrow,
    )
    if found.paper is not None:
        return redirect(found.paper)
    context = {
        "found": found,
        "query": found.text,
        "narrow": narrow,
        "facets": {facet.name: facet.choices for facet in found.facets},
    }
    return render(request, "search.html", context)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Papers for what somebody is typing, as a piece of a list; for the script of the box."""
    papers = suggested(request.GET.get("q", ""), request.user)
    return render(request, "_suggestions.html", {"papers": papers})
