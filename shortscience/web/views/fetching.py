"""Fetching a paper that somebody names: from here, else from the sources that can know it."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shortscience.accounts.actions import require_member
from shortscience.lib.errors import Refused, TooFast
from shortscience.papers.models import Paper
from shortscience.sources.fetching import Fetched, fetch, known, understood
from shortscience.web.forms.adding import BibtexForm
from shortscience.web.forms.fetching import FetchForm
from shortscience.web.kept import keep_text, take_kept_text
from shortscience.web.views import adding

HOUR_S = 3600


class AskedTooOften(TooFast):
    """Other sites are asked in our name, so one person cannot ask them without end."""

    def __init__(self) -> None:
        super().__init__(
            _("You asked for many papers within an hour. What you typed is kept here; wait a bit."),
            retry_after_s=HOUR_S,
        )


@require_http_methods(["GET", "HEAD", "POST"])
def fetch_paper(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    require_member(request.user)
    if request.method != "POST":
        # Looking never asks anybody: the button does.
        given = take_kept_text(request, request.path) or request.GET.dict()
        return _page(request, FetchForm(initial=given))
    form = FetchForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        return _answer(request, form)
    except Refused as refusal:
        form.add_error("text", str(refusal))
        page = _page(request, form, status=refusal.status)
        if isinstance(refusal, TooFast):
            page["Retry-After"] = str(refusal.retry_after_s)
        return page


def _answer(request: HttpRequest, form: FetchForm) -> HttpResponse:
    wish = understood(form.cleaned_data["text"])
    if len(wish.entries) + len(wish.refused) > 1:
        return adding.take_bibtex(request, BibtexForm({"bibtex": wish.text}))
    paper = known(wish, request.user)
    if paper is not None:
        messages.info(request, _("We have this paper."))
        return _to(paper, form)
    if not ratelimit.consume(request, action="fetch_paper"):
        raise AskedTooOften
    fetched = fetch(wish, member=require_member(request.user))
    if fetched.paper is None:
        return _not_yet(request, form, fetched)
    if fetched.is_new:
        messages.success(request, _("Fetched. Nobody has summarised it yet."))
    else:
        messages.info(request, _("We have this paper."))
    return _to(fetched.paper, form)


def _not_yet(request: HttpRequest, form: FetchForm, fetched: Fetched) -> HttpResponse:
    for reason in fetched.reasons:
        form.add_error("text", str(reason))
    return _page(request, form, fetched, status=200 if fetched.choices else 422)


def _to(paper: Paper, form: FetchForm) -> HttpResponse:
    if form.cleaned_data["then"] == "write":
        return redirect("summary-write", paper.pk, paper.slug)
    return redirect(paper)


def _page(
    request: HttpRequest, form: FetchForm, fetched: Fetched | None = None, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "fetched": fetched or Fetched()}
    return render(request, "paper_fetch.html", context, status=status)


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    fields = {name: request.POST[name] for name in FetchForm.base_fields if name in request.POST}
    return keep_text(request, path=request.path, fields=fields)
