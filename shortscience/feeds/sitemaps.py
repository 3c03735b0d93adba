"""What search engines may find: an index, parts of 10,000 rows, and the rules for robots.

Parts are cut by number, not by counting: each costs the same however large the site is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Max, Model
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from shortscience.accounts.models import User
from shortscience.feeds.xml import element, in_chunks
from shortscience.lib.titles import slugify
from shortscience.pagestore.declare import stored
from shortscience.summaries.models import Summary
from shortscience.venues.models import Venue, VenueYear

ROWS_PER_PART = 10_000
KEPT_S = 3600
CONTENT_TYPE = "application/xml; charset=utf-8"
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

# Pages that search engines would only waste their and our time on.
CLOSED = (
    "/search", "/account/", "/settings", "/staff", "/write", "/report/", "/papers/add", "/theme",
    "/random", "/p/*/write", "/p/*/comment", "/s/*/edit", "/s/*/delete", "/s/*/comment",
    "/c/*/reply",
)  # fmt: skip

_PART = re.compile(r"([a-z]+)-([1-9][0-9]{0,8})")

# An address of a page, and when it last changed if that is known.
Place = tuple[str, datetime | None]


@stored()
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    rules = "".join(f"Disallow: {path}\n" for path in CLOSED)
    body = f"User-agent: *\n{rules}\nSitemap: {settings.SITE_URL}{reverse('sitemap')}\n"
    answer = HttpResponse(body, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = f"public, max-age={KEPT_S}"
    return answer


@stored()
@require_safe
def index(request: HttpRequest) -> StreamingHttpResponse:
    parts = [
        f"{name}-{number}"
        for name, (model, _places) in PARTS.items()
        for number in range(1, _count_of_parts(model) + 1)
    ]
    addresses = (settings.SITE_URL + reverse("sitemap-part", args=[part]) for part in parts)
    return _answer(
        "sitemapindex",
        (f"<sitemap>{element('loc', address)}</sitemap>\n" for address in addresses),
    )


@stored()
@require_safe
def part(request: HttpRequest, part: str) -> StreamingHttpResponse:
    asked = _PART.fullmatch(part)
    if asked is None or asked[1] not in PARTS:
        raise Http404
    model, places = PARTS[asked[1]]
    number = int(asked[2])
    if number > _count_of_parts(model):
        raise Http404
    last = number * ROWS_PER_PART
    return _answer("urlset", (_url(place) for place in places(last - ROWS_PER_PART + 1, last)))


def _count_of_parts(model: type[Model] | None) -> int:
    if model is None:
        return 1
    newest = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
    return -(-newest // ROWS_PER_PART)


def _site(_first: int, _last: int) -> Iterator[Place]:
    for name in ("home", "venues", "people", "about", "guide"):
        yield reverse(name), None


def _papers(first: int, last: int) -> Iterator[Place]:
    """Papers by their summaries: of ten million papers, those that somebody wrote about."""
    rows = (
        Summary.objects.public()
        .filter(pk__range=(first, last), paper__hidden_at__isnull=True)
        .order_by("pk")
        .values_list("paper_id", "paper__title", "published_at", "edited_at")
    )
    changed: dict[tuple[int, str], datetime | None] = {}
    for pk, title, *dates in rows:
        known = changed.get((pk, title))
        changed[pk, title] = max((date for date in (known, *dates) if date), default=None)
    for (pk, title), date in changed.items():
        yield reverse("paper", args=[pk, slugify(title)]), date


def _venues(first: int, last: int) -> Iterator[Place]:
    summarised = Venue.objects.with_summaries().filter(pk__range=(first, last)).order_by("pk")
    for venue in summarised:
        yield venue.get_absolute_url(), None


def _years(first: int, last: int) -> Iterator[Place]:
    rows = VenueYear.objects.filter(pk__range=(first, last), summarised_count__gt=0, year__gt=0)
    for slug, year in rows.order_by("pk").values_list("venue__slug", "year"):
        yield reverse("venue-year", args=[slug, year]), None


def _people(first: int, last: int) -> Iterator[Place]:
    writers = User.objects.visible_to(AnonymousUser()).who_wrote()
    for handle in (
        writers.filter(pk__range=(first, last)).order_by("pk").values_list("username", flat=True)
    ):
        yield reverse("person", args=[handle]), None


# The rows that a kind of part is numbered by, and its pages.
PARTS: dict[str, tuple[type[Model] | None, Callable[[int, int], Iterator[Place]]]] = {
    "site": (None, _site),
    "papers": (Summary, _papers),
    "venues": (Venue, _venues),
    "years": (VenueYear, _years),
    "people": (User, _people),
}


def _url(place: Place) -> str:
    path, changed = place
    lastmod = element("lastmod", changed.date().isoformat()) if changed else ""
    return f"<url>{element('loc', settings.SITE_URL + path)}{lastmod}</url>\n"


def _answer(root: str, rows: Iterable[str]) -> StreamingHttpResponse:
    def pieces() -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n'
        yield from rows
        yield f"</{root}>\n"

    answer = StreamingHttpResponse(in_chunks(pieces()), content_type=CONTENT_TYPE)
    answer["Cache-Control"] = f"public, max-age={KEPT_S}"
    return answer
