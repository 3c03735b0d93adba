"""Comments: on a summary, on a paper, in answer to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shortscience.claims.models import Claim
from shortscience.discussion import actions, questions
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import (
    EDIT_WINDOW,
    SHOWN_ON_PAPER,
    EditWindowOver,
    PassageRefused,
)
from shortscience.lib.errors import Conflict, SignInFirst
from shortscience.lib.passages import MAX_QUOTE
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.summaries.rules import NotYours
from shortscience.web import reads
from shortscience.web.forms.comments import AcceptForm, CommentForm, EditForm, NoteForm, ReplyForm
from shortscience.web.kept import keep_text, take_kept_text
from shortscience.web.views.papers import SUMMARIES_SHOWN

# A long comment is quoted so far; the rest is one link away.
LINES_QUOTED = 12
# What is kept for who has to sign in first.
FIELDS = ("text", "anonymous", "question", "quote", "before", "after")

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Place:
    """What a new comment is about, and the address of its form."""

    url: str
    paper: Paper
    summary: Summary | None = None
    parent: Comment | None = None
    form: type[CommentForm] = CommentForm
    claim: Claim | None = None


@read_or_send
def on_paper(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.visible_to(request.user).numbered(paper_id))
    url = reverse("comment-on-paper", args=[paper.pk, paper.slug])
    return _write(request, Place(url, paper))


@read_or_send
def on_summary(request: HttpRequest, summary_id: int) -> HttpResponse:
    summary = reads.summary_to_comment_on(summary_id, request.user)
    if summary is None:
        raise Http404
    url = reverse("comment-on-summary", args=[summary.pk])
    return _write(request, Place(url, summary.paper, summary))


@read_or_send
def on_passage(request: HttpRequest, summary_id: int) -> HttpResponse:
    """A note on a passage: pasted here, or sent by the script of the summary's page."""
    summary = reads.summary_to_comment_on(summary_id, request.user)
    if summary is None:
        raise Http404
    url = reverse("note-on-summary", args=[summary.pk])
    return _write(request, Place(url, summary.paper, summary, form=NoteForm))


@read_or_send
def on_claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    visible = Claim.objects.visible_to(request.user).select_related("paper", "summary__author")
    claim = get_object_or_404(visible, pk=claim_id)
    url = reverse("comment-on-claim", args=[claim.pk])
    return _write(request, Place(url, claim.paper, claim.summary, claim=claim))


@read_or_send
def reply(request: HttpRequest, comment_id: int) -> HttpResponse:
    parent = _visible(request, comment_id)
    if parent.is_gone and request.method != "POST":
        raise Conflict(_("This comment was removed, so it cannot be answered."))
    url = reverse("comment-reply", args=[parent.pk])
    place = Place(url, parent.paper, parent.summary, parent, ReplyForm, parent.claim)
    return _write(request, place)


@read_or_send
def edit(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = _visible(request, comment_id)
    url = reverse("comment-edit", args=[comment.pk])
    if not request.user.is_authenticated:
        return _sign_in_first(request, url)
    _require_own(request, comment)
    if request.method != "POST":
        if not comment.can_still_be_edited:
            raise EditWindowOver
        kept = take_kept_text(request, url)
        form = EditForm(initial={"text": kept.get("text", comment.text)})
        return _form_page(request, form, comment=comment, is_kept=bool(kept))
    form = EditForm(request.POST)
    if not form.is_valid() or "preview" in request.POST:
        return _form_page(request, form, comment=comment)
    text = form.cleaned_data["text"]
    return redirect(address(actions.edit_comment(editor=request.user, comment=comment, text=text)))


@read_or_send
def delete(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = _visible(request, comment_id)
    if not request.user.is_authenticated:
        raise SignInFirst
    _require_own(request, comment)
    if request.method != "POST":
        return render(request, "comment_delete.html", {"comment": comment})
    back = _page_of(comment)
    actions.delete_comment(by=request.user, comment=comment)
    return redirect(back)


@require_POST
def accept(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Accept an answer, or take that back."""
    answer = _visible(request, comment_id)
    form = AcceptForm(request.POST)
    form.is_valid()
    questions.accept_answer(
        by=request.user, answer=answer, is_accepted=not form.cleaned_data["take_back"]
    )
    return redirect(address(answer))


@never_cache
@require_safe
def history(request: HttpRequest, comment_id: int) -> HttpResponse:
    """What a comment said before it was changed, for moderators."""
    comment = _visible(request, comment_id)
    if not (request.user.is_authenticated and request.user.is_staff):
        raise Http404
    context = {"comment": comment, "revisions": comment.revisions.order_by("-pk")}
    return render(request, "comment_history.html", context)


@require_safe
def detail(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The permanent address of a comment leads to where it stands now."""
    return redirect(address(_visible(request, comment_id)))


def address(comment: Comment) -> str:
    """Return the page that draws the comment, and its place there."""
    if comment.claim_id is not None:
        return f"{reverse('claim', args=[comment.claim_id])}#c{comment.pk}"
    is_drawn = comment.paper.summary_count <= SUMMARIES_SHOWN and reads.is_among_first(
        comment, SHOWN_ON_PAPER
    )
    if comment.summary is None:
        everything = "" if is_drawn else "?comments=all"
        return f"{comment.paper.get_absolute_url()}{everything}#c{comment.pk}"
    page = comment.paper if is_drawn else comment.summary
    return f"{page.get_absolute_url()}#c{comment.pk}"


def _page_of(comment: Comment) -> str:
    if comment.claim_id is not None:
        return f"{reverse('claim', args=[comment.claim_id])}#comments"
    if comment.summary is None:
        return f"{comment.paper.get_absolute_url()}#comments"
    return f"{comment.paper.get_absolute_url()}#{comment.summary.anchor}comments"


def _visible(request: HttpRequest, comment_id: int) -> Comment:
    visible = Comment.objects.visible_to(request.user)
    return get_object_or_404(
        visible.select_related("paper", "summary__author", "claim", "author"), pk=comment_id
    )


def _require_own(request: HttpRequest, comment: Comment) -> None:
    if not comment.is_by(request.user):
        raise NotYours
    if comment.is_gone:
        raise Conflict(_("This comment was removed already."))


def _write(request: HttpRequest, place: Place) -> HttpResponse:
    if not request.user.is_authenticated:
        return _sign_in_first(request, place.url)
    if request.method != "POST":
        kept = take_kept_text(request, place.url)
        given = kept or _begun(request, place)
        form = new_form(request, place.summary, given, place.form)
        return _form_page(request, form, place=place, is_kept=bool(kept))
    form = place.form(request.POST)
    if not form.is_valid() or "preview" in request.POST:
        return _form_page(request, form, place=place)
    try:
        comment = _add(request, place, form)
    except PassageRefused as refused:
        assert isinstance(form, NoteForm)  # no other form names a passage
        form.refuse(refused)
        return _form_page(request, form, place=place)
    return redirect(address(comment))


def _add(request: HttpRequest, place: Place, form: CommentForm) -> Comment:
    asks = form.cleaned_data.get("question", False)
    return actions.add_comment(
        writer=request.user,
        paper=place.paper,
        summary=place.summary,
        claim=place.claim,
        parent=place.parent,
        text=form.cleaned_data["text"],
        is_anonymous=form.cleaned_data["anonymous"],
        kind=Comment.Kind.QUESTION if asks else Comment.Kind.COMMENT,
        passage=form.choice if isinstance(form, NoteForm) else None,
    )


def _begun(request: HttpRequest, place: Place) -> dict[str, str]:
    """Return what a new form begins with: what it quotes."""
    if place.parent is not None and "quote" in request.GET:
        return {"text": quoted(place.parent.text)}
    if place.form is NoteForm:
        names = ("quote", "before", "after")
        return {name: given for name in names if (given := request.GET.get(name, "")[:MAX_QUOTE])}
    return {}


def quoted(text: str) -> str:
    """Return the beginning of a text as a Markdown quote, with room for an answer below."""
    lines = text.strip().splitlines()
    shown = [f"> {line}".rstrip() for line in lines[:LINES_QUOTED]]
    more = ["> …"] if len(lines) > LINES_QUOTED else []
    return "\n".join([*shown, *more, "", ""])


def new_form(
    request: HttpRequest,
    summary: Summary | None,
    given: dict[str, str] | None = None,
    kind: type[CommentForm] = CommentForm,
) -> CommentForm:
    """Return an empty form, or one with what was kept.

    Whoever wrote a summary anonymously would tell so by a comment under their name, so there the
    box is checked until they say otherwise.
    """
    given = given or {}
    wrote_it_anonymously = summary and summary.is_anonymous and summary.is_by(request.user)
    # A kept form says it by leaving the box out, one that only quotes says nothing of it.
    is_kept = "anonymous" in given
    anonymous = bool(given["anonymous"]) if is_kept else bool(wrote_it_anonymously)
    return kind(initial={**given, "anonymous": anonymous})


def _sign_in_first(request: HttpRequest, url: str) -> HttpResponse:
    if request.method != "POST":
        raise SignInFirst
    fields = {name: request.POST.get(name, "") for name in FIELDS}
    return keep_text(request, path=url, fields=fields)


def _form_page(
    request: HttpRequest,
    form: CommentForm,
    *,
    place: Place | None = None,
    comment: Comment | None = None,
    is_kept: bool = False,
) -> HttpResponse:
    """Show the form; with a text that can be kept, also what it would look like."""
    is_preview = form.is_bound and form.is_valid() and "preview" in request.POST
    preview = actions.preview(text=form.cleaned_data["text"]).html if is_preview else ""
    context = {
        "form": form,
        "place": place,
        "comment": comment,
        "paper": place.paper if place else comment and comment.paper,
        "preview_html": preview,
        "is_kept": is_kept,
        "edit_hours": EDIT_WINDOW // timedelta(hours=1),
        "back": _back(place, comment),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "comment_form.html", context, status=status)


def _back(place: Place | None, comment: Comment | None) -> str:
    if comment is not None:
        return address(comment)
    if place is None:
        return reverse("home")
    if place.parent is not None:
        return address(place.parent)
    if place.claim is not None:
        return place.claim.get_absolute_url()
    anchor = f"{place.summary.anchor}comments" if place.summary else "comments"
    return f"{place.paper.get_absolute_url()}#{anchor}"
