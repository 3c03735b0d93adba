"""Pictures of texts: sending one, one's own, and the files themselves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shortscience.accounts.actions import require_member
from shortscience.images.actions import remove_image
from shortscience.images.models import Image
from shortscience.images.rules import KEPT_UNUSED_FOR, MOST_BYTES
from shortscience.lib.errors import Refused
from shortscience.lib.paging import page_number, window
from shortscience.lib.pictures import PictureAddress
from shortscience.web.forms.images import ImageForm
from shortscience.web.picturing import take_picture
from shortscience.web.views.errors import plain, wants_a_sentence
from shortscience.web.views.media import KEPT_S, POLICY

# A screen or two of small pictures.
IMAGES_PER_PAGE = 30


@require_safe
def serve(request: HttpRequest, file: str) -> HttpResponseBase:
    """One size of an image. Who knows its address was shown a text with it.

    The answer tells nothing but the pixels: no date, no name, and the same for everybody.
    """
    address = PictureAddress.read(f"/i/{file}")
    if address is None:
        raise Http404
    is_small = request.path == address.small
    image = Image.objects.filter(name=address.name).select_related("file").first()
    if image is None or image.address != address or (is_small and not address.has_small):
        raise Http404
    if image.file is None or image.file.is_hidden:
        return _for_few(request, image, is_small=is_small)
    etag = f'"{address.name}{"-s" if is_small else ""}"'
    answer: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = _file(image.file.small_path if is_small else image.file.large_path, "image/webp")
    answer["ETag"] = etag
    answer["Cache-Control"] = f"public, max-age={KEPT_S}, immutable"
    return _guarded(answer)


def _for_few(request: HttpRequest, image: Image, *, is_small: bool) -> HttpResponseBase:
    """Return what is not for all: to its sender what waits, to staff what is hidden."""
    image = get_object_or_404(Image.objects.visible_to(request.user), pk=image.pk)
    if image.file is None:
        answer = _file(image.original, image.original_type)
    else:
        answer = _file(image.file.small_path if is_small else image.file.large_path, "image/webp")
    answer["Cache-Control"] = "private, no-store"
    return _guarded(answer)


def _file(path: str, media_type: str) -> HttpResponseBase:
    try:
        return FileResponse(default_storage.open(path), content_type=media_type)
    except FileNotFoundError:
        raise Http404 from None


def _guarded(answer: HttpResponseBase) -> HttpResponseBase:
    # Opened by itself, a file that calls itself a picture is still no page of ours.
    answer["Content-Security-Policy"] = POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    answer.headers.pop("Content-Disposition", None)
    return answer


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _index(request, ImageForm())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Take a picture in. A script gets its address; a form, the page of one's images."""
    if not request.user.is_authenticated:
        if wants_a_sentence(request):
            return plain(
                _("You are signed out. Sign in in another tab; your text stays here."), 403
            )
        return redirect_to_login(reverse("images"))
    if request.method != "POST":
        return redirect("images")
    try:
        taken = take_picture(request)
    except Refused as refusal:
        if wants_a_sentence(request):
            raise
        form = ImageForm(request.POST)
        form.is_valid()
        form.add_error(None, str(refusal))
        return _index(request, form, status=refusal.status)
    if wants_a_sentence(request):
        return JsonResponse({"address": taken.image.address.large}, status=201)
    told = _("Your image is here. Put this line into your text where it belongs:")
    messages.success(request, format_html("{} <code>{}</code>", told, taken.source))
    return redirect("images")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Show the image and ask, then remove it."""
    mine = Image.objects.owned_by(require_member(request.user)).select_related("file")
    image = get_object_or_404(mine, name=name)
    if request.method != "POST":
        return render(request, "image_delete.html", {"image": image})
    remove_image(image=image, by=request.user)
    messages.success(request, _("The image is removed."))
    return redirect("images")


def _index(request: HttpRequest, form: ImageForm, *, status: int = 200) -> HttpResponse:
    member = require_member(request.user)
    own = Image.objects.owned_by(member)
    page = window(own.newest_first(), page_number(request.GET.get("page")), IMAGES_PER_PAGE)
    context = {
        "page": page,
        "form": form,
        "used_bytes": own.total_bytes(),
        "most_bytes": MOST_BYTES,
        "kept_days": KEPT_UNUSED_FOR.days,
    }
    return render(request, "images.html", context, status=status)
