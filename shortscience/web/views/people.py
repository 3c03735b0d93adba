"""People: who writes here, and what each of them wrote under their name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.discussion.models import Comment
from shortscience.lib.avatars import avatar_svg
from shortscience.lib.paging import Page, page_number, window
from shortscience.lib.ranking import PRIOR_WEIGHT
from shortscience.library.models import ReadingList
from shortscience.pagestore.declare import (
    PAGE,
    about,
    naming,
    stored,
)
from shortscience.summaries import authors
from shortscience.summaries.models import Summary
from shortscience.voting.rules import SETTLED_AFTER
from shortscience.web import reads

PEOPLE_PER_PAGE = 48
SUMMARIES_PER_PAGE = 20
# A panel at the side.
LISTS_SHOWN = 20

# How sites write their own names.
SITES = {"shortscience.org": "ShortScience.org"}
AVATAR_KEPT_S = int(timedelta(days=1).total_seconds())


@dataclass(frozen=True, slots=True)
class Standing:
    """A SciScore and the numbers it is made of, so that everybody can follow it."""

    score: float
    papers: int
    votes: int
    mean: float
    weight: float = PRIOR_WEIGHT


@stored(order="summaries", page=PAGE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    by_count = request.GET.get("order") == "summaries"
    people = User.objects.visible_to(AnonymousUser()).who_wrote()
    people = people.most_summaries_first() if by_count else people.best_first()
    page: Page[User] = window(people, page_number(request.GET.get("page")), PEOPLE_PER_PAGE)
    if page.number > 1 and not page.items:
        raise Http404
    return render(
        request,
        "people.html",
        {
            "page": page,
            "order": "summaries" if by_count else "score",
            "canonical": f"{settings.SITE_URL}{request.path}",
            "is_extra": page.number > 1 or by_count,
        },
    )


@stored(by_row=True, order="new", page=PAGE)
@require_safe
def detail(request: HttpRequest, handle: str) -> HttpResponse:
    person = _person(handle, request.user)
    if person.username != handle:
        return redirect(person, permanent=True)
    newest = request.GET.get("order") == "new"
    # Only what carries the name, and nothing that only the writer may see: on one's own page too.
    summaries = reads.TextsOf(person, newest=newest)
    number = page_number(request.GET.get("page"))
    page: Page[Summary] = window(summaries, number, SUMMARIES_PER_PAGE, person.public_summaries)
    if number > 1 and not page.items:
        raise Http404
    authors.load(page.items)
    about(request, person)
    naming(request, page.items)
    return render(
        request,
        "person.html",
        {
            "person": person,
            "is_own": request.user == person,
            "page": page,
            "order": "new" if newest else "best",
            "comment_count": Comment.objects.visible_to(AnonymousUser())
            .standing()
            .by(person)
            .count(),
            "lists": ReadingList.objects.public()
            .of(person)
            .with_counts()
            .newest_first()[:LISTS_SHOWN],
            "standing": standing_of(person),
            "settled_days": SETTLED_AFTER.days,
            "origin": SITES.get(person.origin, person.origin),
            "canonical": f"{settings.SITE_URL}{request.path}",
            "is_extra": number > 1 or newest,
        },
    )


@stored(by_row=True)
@require_safe
def avatar(request: HttpRequest, handle: str) -> HttpResponseBase:
    """The drawing alone, for pages and programs that link to it."""
    person = _person(handle, AnonymousUser())
    about(request, person)
    drawing = avatar_svg(person.shown_name, person.username).encode()
    answer = HttpResponse(drawing, content_type="image/svg+xml")
    answer["ETag"] = f'"{blake2b(drawing, digest_size=8).hexdigest()}"'
    answer["Cache-Control"] = f"public, max-age={AVATAR_KEPT_S}"
    # An SVG opened by itself is a document: it may do nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


def standing_of(person: User) -> Standing | None:
    """Return the person's SciScore with its arithmetic, as counted last: the hourly job does it."""
    if not person.public_summaries or person.settled_papers is None:
        return None
    return Standing(
        score=person.sciscore,
        papers=person.settled_papers,
        votes=person.settled_votes or 0,
        mean=person.site_mean or 0.0,
    )


def _person(handle: str, viewer: Viewer) -> User:
    person: User | None = User.objects.visible_to(viewer).by_handle(handle).first()
    if person is None:
        raise Http404
    return person
