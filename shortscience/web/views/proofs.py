"""Proving that an account at ORCID or GitHub is one's own."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from shortscience.accounts import proofs
from shortscience.accounts.actions import require_member
from shortscience.accounts.models import Proof, User
from shortscience.lib.errors import TooFast
from shortscience.sources import http
from shortscience.sources.errors import SourceError
from shortscience.sources.owners import is_named
from shortscience.web.forms.proofs import ProofForm

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Proofs:
    """What the settings print: what is proven, how to prove, and the form."""

    proven: list[Proof]
    page: str
    form: ProofForm
    can_ask: bool


@never_cache
@require_POST
def prove(request: HttpRequest) -> HttpResponse:
    """Ask the other site whether it links the person's page here; or forget that it did."""
    person = require_member(request.user)
    form = ProofForm(request.POST)
    if form.is_valid():
        service = Proof.Service(form.cleaned_data["service"])
        if form.cleaned_data["take_back"]:
            proofs.take_back(person=person, service=service)
            messages.success(request, _("Forgotten, with what was shown because of it."))
            return redirect("settings")
        if _is_proven(request, person, service, form):
            proofs.prove(person=person, service=service, name=form.cleaned_data["name"])
            messages.success(request, _("Proven: it links your page here."))
            return redirect("settings")
    context = {"proof": _proofs(person, form)}
    return render(request, "settings_proof.html", context, status=422)


def proof_context(request: HttpRequest) -> Proofs:
    return _proofs(require_member(request.user), ProofForm())


def _is_proven(request: HttpRequest, person: User, service: Proof.Service, form: ProofForm) -> bool:
    if not ratelimit.consume(request, action="prove_account"):
        raise TooFast(_("You asked for that very often. Wait a bit."), retry_after_s=HOUR_S)
    try:
        if is_named(http.client(), service, form.cleaned_data["name"], _page_of(person)):
            return True
    except SourceError as silent:
        form.add_error("name", str(silent))
        return False
    form.add_error(
        "name",
        _(
            "It does not link your page here, or did not when we asked last."
            " Add the link there and try again in five minutes."
        ),
    )
    return False


def _proofs(person: User, form: ProofForm) -> Proofs:
    proven = list(Proof.objects.filter(person=person).order_by("service"))
    return Proofs(proven, _page_of(person), form, settings.SOURCES_ONLINE)


def _page_of(person: User) -> str:
    return f"{settings.SITE_URL}{person.get_absolute_url()}"
