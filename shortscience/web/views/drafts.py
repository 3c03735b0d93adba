"""One's own drafts: what was typed and not published. Saving one is the editor's business."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shortscience.accounts.actions import require_member
from shortscience.summaries.drafts import throw_away
from shortscience.summaries.models import Draft
from shortscience.summaries.rules import DRAFTS_KEPT_FOR


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    drafts = Draft.objects.owned_by(require_member(request.user)).for_list().newest_first()
    rows = [(draft, _editor_of(draft)) for draft in drafts]
    return render(request, "drafts.html", {"rows": rows, "kept_days": DRAFTS_KEPT_FOR.days})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show the draft and ask, then throw it away."""
    mine = Draft.objects.owned_by(require_member(request.user)).select_related("paper__venue")
    draft = get_object_or_404(mine, pk=draft_id)
    if request.method != "POST":
        context = {"draft": draft, "paper": draft.paper, "editor_url": _editor_of(draft)}
        return render(request, "draft_delete.html", context)
    throw_away(draft=draft, by=request.user)
    messages.success(request, _("The draft is gone."))
    return redirect("drafts")


def _editor_of(draft: Draft) -> str:
    if draft.summary_id is not None:
        return reverse("summary-edit", args=[draft.summary_id])
    return reverse("summary-write", args=[draft.paper.pk, draft.paper.slug])
