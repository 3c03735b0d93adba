"""Who called me by @handle: the list, and not wanting to hear of it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shortscience.accounts.actions import require_member
from shortscience.discussion import mentions
from shortscience.discussion.models import Comment, Mention, MentionMute
from shortscience.lib.errors import SignInFirst
from shortscience.lib.markup import plain_text
from shortscience.lib.paging import page_number, window
from shortscience.papers.models import Paper
from shortscience.web.forms.mentions import MuteForm

PER_PAGE = 30
LEAD = 200


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    person = require_member(request.user)
    readable = Comment.objects.visible_to(person)
    rows = Mention.objects.filter(person=person, comment__in=readable).standing().newest_first()
    rows = rows.select_related("comment__author", "comment__paper")
    page = window(rows, page_number(request.GET.get("page")), PER_PAGE)
    for mention in page.items:
        vars(mention)["lead"] = plain_text(mention.comment.text, LEAD)
    mutes = list(MentionMute.objects.filter(person=person).select_related("paper").order_by("pk"))
    context = {
        "page": page,
        "mutes": [mute.paper for mute in mutes if mute.paper is not None],
        "muted_papers": {mute.paper_id for mute in mutes},
        "mutes_all": any(mute.paper_id is None for mute in mutes),
    }
    return render(request, "mentions.html", context)


@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        raise SignInFirst
    mentions.mark_all_seen(person=request.user)
    return redirect("mentions")


@require_POST
def mute(request: HttpRequest) -> HttpResponse:
    """Hear of no mention any more, on one paper or anywhere; or hear of it again."""
    if not request.user.is_authenticated:
        raise SignInFirst
    form = MuteForm(request.POST)
    if not form.is_valid():
        raise Http404
    number = form.cleaned_data["paper"]
    visible = Paper.objects.visible_to(request.user)
    paper = get_object_or_404(visible, pk=number) if number else None
    if form.cleaned_data["take_back"]:
        mentions.unmute(person=request.user, paper=paper)
        messages.success(request, _("You hear of mentions there again."))
    else:
        mentions.mute(person=request.user, paper=paper)
        messages.success(request, _("You hear of no new mentions there any more."))
    return redirect("mentions")
