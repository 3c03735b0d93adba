"""Wrong details: what we know of a paper, who said so, and how members correct it."""

from __future__ import annotations

from http import HTTPStatus

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shortscience.accounts.actions import require_member
from shortscience.lib.errors import Refused, TooFast
from shortscience.moderation.actions import require_moderator
from shortscience.moderation.merging import merge_papers
from shortscience.moderation.venues import edit_venue
from shortscience.pagestore.declare import stored
from shortscience.papers.corrections import Outcome, suggest
from shortscience.papers.fields import Field, value_of
from shortscience.papers.models import MetadataSuggestion, Paper
from shortscience.sources.refreshing import refresh as sources_say
from shortscience.summaries.corrected import settle
from shortscience.venues.models import Venue
from shortscience.web.comparing import change_of, details_of, rows_of, side_of, told_of
from shortscience.web.forms.curation import (
    CorrectionForm,
    MergeForm,
    ReasonForm,
    VenueForm,
)
from shortscience.web.kept import keep_text, take_kept_text
from shortscience.web.views.fetching import AskedTooOften

# A paper is corrected a few times in its life; more is a quarrel, and its newest part matters.
CHANGES_SHOWN = 100

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@stored()
@require_safe
def history(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    """The paper's details with their origin, what is suggested, and what was changed."""
    paper = _paper(request, paper_id)
    if (paper_id, slug) != (paper.pk, paper.slug):
        return redirect("paper-history", paper.pk, paper.slug, permanent=True)
    suggestions = paper.suggestions.select_related("by", "decided_by").order_by("-pk")
    changes = [change_of(suggestion) for suggestion in suggestions[:CHANGES_SHOWN]]
    merges = paper.merges.filter(undone_at__isnull=True).select_related("drop", "by")
    context = {
        "paper": paper,
        "details": details_of(paper),
        "waiting": [change for change in changes if change.suggestion.is_open],
        "changes": [change for change in changes if not change.suggestion.is_open],
        "notices": paper.notices.order_by("pk"),
        "merges": merges.order_by("-pk"),
        "reason_form": ReasonForm() if request.user.is_staff else None,
        "canonical": f"{settings.SITE_URL}{request.path}",
    }
    return render(request, "curation_history.html", context)


@never_cache
@read_or_send
def correct(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    """The form for one field."""
    paper = _paper(request, paper_id)
    field = _field(request)
    here = f"{reverse('paper-correct', args=[paper.pk, paper.slug])}?field={field.value}"
    if not request.user.is_authenticated:
        if request.method != "POST":
            return redirect_to_login(here)
        names = [name for name in CorrectionForm.base_fields if name in request.POST]
        return keep_text(request, path=here, fields={name: request.POST[name] for name in names})
    require_member(request.user)
    now = value_of(paper, field)
    if request.method != "POST":
        kept = take_kept_text(request, here)
        form = CorrectionForm(initial=kept, field=field, paper_value=now)
        return _correction_page(request, paper, form, was_kept=bool(kept))
    form = CorrectionForm(request.POST, field=field, paper_value=now)
    if not form.is_valid():
        return _correction_page(request, paper, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        outcome = _suggest(request, paper, form)
    except Refused as refusal:
        form.add_error("value", str(refusal))
        answer = _correction_page(request, paper, form, status=refusal.status)
        if isinstance(refusal, TooFast):
            answer["Retry-After"] = str(refusal.retry_after_s)
        return answer
    if outcome.is_applied:
        messages.success(request, _("Corrected. The paper shows it now."))
    else:
        messages.success(
            request, _("Thank you. It is shown as soon as a second member says the same.")
        )
    paper.refresh_from_db()
    return redirect("paper-history", paper.pk, paper.slug)


@never_cache
@require_POST
@login_required
def refresh(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    """Ask the sources again and show where they say something else."""
    member = require_member(request.user)
    paper = _paper(request, paper_id)
    if not ratelimit.consume(request, action="fetch_paper"):
        raise AskedTooOften
    refreshed = sources_say(paper, member=member)
    for reason in refreshed.reasons:
        messages.warning(request, str(reason))
    if refreshed.reasons:
        return redirect("paper-history", paper.pk, paper.slug)
    return render(
        request,
        "curation_refresh.html",
        {
            "paper": refreshed.paper,
            "sources": refreshed.sources,
            "told": [told_of(one) for one in refreshed.told],
        },
    )


@never_cache
@login_required
@read_or_send
def merge(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    """Join another paper to this one: look first, then send with a reason."""
    moderator = require_moderator(request.user)
    paper = _paper(request, paper_id)
    named = request.POST.get("other") or request.GET.get("other", "")
    form = MergeForm({"other": named, "reason": request.POST.get("reason", "")} if named else None)
    form.is_valid()
    other: Paper | None = form.cleaned_data.get("other") if form.is_bound else None
    if request.method == "POST" and form.is_valid() and other is not None:
        merge_papers(keep=paper, drop=other, by=moderator, reason=form.cleaned_data["reason"])
        messages.success(request, _("Merged. It stands in the public log and can be undone."))
        return redirect(paper)
    if request.method != "POST":
        # Only looking: a reason is not asked for yet.
        form.errors.pop("reason", None)
    context = {
        "paper": paper,
        "form": form,
        "other": other,
        "rows": rows_of(paper, other) if other else [],
        "sides": [side_of(paper), side_of(other)] if other else [],
    }
    is_wrong = request.method == "POST"
    return render(
        request,
        "curation_merge.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK,
    )


@never_cache
@login_required
@read_or_send
def venue_edit(request: HttpRequest, slug: str) -> HttpResponse:
    moderator = require_moderator(request.user)
    venue = get_object_or_404(Venue, slug=slug)
    if request.method != "POST":
        form = VenueForm(initial=VenueForm.initial_of(venue))
        return render(request, "curation_venue.html", {"venue": venue, "form": form})
    form = VenueForm(request.POST)
    if form.is_valid():
        try:
            edit_venue(
                moderator=moderator,
                venue=venue,
                details=form.details,
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            form.add_error("names", str(refusal))
        else:
            messages.success(request, _("Saved. It stands in the public log."))
            return redirect(venue)
    context = {"venue": venue, "form": form}
    return render(request, "curation_venue.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _paper(request: HttpRequest, paper_id: int) -> Paper:
    papers = Paper.objects.visible_to(request.user).numbered(paper_id).for_card()
    paper: Paper = get_object_or_404(papers)
    return paper


def _field(request: HttpRequest) -> Field:
    asked = request.GET.get("field", Field.TITLE.value)
    if asked not in Field.values:
        raise Http404
    return Field(asked)


def _suggest(request: HttpRequest, paper: Paper, form: CorrectionForm) -> Outcome:
    with transaction.atomic():
        outcome = suggest(
            member=request.user,
            paper=paper,
            field=form.field,
            value=form.cleaned_data["value"],
            note=form.cleaned_data["note"],
        )
        paper.refresh_from_db()
        settle(paper, was=outcome.was)
    return outcome


def _correction_page(
    request: HttpRequest,
    paper: Paper,
    form: CorrectionForm,
    *,
    was_kept: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    is_open = {"state": MetadataSuggestion.State.OPEN}
    waiting = paper.suggestions.filter(field=form.field, **is_open).order_by("pk")
    context = {
        "paper": paper,
        "form": form,
        "field": form.field,
        "fields": list(Field),
        "waiting": [change_of(suggestion) for suggestion in waiting[:CHANGES_SHOWN]],
        "was_kept": was_kept,
    }
    return render(request, "curation_correct.html", context, status=status)
