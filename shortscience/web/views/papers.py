"""A paper's page, its BibTeX, and a way to be surprised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import randint

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shortscience.accounts.querysets import Viewer
from shortscience.claims.lines import lines_of
from shortscience.claims.models import Claim
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import SHOWN_AT_ALL
from shortscience.evidence.models import ExternalEvidence, Report
from shortscience.lib.paging import Page, Sliceable, page_number, window
from shortscience.lib.plaintext import squeeze
from shortscience.library.models import ReadingList
from shortscience.pagestore.declare import PAGE, about, is_read, naming, stored
from shortscience.papers.bibtex import as_bibtex
from shortscience.papers.models import Paper
from shortscience.search.related import related
from shortscience.summaries import authors
from shortscience.summaries.models import Summary
from shortscience.web import listing, reads, rendering
from shortscience.web.choosing import LEVELS, NEW, ORDERS, Choice
from shortscience.web.evidence import standings_of
from shortscience.web.forms.comments import CommentForm
from shortscience.web.links import reading_links
from shortscience.web.views.library import place_of

# More summaries than any paper of the original site has; a page of them is still a page.
SUMMARIES_SHOWN = 50
REPORTS_SHOWN = 5
# A panel at the side; the rest is one link away.
CITING_SHOWN = 10
CITING_AT_ALL = 200
CITED_SHOWN = 10
LISTS_SHOWN = 5
# Of people without a page, too: when one has a page again, the stored pages learn of it.
LISTS_READ = 20
RELATED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class CitedBy:
    """Summaries of other papers that cite this one, as far as they are shown, and their number."""

    summaries: Sequence[Summary]
    count: int
    is_cut: bool


@require_safe
def by_number(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.visible_to(request.user).numbered(paper_id))
    return _to_its_address(request, paper, "paper")


@stored(by_row=True, order=ORDERS, page=PAGE, comments="all", cited="all", **{"for": LEVELS})
@require_safe
def detail(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    paper = reads.paper(paper_id, request.user)
    if paper is None:
        raise Http404
    if (paper_id, slug) != (paper.pk, paper.slug):
        return _to_its_address(request, paper, "paper")
    return paper_response(request, paper)


@stored(by_row=True)
@require_safe
def bibtex(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    papers = Paper.objects.visible_to(request.user).for_card()
    paper = get_object_or_404(papers.numbered(paper_id))
    if (paper_id, slug) != (paper.pk, paper.slug):
        return _to_its_address(request, paper, "paper-bibtex")
    about(request, paper)
    return HttpResponse(
        as_bibtex(paper),
        content_type="text/x-bibtex; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{paper.slug}.bib"'},
    )


@require_safe
@never_cache
def random_summary(request: HttpRequest) -> HttpResponse:
    """Lead to a summary near a random number: the cost does not grow with their count."""
    first = Summary.objects.order_by("pk").values_list("pk", flat=True).first()
    last = Summary.objects.order_by("-pk").values_list("pk", flat=True).first()
    for _attempt in range(3):
        if first is None or last is None:
            break
        near = Summary.objects.filter(pk__gte=randint(first, last)).order_by("pk")  # noqa: S311
        # The condition is read off the rows, since an index on it would mean sorting all of them.
        rows = near.values_list("pk", "is_public", "paper__hidden_at")[:50]
        public = next((pk for pk, is_public, hidden in rows if is_public and not hidden), None)
        if public is not None:
            return redirect("summary", public)
    newest = Summary.objects.listed().in_index_order().recent_first().first()
    return redirect(newest) if newest else redirect("home")


def paper_response(request: HttpRequest, paper: Paper, status: int = 200) -> HttpResponse:
    """Return the paper's page; `paper` is one that the viewer may see."""
    rendering.settle_reader(request)
    choice = Choice.of(request)
    named = _named(request, paper, squeeze(request.GET.get("a", "")))
    summaries = _summaries(request, paper, named, choice)
    nobody_for = choice.level if choice.level and not summaries.items else ""
    if nobody_for:
        choice = replace(choice, level="")
        summaries = _summaries(request, paper, named, choice)
    comments = _comments(request, paper, summaries.items)
    entries = listing.paper_entries(paper, summaries.items, comments, request)
    cited_by = _cited_by(paper, show_all=request.GET.get("cited") == "all")
    cites, related_ = _cites(paper, summaries.items), _related(paper, request.user)
    claims = _claims(paper, entries, request.user)
    about(request, paper)
    naming(request, claims, summaries.items, comments, cited_by.summaries, cites, related_)
    if not any(entry.is_own for entry in entries):
        is_read(request, paper)
    lists = _lists(request, paper)
    reports, external = _tried(paper, request.user)
    senders = [one.uploader for one in reports] + [one.uploader for one in external]
    naming(request, {sender for sender in senders if sender is not None})
    url, levels = paper.get_absolute_url(), _levels(request, paper, summaries, choice)
    on_paper = [comment for comment in comments if comment.summary_id is None]
    context = {
        "paper": paper,
        # Nearly no paper has one, and the query that found the paper knows.
        "notices": paper.notices.order_by("pk") if getattr(paper, "has_notices", True) else (),
        "paper_url": url,
        "canonical": f"{settings.SITE_URL}{url}",
        "entries": entries,
        "has_formulas": any(one.has_math for one in summaries.items)
        or any(claim.has_math for claim in claims),
        "claims": lines_of(claims),
        "standings": standings_of(claims),
        "page": summaries,
        "levels": choice.levels(url, levels),
        "orders": choice.orders(url, levels),
        "level": choice.level,
        "nobody_for": nobody_for,
        "only": named,
        "is_nobody": "a" in request.GET and named is None,
        "own": next((entry.summary for entry in entries if entry.is_own), None),
        "questions_of": paper.pk if any(_asks(one) for one in comments) else None,
        "discussion": listing.thread(on_paper, count=paper.comment_count),
        "form": CommentForm() if request.user.is_authenticated else None,
        "links": reading_links(paper),
        "bibtex": as_bibtex(paper),
        "cited_by": cited_by,
        "cites": cites,
        "related": related_,
        "lists": lists,
        "reports": reports,
        "external": external,
        "place": place_of(request, paper),
    }
    return HttpResponse(rendering.page(request, "paper", context), status=status)


def _tried(paper: Paper, viewer: Viewer) -> tuple[list[Report], list[ExternalEvidence]]:
    """Return reports on the paper, and what was found elsewhere; the paper's query knows if any."""
    if not getattr(paper, "is_tried", True):
        return [], []
    external = ExternalEvidence.objects.visible_to(viewer).on(paper).newest_first()
    return (
        reads.reports_on(paper, viewer, REPORTS_SHOWN),
        list(external.select_related("uploader")[:REPORTS_SHOWN]),
    )


def _to_its_address(request: HttpRequest, paper: Paper, name: str) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    address = reverse(name, args=[paper.pk, paper.slug])
    return redirect(f"{address}?{query}" if query else address, permanent=True)


def _named(request: HttpRequest, paper: Paper, handle: str) -> Summary | None:
    """Return the summary that this person wrote under their name.

    Somebody who wrote an anonymous one is to this page somebody who wrote none.
    """
    if not handle:
        return None
    visible = Summary.objects.visible_to(request.user).of(paper).for_paper()
    return visible.under_a_name().filter(author__username__iexact=handle).first()


def _summaries(
    request: HttpRequest, paper: Paper, named: Summary | None, choice: Choice
) -> Page[Summary]:
    if named is not None:
        return Page(items=[named], number=1, has_next=False, has_previous=False)
    number, is_new = page_number(request.GET.get("page")), choice.order == NEW
    visible: Sliceable[Summary]
    if number == 1 and choice.is_usual:
        visible = reads.summaries_of(paper, request.user, newest=is_new, count=SUMMARIES_SHOWN + 1)
    else:
        visible = Summary.objects.visible_to(request.user).of(paper).for_paper()
        visible = choice.on(visible)
    count = None if choice.level else paper.summary_count
    return window(visible, number, SUMMARIES_SHOWN, count)


def _levels(request: HttpRequest, paper: Paper, shown: Page[Summary], choice: Choice) -> set[str]:
    """Return the levels of the paper's summaries; asked for only where not all are shown."""
    if not choice.level and not shown.has_next and not shown.has_previous:
        return {summary.level for summary in shown.items}
    visible = Summary.objects.visible_to(request.user).of(paper)
    return set(visible.order_by().values_list("level", flat=True).distinct())


def _comments(request: HttpRequest, paper: Paper, summaries: Sequence[Summary]) -> list[Comment]:
    if request.GET.get("comments") != "all":
        return reads.comments_on(paper, summaries, request.user)
    visible = Comment.objects.visible_to(request.user).on(paper).shown_with(summaries)
    return list(visible.first_of_each_thread(SHOWN_AT_ALL).for_thread().oldest_first())


def _cited_by(paper: Paper, *, show_all: bool) -> CitedBy:
    limit = CITING_AT_ALL if show_all else CITING_SHOWN
    found = reads.citing(paper, limit)
    authors.load(found)
    count = vars(found[0])["number"] if found else 0
    return CitedBy(found, count, is_cut=count > limit)


def _claims(paper: Paper, entries: Sequence[listing.Entry], viewer: Viewer) -> list[Claim]:
    """Return the paper's claims; nothing is asked where none is to be seen.

    The paper's count is that of the public ones: a text that not everybody reads may have more.
    """
    some_read_more = any(not entry.summary.is_public for entry in entries)
    if not (paper.claim_count or some_read_more):
        return []
    found = reads.claims_of(paper, viewer)
    for claim in found:
        claim.paper = paper
        if claim.summary is not None:
            claim.summary.paper = paper
    return found


def _cites(paper: Paper, summaries: Sequence[Summary]) -> list[Paper]:
    """Return the papers that the public summaries of this page cite, each once."""
    public = [summary for summary in summaries if summary.is_public]
    rows = reads.cited_in(public, paper, 5 * CITED_SHOWN)
    cited = {row.paper_id: row.paper for row in rows if row.paper}
    return list(cited.values())[:CITED_SHOWN]


def _asks(comment: Comment) -> bool:
    return comment.is_question and not comment.is_gone


def _lists(request: HttpRequest, paper: Paper) -> list[ReadingList]:
    """Return public lists with the paper; most are in none, and the query that found it knows."""
    if not getattr(paper, "is_listed", True):
        return []
    found = reads.lists_with(paper, LISTS_READ)
    naming(request, (one.owner for one in found))
    return [one for one in found if one.owner.has_page][:LISTS_SHOWN]


def _related(paper: Paper, viewer: Viewer) -> list[Paper]:
    """Return the papers most like this one; none, at no cost, where there is no index."""
    ids = related(paper, RELATED_SHOWN)
    if not ids:
        return []
    found = {paper.pk: paper for paper in reads.papers(ids, viewer)}
    return [found[pk] for pk in ids if pk in found]
