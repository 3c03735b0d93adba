"""Later work, as moderators see it: what was given up, what runs, what waits, what is planned."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shortscience.jobs.actions import drop, retry
from shortscience.jobs.models import Job
from shortscience.jobs.shown import planned, shown, shown_all
from shortscience.lib.paging import page_number, window
from shortscience.moderation import cases
from shortscience.moderation.actions import require_moderator
from shortscience.web.forms.jobs import JobForm

DEAD_PER_PAGE = 20
# What comes next; the rest is a number.
OTHERS_SHOWN = 20


@never_cache
@login_required
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """All that is open: the given up by page, of the others the first."""
    require_moderator(request.user)
    page = window(
        Job.objects.dead().newest_first(), page_number(request.GET.get("page")), DEAD_PER_PAGE
    )
    context = {
        "dead": shown_all(page.items),
        "page": page,
        "running": shown_all(Job.objects.running().newest_first()[:OTHERS_SHOWN]),
        "waiting": shown_all(Job.objects.waiting().next_first()[:OTHERS_SHOWN]),
        "counts": Job.objects.count_by_state(),
        "planned": planned(),
        "open": cases.count_open(),
    }
    return render(request, "staff_jobs.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job with its error, and what is decided about it."""
    require_moderator(request.user)
    found = get_object_or_404(Job, pk=job_id)
    form = JobForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if form.cleaned_data["do"] == "drop":
            drop(job=found)
            messages.success(request, _("Forgotten."))
        elif retry(job=found):
            messages.success(request, _("It runs again in a moment."))
        else:
            messages.success(request, _("The same work waits already; that one will do it."))
        return redirect("staff-jobs")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"each": shown(found), "open": cases.count_open()}
    return render(request, "staff_job.html", context, status=status)
