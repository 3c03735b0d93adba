"""The addresses of the original site. Links to it live in papers, lists and programs for ever."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from shortscience.accounts.models import User
from shortscience.lib.errors import Refused
from shortscience.lib.plaintext import squeeze
from shortscience.papers.models import Paper
from shortscience.venues.models import Venue
from shortscience.web.views.papers import paper_response

# Longer than any key; what is longer is an accident.
MAX_KEY = 500

_YEAR = re.compile(r"[0-9]{4}")


class NoKey(Refused):
    def __init__(self) -> None:
        super().__init__(
            _("This address names no paper: after bibtexKey= a DOI, an arXiv id or a key belongs.")
        )


class NoName(Refused):
    def __init__(self) -> None:
        super().__init__(_("This address names nobody: after name= a handle belongs."))


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The page of a paper by any of its keys. Other sites use this as an API.

    Status 200 where somebody summarised it; 203, not for search engines, where nobody did.
    The page itself reads `a=HANDLE`, which asks for that person's summary alone.
    """
    key = _asked(request, "bibtexKey", "bibtexkey", "key")
    if not key:
        raise NoKey
    paper = _paper(request, key)
    if paper is None:
        context = {"key": key, "had_code": "code" in request.GET}
        return render(request, "unknown_paper.html", context, status=404)
    if paper.has_summary:
        return paper_response(request, paper)
    answer = paper_response(request, paper, status=203)
    answer["X-Robots-Tag"] = "noindex, follow"
    return answer


@require_safe
def venue(request: HttpRequest) -> HttpResponse:
    key = _asked(request, "key", "name").strip("/").lower()
    if not key:
        return redirect("venues", permanent=True)
    # A key of a paper names its venue too: conf/nips/VaswaniSPUJGKP17.
    for prefix in dict.fromkeys((key, "/".join(key.split("/")[:2]))):
        found = Venue.objects.with_prefix(prefix).first()
        if found is not None:
            break
    else:
        raise Http404
    year = _asked(request, "year", "amp;year")
    if _YEAR.fullmatch(year) and found.years.filter(year=int(year), paper_count__gt=0).exists():
        return redirect("venue-year", found.slug, int(year), permanent=True)
    return redirect(found, permanent=True)


@require_safe
def user(request: HttpRequest) -> HttpResponse:
    name = _asked(request, "name", "username")
    if not name:
        raise NoName
    person = User.objects.visible_to(request.user).by_handle(name).first()
    if person is None:
        raise Http404
    return redirect(person, permanent=True)


@require_safe
def users(request: HttpRequest) -> HttpResponse:
    return redirect("people", permanent=True)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("settings-export")
    return render(request, "export.html")


def _asked(request: HttpRequest, *names: str) -> str:
    """Return the first of these parameters that says something, on one line."""
    for name in names:
        if value := squeeze(request.GET.get(name, "")[:MAX_KEY]):
            return value
    return ""


def _paper(request: HttpRequest, key: str) -> Paper | None:
    """Find the paper; a plus that came unescaped has become a space on its way."""
    visible = Paper.objects.visible_to(request.user).for_card().with_notices_told()
    for form in dict.fromkeys((key, key.replace(" ", "+"))):
        found: Paper | None = visible.known_by(form).first()
        if found is not None:
            return found
    return None
