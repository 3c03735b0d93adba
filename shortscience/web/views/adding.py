"""Adding papers that we do not have: by BibTeX, or field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from shortscience.accounts.actions import require_member
from shortscience.lib import bibtex
from shortscience.lib.errors import Refused, TooFast
from shortscience.papers.intake import Outcome, Taken
from shortscience.papers.models import Paper
from shortscience.papers.rules import MAX_ENTRIES
from shortscience.sources.bibtex.parse import record_of
from shortscience.sources.storing import store
from shortscience.web.forms.adding import BibtexForm, PaperForm
from shortscience.web.kept import keep_text, take_kept_text


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the entries of a paste."""

    added: Sequence[Paper]
    known: Sequence[Paper]
    refused: Sequence[bibtex.Refusal]


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    require_member(request.user)
    if request.method != "POST":
        return _empty_forms(request)
    if "bibtex" in request.POST:
        return take_bibtex(request, BibtexForm(request.POST))
    return _take_form(request)


def take_bibtex(request: HttpRequest, form: BibtexForm) -> HttpResponse:
    """Add what the entries say; tell of each what became of it."""
    if not form.is_valid():
        return _page(request, bibtex_form=form, status=422)
    found = bibtex.parse(form.cleaned_data["bibtex"])
    if len(found.records) > MAX_ENTRIES:
        sentence = ngettext(
            "These are %(n)d entries; at most %(limit)d at once. Paste them in parts.",
            "These are %(n)d entries; at most %(limit)d at once. Paste them in parts.",
            len(found.records),
        )
        form.add_error("bibtex", sentence % {"n": len(found.records), "limit": MAX_ENTRIES})
        return _page(request, bibtex_form=form, status=422)
    try:
        taken = store(member=request.user, records=[record_of(entry) for entry in found.records])
    except Refused as refusal:
        form.add_error("bibtex", str(refusal))
        return _refused(refusal, _page(request, bibtex_form=form, status=refusal.status))
    if len(taken) == 1 and not found.refused:
        return _to_paper(request, taken[0])
    result = _result(taken, found.refused)
    # What was typed stays while something in it is to be mended.
    shown = BibtexForm(initial=form.cleaned_data) if found.refused else BibtexForm()
    return _page(request, bibtex_form=shown, result=result, status=200 if taken else 422)


def _take_form(request: HttpRequest) -> HttpResponse:
    form = PaperForm(request.POST)
    is_valid = form.is_valid()
    # An identifier of a paper that we have settles it, whatever else was typed.
    if keys := form.cleaned_data.get("identifier"):
        known = Paper.objects.with_keys(keys).first()
        if known is not None and known.hidden_at is None:
            messages.info(request, _("We have this paper."))
            return redirect(known)
        if known is not None:
            form.add_error("identifier", _("A moderator removed this paper; see the public log."))
            is_valid = False
    if not is_valid:
        return _page(request, paper_form=form, status=422)
    try:
        (taken,) = store(member=request.user, records=[form.record])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _refused(refusal, _page(request, paper_form=form, status=refusal.status))
    return _to_paper(request, taken)


def _result(taken: Sequence[Taken], refused: Sequence[bibtex.Refusal]) -> Result:
    added = {one.paper.pk: one.paper for one in taken if one.outcome == Outcome.ADDED}
    shown = {one.paper.pk: one.paper for one in taken if one.paper.hidden_at is None}
    known = [paper for pk, paper in shown.items() if pk not in added]
    return Result(added=list(added.values()), known=known, refused=refused)


def _to_paper(request: HttpRequest, taken: Taken) -> HttpResponse:
    if taken.outcome == Outcome.ADDED:
        messages.success(request, _("Added. Nobody has summarised it yet."))
    else:
        messages.info(request, _("We have this paper."))
    return redirect(taken.paper)


def _refused(refusal: Refused, page: HttpResponse) -> HttpResponse:
    if isinstance(refusal, TooFast):
        page["Retry-After"] = str(refusal.retry_after_s)
    return page


def _empty_forms(request: HttpRequest) -> HttpResponse:
    kept = take_kept_text(request, request.path)
    asked = {"identifier": request.GET.get("id", ""), "title": request.GET.get("title", "")}
    return _page(
        request,
        bibtex_form=BibtexForm(initial=kept),
        paper_form=PaperForm(initial=kept or asked),
        was_kept=bool(kept),
    )


def _page(
    request: HttpRequest,
    *,
    bibtex_form: forms.Form | None = None,
    paper_form: forms.Form | None = None,
    result: Result | None = None,
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    for form in (bibtex_form, paper_form):
        if form is not None and form.errors:
            _point_to_first_error(form)
    context = {
        "bibtex_form": bibtex_form or BibtexForm(),
        "paper_form": paper_form or PaperForm(),
        "result": result,
        "was_kept": was_kept,
    }
    return render(request, "paper_add.html", context, status=status)


def _point_to_first_error(form: forms.Form) -> None:
    """On a phone the second form begins below the first screen: begin where something is wrong."""
    wrong = next((name for name in form.fields if name in form.errors), next(iter(form.fields)))
    form.fields[wrong].widget.attrs["autofocus"] = True


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    names = [*BibtexForm.base_fields, *PaperForm.base_fields]
    fields = {name: request.POST[name] for name in names if name in request.POST}
    return keep_text(request, path=request.path, fields=fields)
