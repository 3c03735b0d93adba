"""The versions of a summary: their list, one, what differs between two, bringing one back."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shortscience.lib.differences import passages_between
from shortscience.pagestore.declare import about, naming, stored
from shortscience.summaries import revisions
from shortscience.summaries.actions import as_read, restore_version, withdraw_version
from shortscience.summaries.models import Summary, SummaryRevision
from shortscience.web.forms.revisions import CompareForm, HistoryForm, RestoreForm


@stored(by_row=True)
@require_safe
def history(request: HttpRequest, summary_id: int) -> HttpResponse:
    summary = _summary(request, summary_id)
    form = HistoryForm(request.GET)
    before = form.cleaned_data["before"] if form.is_valid() else None
    versions, has_more = revisions.history(summary, request.user, before=before)
    context = {
        **_page_of(summary, request),
        "versions": versions,
        "older_than": versions[-1].number if has_more else None,
        "is_first_page": before is None,
    }
    return render(request, "summary_history.html", context)


# It reads the papers that it cites when it is made: any of them can change it.
@stored()
@require_safe
def detail(request: HttpRequest, summary_id: int, number: int) -> HttpResponse:
    """One version, rendered now by the renderer of today."""
    summary = _summary(request, summary_id)
    revision = _version(summary, request, number)
    context = {
        **_page_of(summary, request),
        "revision": revision,
        "rendered": as_read(revision.text, id_prefix=f"r{revision.number}-"),
    }
    return render(request, "summary_revision.html", context)


@require_safe
def compare(request: HttpRequest, summary_id: int) -> HttpResponse:
    summary = _summary(request, summary_id)
    form = CompareForm(request.GET)
    if not form.is_valid():
        return redirect("summary-history", summary.pk)
    older, newer = (_version(summary, request, number) for number in form.numbers)
    context = {
        **_page_of(summary, request),
        "older": older,
        "newer": newer,
        "difference": passages_between(older.text, newer.text),
    }
    return render(request, "summary_compare.html", context)


@require_POST
@login_required
def restore(request: HttpRequest, summary_id: int, number: int) -> HttpResponse:
    summary = _summary(request, summary_id)
    form = RestoreForm(request.POST)
    form.is_valid()
    restored = restore_version(
        summary=summary,
        number=number,
        base_version=form.cleaned_data.get("base_version"),
        by=request.user,
    )
    words = {"number": number, "new": restored.version}
    messages.success(request, _("Version %(number)d is back, as version %(new)d.") % words)
    return redirect("summary-history", summary.pk)


@require_POST
@login_required
def withdraw(request: HttpRequest, summary_id: int, number: int) -> HttpResponse:
    """Hide an older version of one's own text from others, or show it again."""
    summary = _summary(request, summary_id)
    again = request.POST.get("do") == "show"
    withdraw_version(summary=summary, number=number, by=request.user, again=again)
    if again:
        messages.success(request, _("Version %(number)d is shown again.") % {"number": number})
    else:
        told = _("Version %(number)d is withdrawn: only its authors read it.")
        messages.success(request, told % {"number": number})
    return redirect("summary-history", summary.pk)


def _summary(request: HttpRequest, summary_id: int) -> Summary:
    visible = Summary.objects.visible_to(request.user).select_related("paper__venue", "author")
    summary: Summary = get_object_or_404(visible, pk=summary_id)
    about(request, summary.paper)
    naming(request, [summary])
    return summary


def _version(summary: Summary, request: HttpRequest, number: int) -> SummaryRevision:
    found = revisions.numbered(summary, request.user, number)
    if found is None:
        raise Http404
    return found


def _page_of(summary: Summary, request: HttpRequest) -> dict[str, object]:
    return {
        "summary": summary,
        "paper": summary.paper,
        "is_own": summary.is_by(request.user),
        "canonical": f"{settings.SITE_URL}{summary.get_absolute_url()}",
    }
