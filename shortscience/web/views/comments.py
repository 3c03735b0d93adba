"""Comments: on a summary, on a paper, in answer to another."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shortscience.discussion import actions
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import SHOWN_ON_PAPER
from shortscience.lib.errors import Conflict, SignInFirst
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.summaries.rules import NotYours
from shortscience.web.forms.comments import CommentForm, EditForm
from shortscience.web.kept import keep_text, take_kept_text
from shortscience.web.views.papers import SUMMARIES_SHOWN

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Place:
    """What a new comment is about, and the address of its form."""

    url: str
    paper: Paper
    summary: Summary | None = None
    parent: Comment | None = None


@read_or_send
def on_paper(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.visible_to(request.user).numbered(paper_id))
    url = reverse("comment-on-paper", args=[paper.pk, paper.slug])
    return _write(request, Place(url, paper))


@read_or_send
def on_summary(request: HttpRequest, summary_id: int) -> HttpResponse:
    visible = Summary.objects.visible_to(request.user).select_related("paper", "author")
    summary = get_object_or_404(visible, pk=summary_id)
    url = reverse("comment-on-summary", args=[summary.pk])
    return _write(request, Place(url, summary.paper, summary))


@read_or_send
def reply(request: HttpRequest, comment_id: int) -> HttpResponse:
    parent = _visible(request, comment_id)
    if parent.is_gone and request.method != "POST":
        raise Conflict(_("This comment was removed, so it cannot be answered."))
    url = reverse("comment-reply", args=[parent.pk])
    return _write(request, Place(url, parent.paper, parent.summary, parent))


@read_or_send
def edit(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = _visible(request, comment_id)
    url = reverse("comment-edit", args=[comment.pk])
    if not request.user.is_authenticated:
        return _sign_in_first(request, url)
    _require_own(request, comment)
    if request.method != "POST":
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


@require_safe
def detail(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The permanent address of a comment leads to where it stands now."""
    return redirect(address(_visible(request, comment_id)))


def address(comment: Comment) -> str:
    """Return the page that draws the comment, and its place there."""
    earlier = Comment.objects.before(comment)[: SHOWN_ON_PAPER + 1].count()
    is_drawn = earlier < SHOWN_ON_PAPER and comment.paper.summary_count <= SUMMARIES_SHOWN
    if comment.summary is None:
        everything = "" if is_drawn else "?comments=all"
        return f"{comment.paper.get_absolute_url()}{everything}#c{comment.pk}"
    page = comment.paper if is_drawn else comment.summary
    return f"{page.get_absolute_url()}#c{comment.pk}"


def _page_of(comment: Comment) -> str:
    if comment.summary is None:
        return f"{comment.paper.get_absolute_url()}#comments"
    return f"{comment.paper.get_absolute_url()}#{comment.summary.anchor}comments"


def _visible(request: HttpRequest, comment_id: int) -> Comment:
    visible = Comment.objects.visible_to(request.user)
    return get_object_or_404(
        visible.select_related("paper", "summary__author", "author"), pk=comment_id
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
        form = new_form(request, place.summary, kept)
        return _form_page(request, form, place=place, is_kept=bool(kept))
    form = CommentForm(request.POST)
    if not form.is_valid() or "preview" in request.POST:
        return _form_page(request, form, place=place)
    comment = actions.add_comment(
        writer=request.user,
        paper=place.paper,
        summary=place.summary,
        parent=place.parent,
        text=form.cleaned_data["text"],
        is_anonymous=form.cleaned_data["anonymous"],
    )
    return redirect(address(comment))


def new_form(
    request: HttpRequest, summary: Summary | None, kept: dict[str, str] | None = None
) -> CommentForm:
    """Return an empty form, or one with what was kept.

    Whoever wrote a summary anonymously would tell so by a comment under their name, so there the
    box is checked until they say otherwise.
    """
    kept = kept or {}
    wrote_it_anonymously = summary and summary.is_anonymous and summary.is_by(request.user)
    anonymous = bool(kept.get("anonymous")) if kept else bool(wrote_it_anonymously)
    return CommentForm(initial={"text": kept.get("text", ""), "anonymous": anonymous})


def _sign_in_first(request: HttpRequest, url: str) -> HttpResponse:
    if request.method != "POST":
        raise SignInFirst
    fields = {name: request.POST.get(name, "") for name in ("text", "anonymous")}
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
    anchor = f"{place.summary.anchor}comments" if place.summary else "comments"
    return f"{place.paper.get_absolute_url()}#{anchor}"
