"""One summary: alone, its source, ways to share it, votes on it."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shortscience.accounts.actions import require_member
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import SHOWN_AT_ALL
from shortscience.lib.errors import Refused
from shortscience.lib.licences import Licence
from shortscience.lib.prepared import numbered
from shortscience.pagestore.declare import about, is_read, naming, stored
from shortscience.summaries.models import Summary
from shortscience.voting.actions import vote_on_summary
from shortscience.voting.rules import NotThereToVoteOn
from shortscience.web import listing
from shortscience.web.links import reading_links
from shortscience.web.rendering import part
from shortscience.web.views.comments import new_form
from shortscience.web.views.readers import lately

_VOTES = {"1": 1, "-1": -1, "0": 0}


@stored(by_row=True)
@require_safe
def detail(request: HttpRequest, summary_id: int) -> HttpResponse:
    visible = Summary.objects.visible_to(request.user).for_listing()
    summary = get_object_or_404(visible, pk=summary_id)
    comments = Comment.objects.visible_to(request.user).about_texts().filter(summary=summary)
    drawn = list(comments.for_thread().oldest_first()[:SHOWN_AT_ALL])
    about(request, summary.paper)
    naming(request, [summary], drawn)
    (entry,) = listing.paper_entries(summary.paper, [summary], drawn, request)
    if summary.is_public and not entry.is_own:
        is_read(request, summary.paper)
    context = {
        "entry": entry,
        "has_formulas": summary.has_math,
        "summary": summary,
        "paper": summary.paper,
        "canonical": f"{settings.SITE_URL}{summary.get_absolute_url()}",
        "form": new_form(request, summary) if request.user.is_authenticated else None,
        "links": reading_links(summary.paper),
        "readers": lately(summary) if entry.is_own and settings.COUNT_READERS else None,
        "notes": _notes(drawn),
    }
    return render(request, "summary.html", context)


def _notes(drawn: Sequence[Comment]) -> list[Comment]:
    """Return the notes among these comments, in the order of the text; those gone come last."""
    standing = [note for note in drawn if note.note_on and not note.is_gone]
    return sorted(standing, key=lambda note: (note.passage.start is None, note.passage.start or 0))


@stored(by_row=True, raw="")
@require_safe
def source(request: HttpRequest, summary_id: int) -> HttpResponse:
    visible = Summary.objects.visible_to(request.user).select_related("paper", "author")
    summary = get_object_or_404(visible, pk=summary_id)
    about(request, summary.paper)
    naming(request, [summary])
    if "raw" not in request.GET:
        return render(request, "summary_source.html", {"summary": summary, "paper": summary.paper})
    return HttpResponse(
        summary.text,
        content_type="text/markdown; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="summary-{summary.pk}.md"',
            "Link": f'<{Licence(summary.licence).url}>; rel="license"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@stored(by_row=True)
@require_safe
def share(request: HttpRequest, summary_id: int) -> HttpResponse:
    visible = Summary.objects.visible_to(request.user).select_related("paper", "author")
    summary = get_object_or_404(visible, pk=summary_id)
    about(request, summary.paper)
    naming(request, [summary])
    url = f"{settings.SITE_URL}{summary.get_absolute_url()}"
    context = {
        "summary": summary,
        "paper": summary.paper,
        "url": url,
        "citation": _citation(summary, url),
        "markdown": f"[{_title(summary)}]({url})",
    }
    return render(request, "share.html", context)


@require_POST
def vote(request: HttpRequest, summary_id: int) -> HttpResponse:
    value = _VOTES.get(request.POST.get("value", ""))
    if value is None:
        raise Refused(_("A vote is up, down, or taken back."))
    # Found out before the write begins, which others wait for.
    member = require_member(request.user)
    try:
        summary = vote_on_summary(voter=member, summary=numbered(Summary, summary_id), value=value)
    except NotThereToVoteOn as unseen:
        raise Http404 from unseen
    back = _own_address(request) or f"{summary.paper.get_absolute_url()}#{summary.anchor}"
    if not _wants_fragment(request):
        return redirect(back)
    return HttpResponse(
        part(
            "votes",
            summary=summary,
            vote=value,
            own=False,
            reader=request.user,
            csrf_token=get_token(request),
            next=back,
        )
    )


def _own_address(request: HttpRequest) -> str:
    """Return where the form says it stands, if that is a place of this site."""
    given = request.POST.get("next", "")
    is_ours = given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if is_ours else ""


def _wants_fragment(request: HttpRequest) -> bool:
    return (
        request.headers.get("X-Fragment") == "votes"
        or request.headers.get("HX-Request") == "true"
        or request.headers.get("X-Requested-With") == "fetch"
    )


def _writer(summary: Summary) -> str:
    """Return who is shown as the writer: nobody for an anonymous text."""
    return summary.writers or _("Anonymous")


def _title(summary: Summary) -> str:
    words = {"title": summary.paper.title, "name": _writer(summary)}
    return _("Summary of “%(title)s” by %(name)s") % words


def _citation(summary: Summary, url: str) -> str:
    year = summary.published_at.year if summary.published_at else _("no date")
    paper = summary.paper
    words = {
        "name": _writer(summary),
        "year": year,
        "title": paper.title,
        "cite": f" ({paper.cite_label})" if paper.cite_label else "",
        "site": settings.SITE_NAME,
        "url": url,
    }
    return _("%(name)s (%(year)s). Summary of “%(title)s”%(cite)s. %(site)s. %(url)s") % words
