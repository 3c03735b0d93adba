"""Members tell the moderators about something."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.claims.models import Claim
from shortscience.discussion.models import Comment
from shortscience.evidence.models import ExternalEvidence
from shortscience.evidence.models import Report as RunReport
from shortscience.lib.errors import NotAllowed
from shortscience.library.models import ReadingList
from shortscience.moderation.actions import Target, in_words
from shortscience.moderation.actions import report as report_target
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.web.forms.moderation import ReportForm


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, kind: str, target_id: int) -> HttpResponse:
    target = _visible(request.user, kind, target_id)
    if _is_own(request.user, target):
        raise NotAllowed(_("This is your own. You can change or delete it yourself."))
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        report_target(
            reporter=request.user,
            target=target,
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
        )
        messages.success(request, _("Thank you. A moderator will look at it."))
        return redirect(target)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {
        "form": form,
        "target": target,
        "target_url": target.get_absolute_url(),
        "kind": kind,
        "words": in_words(target),
    }
    return render(request, "report.html", context, status=status)


def _visible(viewer: Viewer, kind: str, pk: int) -> Target:
    """Return what the viewer sees and reports, or answer 404."""
    things: dict[str, QuerySet[Any]] = {  # Any: eight models
        "summary": Summary.objects.visible_to(viewer).select_related("paper", "author"),
        "comment": Comment.objects.visible_to(viewer).standing().select_related("paper", "author"),
        "paper": Paper.objects.visible_to(viewer),
        "person": User.objects.visible_to(viewer),
        "reading_list": ReadingList.objects.visible_to(viewer),
        "claim": Claim.objects.visible_to(viewer).select_related("paper", "summary"),
        "run_report": RunReport.objects.visible_to(viewer).select_related(
            "version__reproduction__paper", "uploader"
        ),
        "external_evidence": ExternalEvidence.objects.visible_to(viewer).select_related(
            "paper", "uploader"
        ),
    }
    if kind not in things:
        raise Http404
    target: Target = get_object_or_404(things[kind], pk=pk)
    return target


def _is_own(viewer: Viewer, target: Target) -> bool:
    match target:
        case Summary() | Comment() | ReadingList() | Claim():
            return target.is_by(viewer)
        case RunReport() | ExternalEvidence():
            return target.named_author == viewer
        case User():
            return target == viewer
    return False
