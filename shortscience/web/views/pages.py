"""Pages about the site, and the choice of its colours."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from shortscience.accounts.models import User
from shortscience.pagestore.declare import stored
from shortscience.papers.models import Paper
from shortscience.summaries.counts import ALL
from shortscience.summaries.models import SectionCount
from shortscience.venues.models import Venue
from shortscience.web.context import THEME_COOKIE, THEMES
from shortscience.web.writing_guide import chapters

# The name behind it changes with the drawing.
FAVICON_KEPT_S = 24 * 3600
THEME_KEPT_S = 365 * 24 * 3600
# Counting stops here: a page about the site must not read the whole of it.
COUNTED_AT_MOST = 10_000


@stored()
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    counts = SectionCount.objects.filter(section=ALL).first() or SectionCount(section=ALL)
    return render(
        request,
        "about.html",
        {
            "counts": counts,
            "papers": _at_most(Paper.objects.all()),
            "venues": _at_most(Venue.objects.with_papers()),
            "people": _at_most(User.objects.visible_to(AnonymousUser()).who_wrote()),
            "counted_at_most": COUNTED_AT_MOST,
            "operator_mail": settings.OPERATOR_MAIL,
            "counts_readers": settings.COUNT_READERS,
            "canonical": f"{settings.SITE_URL}{request.path}",
        },
    )


@stored()
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    canonical = f"{settings.SITE_URL}{request.path}"
    return render(request, "guide.html", {"chapters": chapters(), "canonical": canonical})


@stored()
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Which keys there are; the dialog that "?" opens is made of it."""
    return render(request, "keys.html", {"canonical": f"{settings.SITE_URL}{request.path}"})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Programs that read no page ask for this name."""
    answer = redirect(static("img/mark.svg"))
    answer["Cache-Control"] = f"public, max-age={FAVICON_KEPT_S}"
    return answer


@csrf_exempt  # It sets a cookie with one of three words; pages of strangers carry no token.
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", "")
    if chosen not in (*THEMES, "auto"):
        return HttpResponseBadRequest(_("Choose auto, light or dark."), content_type="text/plain")
    back = request.POST.get("next", "")
    # Without a host in the list only addresses of this site pass.
    is_safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    answer = redirect(back if is_safe and back.startswith("/") else "home")
    if chosen == "auto":
        answer.delete_cookie(THEME_COOKIE, samesite="Lax")
    else:
        answer.set_cookie(
            THEME_COOKIE,
            chosen,
            max_age=THEME_KEPT_S,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return answer


def _at_most(rows: QuerySet) -> int:  # type: ignore[type-arg]
    """Return how many rows there are, or COUNTED_AT_MOST when there are more."""
    return rows.order_by()[:COUNTED_AT_MOST].count()
