"""One's keys for programs."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from shortscience.accounts.actions import require_member
from shortscience.accounts.keys import make_key, take_back
from shortscience.lib.errors import Refused
from shortscience.web.secret import secret_address


class KeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        help_text=gettext_lazy(
            "As “laptop” or “cluster”: so that you know later which to take back."
        ),
        max_length=40,
    )


@secret_address
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """One's keys. Making one is answered by the only page that shows it."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _key, secret = make_key(by=request.user, name=form.cleaned_data["name"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "secret_made.html", _shown_once(secret))
    keys = require_member(request.user).program_keys.order_by("pk")
    status = 400 if form.errors else 200
    return render(request, "settings_keys.html", {"keys": keys, "form": form}, status=status)


@require_POST
@login_required
def end(request: HttpRequest, number: int) -> HttpResponse:
    if take_back(by=request.user, number=number):
        messages.success(request, _("Taken back: nothing can be sent with that key any more."))
    return redirect("settings-keys")


def _shown_once(secret: str) -> dict[str, str]:
    return {
        "title": _("Your key"),
        "url": secret,
        "back": reverse("settings-keys"),
        "what": _("Whoever has this key can send reports in your name, and nothing else."),
        "again": _("It is shown only now: we keep no copy of it. You can make another one."),
    }
