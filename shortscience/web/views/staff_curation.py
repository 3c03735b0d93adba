"""What moderators decide about papers: pairs that may be one, corrections, merges to undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shortscience.lib.paging import page_number, window
from shortscience.moderation import cases
from shortscience.moderation.actions import require_moderator
from shortscience.moderation.merging import keep_apart, merge_papers, undo_merge
from shortscience.papers import corrections
from shortscience.papers.models import DoubtfulPair, MetadataSuggestion, PaperMerge
from shortscience.papers.pairs import open_pairs
from shortscience.summaries.corrected import settle
from shortscience.web.comparing import Row, Side, change_of, reasons_of, rows_of, side_of
from shortscience.web.forms.curation import PairForm, ReasonForm

# Two papers side by side fill half a screen.
PAIRS_PER_PAGE = 10
SUGGESTIONS_PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Pair:
    """A doubtful pair as the page prints it."""

    pair: DoubtfulPair
    reasons: Sequence[str]
    sides: Sequence[Side]
    rows: Sequence[Row]
    form: PairForm


@never_cache
@login_required
@require_safe
def doubtful(request: HttpRequest) -> HttpResponse:
    """Pairs of papers that may be one, what waits longest first."""
    require_moderator(request.user)
    page = window(open_pairs(), page_number(request.GET.get("page")), PAIRS_PER_PAGE)
    shown = [_shown(pair, PairForm(auto_id=f"pair-{pair.pk}-%s")) for pair in page.items]
    context: dict[str, object] = {"pairs": shown, "page": page}
    return _doubtful_page(request, context)


@never_cache
@require_POST
@login_required
def pair(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Decide about one pair."""
    moderator = require_moderator(request.user)
    doubt = get_object_or_404(open_pairs(), pk=pair_id)
    form = PairForm(request.POST, auto_id=f"pair-{doubt.pk}-%s")
    if not form.is_valid():
        context: dict[str, object] = {"pairs": [_shown(doubt, form)]}
        return _doubtful_page(request, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    match form.cleaned_data["do"]:
        case "different":
            keep_apart(pair=doubt, by=moderator)
            messages.success(request, _("They stay two papers. Nobody is asked again."))
        case kept:
            keep, drop = doubt.first, doubt.second
            if kept == "second":
                keep, drop = drop, keep
            reason = form.cleaned_data["reason"]
            merge_papers(keep=keep, drop=drop, by=moderator, reason=reason)
            messages.success(request, _("Merged. It stands in the public log and can be undone."))
    return redirect("staff-doubtful")


@never_cache
@require_POST
@login_required
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Undo a merge."""
    moderator = require_moderator(request.user)
    merge = get_object_or_404(PaperMerge.objects.select_related("keep", "drop"), pk=merge_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a reason: it stands in the public log."))
        return redirect("paper-history", merge.keep.pk, merge.keep.slug)
    undone = undo_merge(merge=merge, by=moderator, reason=form.cleaned_data["reason"])
    messages.success(request, _("Parted again. It stands in the public log."))
    return redirect(undone.drop)


@never_cache
@login_required
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Corrections that wait for a second member or a moderator."""
    require_moderator(request.user)
    waiting = (
        MetadataSuggestion.objects.filter(
            state=MetadataSuggestion.State.OPEN, paper__merged_into__isnull=True
        )
        .select_related("paper", "by")
        .order_by("pk")
    )
    page = window(waiting, page_number(request.GET.get("page")), SUGGESTIONS_PER_PAGE)
    changes = [change_of(suggestion) for suggestion in page.items]
    context = {"changes": changes, "page": page, "open": cases.count_open()}
    return render(request, "curation_suggestions.html", context)


@never_cache
@require_POST
@login_required
def suggestion(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    """Accept, decline or revert one correction; `do` says which."""
    moderator = require_moderator(request.user)
    found = get_object_or_404(MetadataSuggestion.objects.select_related("paper"), pk=suggestion_id)
    acts = {"accept": corrections.accept, "revert": corrections.revert}
    wanted = request.POST.get("do", "")
    if wanted == "decline":
        corrections.decline(moderator=moderator, suggestion=found)
        messages.success(request, _("Declined."))
    elif wanted in acts:
        with transaction.atomic():
            outcome = acts[wanted](moderator=moderator, suggestion=found)
            found.paper.refresh_from_db()
            settle(found.paper, was=outcome.was)
        done = _("Corrected.") if wanted == "accept" else _("It says again what it said before.")
        messages.success(request, done)
    if request.POST.get("back") == "list":
        return redirect("staff-suggestions")
    found.paper.refresh_from_db()
    return redirect("paper-history", found.paper.pk, found.paper.slug)


def _shown(pair: DoubtfulPair, form: PairForm) -> Pair:
    first, second = pair.first, pair.second
    return Pair(
        pair, reasons_of(pair), [side_of(first), side_of(second)], rows_of(first, second), form
    )


def _doubtful_page(
    request: HttpRequest, context: dict[str, object], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    context["open"] = cases.count_open()
    return render(request, "curation_doubtful.html", context, status=status)
