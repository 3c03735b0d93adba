"""Pictures that moderators hide, and bring back."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shortscience.images.models import Image
from shortscience.lib.paging import page_number, window
from shortscience.moderation import cases
from shortscience.moderation.actions import require_moderator
from shortscience.moderation.images import set_image_hidden
from shortscience.web.forms.moderation import ReasonForm

IMAGES_PER_PAGE = 30


@never_cache
@login_required
@require_safe
def images(request: HttpRequest) -> HttpResponse:
    """What is hidden. Others are reached from the texts that show them: some are private."""
    require_moderator(request.user)
    hidden = Image.objects.hidden().newest_first()
    page = window(hidden, page_number(request.GET.get("page")), IMAGES_PER_PAGE)
    return render(request, "staff_images.html", {"page": page, "open": cases.count_open()})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def image(request: HttpRequest, name: str) -> HttpResponse:
    """One image, to be hidden or brought back. It says nothing about who sent it."""
    moderator = require_moderator(request.user)
    finished = Image.objects.filter(file__isnull=False).select_related("file")
    found = get_object_or_404(finished, name=name)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        hidden = not found.is_hidden
        reason = form.cleaned_data["reason"]
        set_image_hidden(moderator=moderator, image=found, hidden=hidden, reason=reason)
        done = _("The image is hidden.") if hidden else _("The image is shown again.")
        messages.success(request, done)
        return redirect("staff-images")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "staff_image.html", {"image": found, "form": form}, status=status)
