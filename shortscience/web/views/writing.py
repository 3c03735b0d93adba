"""Writing, changing and deleting summaries. No way out of here loses a text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shortscience.accounts.actions import require_member
from shortscience.lib import markup
from shortscience.lib.differences import Line, lines_between
from shortscience.lib.errors import Refused, TooFast
from shortscience.papers.models import Paper
from shortscience.search import queries
from shortscience.summaries import actions
from shortscience.summaries.models import Summary
from shortscience.summaries.rules import AlreadyWritten, ChangedMeanwhile, NotYours
from shortscience.web.forms.writing import SummaryForm, check_utf8
from shortscience.web.kept import keep_text, take_kept_text
from shortscience.web.views.errors import opens_at, plain

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Editor:
    """What `write.html` prints."""

    paper: Paper
    form: SummaryForm
    # What is stored, when the person changes a summary.
    summary: Summary | None = None
    preview: markup.Rendered | None = None
    # Why it was not saved, and when the next try can succeed.
    refusal: str = ""
    opens_at: datetime | None = None
    # What was stored from elsewhere meanwhile, and how it differs from the text in the form.
    stored: Summary | None = None
    difference: list[Line] | None = None
    # The text was sent before signing in and is not stored yet.
    was_kept: bool = False

    @property
    def stored_at(self) -> datetime | None:
        stored = self.stored
        return (stored.edited_at or stored.published_at or stored.created_at) if stored else None


@read_or_send
def write(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    """The editor for a paper that the person has not summarised yet."""
    paper = get_object_or_404(
        Paper.objects.visible_to(request.user).numbered(paper_id).select_related("venue")
    )
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    if request.method == "POST":
        return _answer(request, paper, summary=None)
    mine = (
        Summary.objects.written_by(require_member(request.user)).of(paper).order_by("nth").first()
    )
    kept = take_kept_text(request, request.path)
    if mine is not None and kept:
        return _conflict(request, AlreadyWritten(mine), paper, SummaryForm(kept), was_kept=True)
    if mine is not None:
        return redirect("summary-edit", mine.pk)
    form = SummaryForm(kept) if kept else SummaryForm()
    return _page(request, Editor(paper, form, was_kept=bool(kept)))


@read_or_send
def edit(request: HttpRequest, summary_id: int) -> HttpResponse:
    """The editor for one's own summary."""
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    summary = _own(request, summary_id)
    if request.method == "POST":
        return _answer(request, summary.paper, summary)
    require_member(request.user)
    kept = take_kept_text(request, request.path)
    form = SummaryForm(kept) if kept else SummaryForm.of(summary)
    return _page(request, Editor(summary.paper, form, summary, was_kept=bool(kept)))


@read_or_send
def delete(request: HttpRequest, summary_id: int) -> HttpResponse:
    """Ask, then delete one's own summary."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    summary = _own(request, summary_id)
    if request.method != "POST":
        return render(request, "summary_delete.html", {"summary": summary, "paper": summary.paper})
    actions.delete_summary(summary=summary, by=request.user)
    messages.success(request, _("Your summary is deleted."))
    return redirect(summary.paper)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The text as its page will show it, for the editor's script."""
    if not request.user.is_authenticated:
        return plain(_("You are signed out. Your text is kept when you publish."), 403)
    form = SummaryForm(request.POST)
    form.is_valid()
    try:
        check_utf8(request, "text")
        rendered = actions.preview(text=form.cleaned_data["text"])
    except Refused as refusal:
        return plain(str(refusal), refusal.status)
    return render(request, "_preview.html", {"preview": rendered})


@require_safe
def choose_paper(request: HttpRequest) -> HttpResponse:
    """Find the paper to write about."""
    found = queries.find(request.GET.get("q", ""), request.user)
    papers = [found.paper] if found.paper else [hit.paper for hit in found.page.items]
    return render(request, "choose_paper.html", {"found": found, "papers": papers})


def _answer(request: HttpRequest, paper: Paper, summary: Summary | None) -> HttpResponse:
    """Save or preview what was sent. A refusal is shown in the editor, with the text in it."""
    form = SummaryForm(request.POST)
    form.is_valid()
    try:
        check_utf8(request, "text")
        if "preview" in request.POST:
            rendered = actions.preview(text=form.cleaned_data["text"])
            return _page(request, Editor(paper, form, summary, preview=rendered))
        return _saved(request, _save(request, paper, form, summary))
    except (AlreadyWritten, ChangedMeanwhile) as conflict:
        return _conflict(request, conflict, paper, form)
    except Refused as refusal:
        form.add_error("text", str(refusal))
        editor = Editor(paper, form, summary, refusal=str(refusal), opens_at=opens_at(refusal))
        answer = _page(request, editor, status=refusal.status)
        if isinstance(refusal, TooFast):
            answer["Retry-After"] = str(refusal.retry_after_s)
        return answer


def _save(
    request: HttpRequest, paper: Paper, form: SummaryForm, summary: Summary | None
) -> Summary:
    return actions.save_summary(
        writer=request.user,
        paper=paper,
        text=form.cleaned_data["text"],
        is_anonymous=form.cleaned_data["anonymous"],
        is_private=form.cleaned_data["private"],
        base_version=form.cleaned_data.get("base_version"),
    )


def _saved(request: HttpRequest, summary: Summary) -> HttpResponse:
    """Lead to the top of the paper's page, where the message is seen, with a link to the text."""
    done = _("Saved. Only you see it.") if summary.is_private else _("Published.")
    here = f"{summary.paper.get_absolute_url()}#{summary.anchor}"
    told = format_html('{} <a href="{}">{}</a>', done, here, _("Go to your summary"))
    # The tag tells the browser that the draft it kept may go.
    messages.success(request, told, extra_tags="published")
    return redirect(summary.paper)


def _conflict(
    request: HttpRequest,
    conflict: AlreadyWritten | ChangedMeanwhile,
    paper: Paper,
    form: SummaryForm,
    *,
    was_kept: bool = False,
) -> HttpResponse:
    """Show both texts. Sending this page again replaces what is stored now, on purpose."""
    stored = conflict.existing
    form = form.based_on(stored)
    editor = Editor(
        paper,
        form,
        refusal=str(conflict),
        stored=stored,
        difference=lines_between(stored.text, form["text"].value() or ""),
        was_kept=was_kept,
    )
    return _page(request, editor, status=200 if was_kept else conflict.status)


def _page(request: HttpRequest, editor: Editor, *, status: int = 200) -> HttpResponse:
    context = {"editor": editor, "paper": editor.paper, "form": editor.form}
    return render(request, "write.html", context, status=status)


def _own(request: HttpRequest, summary_id: int) -> Summary:
    """Return the person's own summary; of somebody else's, not even that it exists if private."""
    shown = Summary.objects.visible_to(request.user).select_related("paper__venue")
    summary = get_object_or_404(shown, pk=summary_id)
    if not summary.is_by(request.user):
        raise NotYours
    return summary


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect_to_login(request.path)
    names = [name for name in SummaryForm.base_fields if name in request.POST]
    fields = {name: request.POST[name] for name in names}
    return keep_text(request, path=request.path, fields=fields)
