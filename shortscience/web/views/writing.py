"""Writing, changing and deleting summaries. No way out of here loses a text."""

from __future__ import annotations

from dataclasses import replace

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shortscience.accounts.actions import require_member
from shortscience.groups.models import Group
from shortscience.lib.errors import Refused, TooFast
from shortscience.lib.plaintext import squeeze
from shortscience.papers.models import Paper
from shortscience.search import queries
from shortscience.sources.cited import fetch_cited_later
from shortscience.summaries import actions, checking, drafts
from shortscience.summaries.models import Summary
from shortscience.summaries.rules import AlreadyWritten, ChangedMeanwhile, DraftIsNewer, NotYours
from shortscience.web import reads, writing_templates
from shortscience.web.citing import citable
from shortscience.web.editing import Editor, beside, compared, opened, opened_with_kept
from shortscience.web.forms.images import ImageForm
from shortscience.web.forms.writing import SummaryForm, check_utf8
from shortscience.web.kept import keep_text, take_kept_text
from shortscience.web.picturing import Desk, desk, take_picture
from shortscience.web.views.errors import opens_at, plain, wants_a_sentence

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


class SavedTooOften(TooFast):
    """Drafts come faster than anybody types."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("That is a lot of drafts for one minute. Your text is kept here."),
            retry_after_s=30,
        )


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
    member = require_member(request.user)
    mine = Summary.objects.written_by(member).of(paper).order_by("nth").first()
    kept = take_kept_text(request, request.path)
    if mine is not None and kept:
        sentence = AlreadyWritten(mine).sentence
        both = beside(SummaryForm(kept), mine, paper=paper, sentence=sentence, was_kept=True)
        return _page(request, both)
    if mine is not None:
        return redirect("summary-edit", mine.pk)
    if kept:
        return _page(request, opened_with_kept(member, paper, None, kept))
    return _page(request, opened(request, member, paper, None))


@read_or_send
def edit(request: HttpRequest, summary_id: int) -> HttpResponse:
    """The editor for one's own summary."""
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    summary = _own(request, summary_id)
    if request.method == "POST":
        return _answer(request, summary.paper, summary)
    member = require_member(request.user)
    kept = take_kept_text(request, request.path)
    if kept:
        return _page(request, opened_with_kept(member, summary.paper, summary, kept))
    return _page(request, opened(request, member, summary.paper, summary))


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
    paper = _about(request)
    try:
        check_utf8(request, "text")
        shown = checking.preview(text=form.cleaned_data["text"], paper=paper)
    except Refused as refusal:
        return plain(str(refusal), refusal.status)
    context = {"preview": shown.rendered, "checked": shown.checked, "paper": paper}
    return render(request, "_preview.html", context)


@require_safe
def cite(request: HttpRequest) -> HttpResponse:
    """Papers to cite, for what is being typed: a piece of a list for the script, or a page."""
    found = citable(squeeze(request.GET.get("q", ""))[:200], request.user)
    piece = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "_citable.html" if piece else "cite.html", {"found": found})


@require_safe
def choose_paper(request: HttpRequest) -> HttpResponse:
    """Find the paper to write about."""
    found = queries.find(request.GET.get("q", ""), request.user)
    papers = [found.paper] if found.paper else [hit.paper for hit in found.page.items]
    return render(request, "choose_paper.html", {"found": found, "papers": papers})


def _answer(request: HttpRequest, paper: Paper, summary: Summary | None) -> HttpResponse:
    """Do what the button says. A refusal is shown in the editor, with the text in it."""
    form = SummaryForm(request.POST)
    form.is_valid()
    if "add_image" in request.POST or "copy_image" in request.POST:
        return _with_picture(request, Editor(paper, form, summary))
    try:
        check_utf8(request, "text")
        if "cite" in request.POST or _looks_for_papers(request):
            return _page(request, _citing(request, Editor(paper, form, summary)))
        if "preview" in request.POST:
            shown = checking.preview(text=form.cleaned_data["text"], paper=paper)
            return _page(request, Editor(paper, form, summary, preview=shown))
        if "template" in request.POST:
            more = writing_templates.text_of(request.POST["template"])
            return _page(request, Editor(paper, form.with_more(more), summary))
        if "compare" in request.POST:
            return _page(request, compared(form, require_member(request.user), paper, summary))
        if "draft" in request.POST:
            return _draft_saved(request, paper, form, summary)
        return _saved(request, _publish(request, paper, form, summary))
    except Refused as refusal:
        # A script sends drafts and shows what comes back beside the text, which it still has.
        if wants_a_sentence(request):
            raise
        return _refused(request, refusal, Editor(paper, form, summary))


def _looks_for_papers(request: HttpRequest) -> bool:
    """By its button, or by Enter in its line, which presses the first button of the form."""
    is_enter = request.POST.getlist("preview") == ["by enter"]
    return "find_cite" in request.POST or (is_enter and bool(request.POST.get("cite_query")))


def _citing(request: HttpRequest, editor: Editor) -> Editor:
    """Return the editor with the papers that were looked for, or with the one that was chosen."""
    form = editor.form
    if key := request.POST.get("cite", ""):
        return replace(editor, form=form.with_more(f"\\cite{{{key}}}", apart=False))
    sought = squeeze(request.POST.get("cite_query", ""))[:200]
    return replace(editor, citable=citable(sought, request.user))


def _about(request: HttpRequest) -> Paper | None:
    """Return the paper that the text is about; the script's address names it."""
    number = request.GET.get("paper", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return Paper.objects.visible_to(request.user).filter(pk=number).only("abstract").first()


def _refused(request: HttpRequest, refusal: Refused, editor: Editor) -> HttpResponse:
    sentence, form = refusal.sentence, editor.form
    match refusal:
        case AlreadyWritten() | ChangedMeanwhile():
            both = beside(form, refusal.existing, paper=editor.paper, sentence=sentence)
            return _page(request, both, status=refusal.status)
        case DraftIsNewer():
            both = beside(form, refusal.draft, paper=editor.paper, sentence=sentence)
            return _page(request, both, status=refusal.status)
    form.add_error("text", str(sentence))
    told = replace(editor, refusal=str(sentence), opens_at=opens_at(refusal))
    answer = _page(request, told, status=refusal.status)
    if isinstance(refusal, TooFast):
        answer["Retry-After"] = str(refusal.retry_after_s)
    return answer


def _publish(
    request: HttpRequest, paper: Paper, form: SummaryForm, summary: Summary | None
) -> Summary:
    saved = actions.save_summary(
        writer=request.user,
        paper=paper,
        text=form.cleaned_data["text"],
        is_anonymous=form.cleaned_data["anonymous"],
        is_private=form.is_private,
        group=form.group,
        licence=form.chosen_licence,
        base_version=form.cleaned_data.get("base_version"),
        level=form.cleaned_data.get("level"),
        note=form.cleaned_data.get("note", ""),
        which=summary.pk if summary else None,
        draft=form.seen,
    )
    fetch_cited_later(saved)
    return saved


def _draft_saved(
    request: HttpRequest, paper: Paper, form: SummaryForm, summary: Summary | None
) -> HttpResponse:
    """Keep the draft. A script gets no content; a button leads back to the editor."""
    if not ratelimit.consume(request, action="save_draft"):
        raise SavedTooOften
    drafts.save_draft(
        owner=request.user,
        paper=paper,
        summary=summary,
        text=form.cleaned_data["text"],
        fields=form.choices,
        base_version=form.cleaned_data.get("base_version"),
        seen=form.seen,
    )
    if wants_a_sentence(request):
        return HttpResponse(status=204)
    messages.success(request, _("Your draft is saved. Nobody but you sees it."))
    return redirect(request.path)


def _with_picture(request: HttpRequest, editor: Editor) -> HttpResponse:
    """Return the editor with the picture in the text, or with the text as it was and a sentence.

    Nothing else is saved: without scripts this is how an image comes into a text.
    """
    text = editor.form.cleaned_data["text"]
    try:
        check_utf8(request, "text")
        taken = take_picture(request)
    except Refused as refusal:
        said = ImageForm(request.POST)
        pictures = desk(text, said=said, refusal=str(refusal))
        return _page(request, editor, pictures=pictures, status=refusal.status)
    text = taken.put_into(text)
    try:
        made = checking.preview(text=text, paper=editor.paper)
    except Refused:
        # Too long now, for one: publishing it says so.
        made = None
    shown = replace(editor, form=editor.form.with_text(text), preview=made)
    return _page(request, shown, pictures=desk(text, added=True))


def _saved(request: HttpRequest, summary: Summary) -> HttpResponse:
    """Lead to the top of the paper's page, where the message is seen, with a link to the text."""
    if summary.is_for_group:
        done = _("Saved. Only the group sees it.")
    else:
        done = _("Saved. Only you see it.") if summary.is_private else _("Published.")
    here = f"{summary.paper.get_absolute_url()}#{summary.anchor}"
    told = format_html('{} <a href="{}">{}</a>', done, here, _("Go to your summary"))
    # The tag tells the browser that the draft it kept may go.
    messages.success(request, told, extra_tags="published")
    for problem in actions.problems_in(summary):
        words = {"n": problem.line, "says": problem.says}
        messages.warning(request, _("Line %(n)d: %(says)s") % words)
    return redirect(summary.paper)


def _page(
    request: HttpRequest, editor: Editor, *, pictures: Desk | None = None, status: int = 200
) -> HttpResponse:
    editor.form.offer(list(Group.objects.visible_to(request.user).by_name()), editor.summary)
    context = {
        "editor": editor,
        "paper": editor.paper,
        "form": editor.form,
        "pictures": pictures or desk(editor.form["text"].value() or ""),
        "templates": writing_templates.all_of_them(),
    }
    return render(request, "write.html", context, status=status)


def _own(request: HttpRequest, summary_id: int) -> Summary:
    """Return the person's own summary; of somebody else's, not even that it exists if private."""
    summary = reads.summary_to_write(summary_id, request.user)
    if summary is None:
        raise Http404
    if not summary.is_by(request.user):
        raise NotYours
    return summary


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect_to_login(request.path)
    if wants_a_sentence(request):
        return plain(_("You are signed out."), 403)
    names = [name for name in SummaryForm.base_fields if name in request.POST]
    fields = {name: request.POST[name] for name in names}
    return keep_text(request, path=request.path, fields=fields)
