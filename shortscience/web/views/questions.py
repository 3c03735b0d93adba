"""Questions that wait for an answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shortscience.discussion.models import Comment
from shortscience.lib.markup import plain_text
from shortscience.lib.paging import page_number, window
from shortscience.pagestore.declare import PAGE, stored
from shortscience.papers.models import Paper

PER_PAGE = 20
# Two or three lines: enough to see whether one knows the answer.
LEAD = 280


@stored(page=PAGE, paper=r"[1-9][0-9]{0,8}", show="all")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Open questions, newest first; `?show=all` also those with an accepted answer."""
    show_all = request.GET.get("show") == "all"
    asked = Comment.objects.visible_to(request.user).standing().questions()
    paper = _paper(request)
    if paper is not None:
        asked = asked.on(paper)
    if not show_all:
        asked = asked.waiting()
    rows = asked.saying_how_often_answered().select_related("author", "paper").newest_first()
    page = window(rows, page_number(request.GET.get("page")), PER_PAGE)
    for question in page.items:
        vars(question)["lead"] = plain_text(question.text, LEAD)
    context = {"page": page, "show_all": show_all, "paper": paper}
    return render(request, "questions.html", context)


def _paper(request: HttpRequest) -> Paper | None:
    given = request.GET.get("paper", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        return None
    return Paper.objects.visible_to(request.user).filter(pk=int(given)).first()
