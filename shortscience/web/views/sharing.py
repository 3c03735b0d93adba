"""Secret links to a text, and writing one together."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shortscience.accounts.models import User
from shortscience.lib.errors import Refused
from shortscience.lib.tokens import is_token
from shortscience.sharing import actions
from shortscience.sharing.models import AuthorInvitation, SecretLink
from shortscience.summaries.models import Summary
from shortscience.summaries.rules import NotYours
from shortscience.web.forms.sharing import AnswerForm, AuthorForm, InviteAuthorForm, LinkForm
from shortscience.web.secret import secret_address

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@secret_address
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """A text for whoever has the link. It leads to the summary once everybody may read that."""
    found = SecretLink.objects.opened_by(token, now=timezone.now()) if is_token(token) else None
    link = found and found.select_related("summary__author", "summary__paper__venue").first()
    if not link:
        raise Http404
    if link.summary.is_public:
        return redirect(link.summary)
    context = {
        "summary": link.summary,
        "paper": link.summary.paper,
        "expires_at": link.expires_at,
        "has_formulas": link.summary.has_math,
    }
    answer = render(request, "shared.html", context)
    # Not even our own pages are told, which anybody may read the logs of some day.
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@secret_address
@login_required
@read_or_send
def links(request: HttpRequest, summary_id: int) -> HttpResponse:
    """One's secret links to a text. Making one is answered by the only page that shows it."""
    summary = _own(request, summary_id)
    form = LinkForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _links_page(request, summary, form)
    try:
        made, token = actions.make_link(
            summary=summary,
            by=request.user,
            lasts=form.lifetime,
            label=form.cleaned_data["label"],
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _links_page(request, summary, form, status=refusal.status)
    context = {
        "url": settings.SITE_URL + reverse("shared", args=[token]),
        "expires_at": made.expires_at,
        "back": reverse("summary-links", args=[summary.pk]),
        "what": _("Whoever has this link can read the text, without an account."),
        "again": _("It is shown only now: we keep no copy of it. You can make another one."),
    }
    return render(request, "secret_made.html", context)


@login_required
@require_POST
def take_link_back(request: HttpRequest, summary_id: int, link_id: int) -> HttpResponse:
    summary = _own(request, summary_id)
    actions.take_link_back(summary=summary, number=link_id, by=request.user)
    messages.success(request, _("That link shows nothing any more."))
    return redirect("summary-links", summary.pk)


@never_cache
@login_required
@read_or_send
def authors(request: HttpRequest, summary_id: int) -> HttpResponse:
    """Who wrote it. Sending the form asks a member to be an author, too."""
    summary = _own(request, summary_id)
    form = InviteAuthorForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _authors_page(request, summary, form)
    try:
        asked = actions.invite_author(
            summary=summary, by=request.user, handle=form.cleaned_data["handle"]
        )
    except Refused as refusal:
        form.add_error("handle", str(refusal))
        return _authors_page(request, summary, form, status=refusal.status)
    name = asked.invited.shown_name if asked.invited else ""
    told = _("%(name)s is asked, and answers under “Groups and invitations”.")
    messages.success(request, told % {"name": name})
    return redirect("summary-authors", summary.pk)


@secret_address
@login_required
@require_POST
def invite_by_link(request: HttpRequest, summary_id: int) -> HttpResponse:
    summary = _own(request, summary_id)
    made, token = actions.invite_author_by_link(summary=summary, by=request.user)
    context = {
        "url": settings.SITE_URL + reverse("author-join", args=[token]),
        "expires_at": made.expires_at,
        "back": reverse("summary-authors", args=[summary.pk]),
        "what": _("The first member who accepts by this link becomes an author."),
        "again": _("It is shown only now: we keep no copy of it. You can make another one."),
    }
    return render(request, "secret_made.html", context)


@login_required
@require_POST
def take_invitation_back(request: HttpRequest, summary_id: int, invitation_id: int) -> HttpResponse:
    summary = _own(request, summary_id)
    actions.take_author_invitation_back(summary=summary, number=invitation_id, by=request.user)
    messages.success(request, _("The invitation is taken back."))
    return redirect("summary-authors", summary.pk)


@login_required
@require_POST
def author(request: HttpRequest, summary_id: int, handle: str) -> HttpResponse:
    """Move an author, make one the first, or take one off."""
    summary = _own(request, summary_id)
    person = get_object_or_404(User.objects.by_handle(handle))
    if not summary.is_by(person):
        raise Http404
    form = AuthorForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Choose what is to happen: earlier, first author, or off."))
    match form.cleaned_data["do"]:
        case "up":
            actions.move_author_up(summary=summary, person=person, by=request.user)
        case "first":
            actions.hand_over(summary=summary, person=person, by=request.user)
        case "remove":
            actions.remove_author(summary=summary, person=person, by=request.user)
    messages.success(request, _("Done."))
    if person == request.user and form.cleaned_data["do"] == "remove":
        return redirect(summary.paper)
    return redirect("summary-authors", summary.pk)


@never_cache
@login_required
@read_or_send
def invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Read what one is asked to be an author of, and answer."""
    asked = actions.invitation_by_name(invitation_id, request.user)
    if asked is None:
        raise Http404
    return _answer(request, asked)


@secret_address
@read_or_send
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The same by a link. A wrong, an ended and a used one are one and the same page."""
    asked = actions.invitation_by_link(token) if is_token(token) else None
    if asked is None:
        raise Http404
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    return _answer(request, asked)


def _answer(request: HttpRequest, asked: AuthorInvitation) -> HttpResponse:
    form = AnswerForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        context = {
            "invitation": asked,
            "summary": asked.summary,
            "paper": asked.summary.paper,
            "is_author": asked.summary.is_by(request.user),
        }
        return render(request, "author_join.html", context)
    if form.cleaned_data["do"] == "decline":
        actions.decline_authorship(invitation=asked, by=request.user)
        messages.success(request, _("You said no. Nothing has changed."))
        return redirect("groups")
    summary = actions.accept_authorship(invitation=asked, by=request.user)
    messages.success(request, _("You are an author of this summary."))
    return redirect(summary)


def _own(request: HttpRequest, summary_id: int) -> Summary:
    """Return a summary of the person's; of somebody else's, not even that it exists if private."""
    visible = Summary.objects.visible_to(request.user).select_related("paper", "author")
    summary = get_object_or_404(visible, pk=summary_id)
    if not summary.is_by(request.user):
        raise NotYours
    return summary


def _links_page(
    request: HttpRequest, summary: Summary, form: LinkForm, *, status: int = 0
) -> HttpResponse:
    context = {
        "summary": summary,
        "paper": summary.paper,
        "links": SecretLink.objects.of(summary).working(timezone.now()),
        "is_first": summary.is_led_by(request.user),
        "form": form,
    }
    wrong = 422 if form.is_bound and form.errors else 200
    return render(request, "summary_links.html", context, status=status or wrong)


def _authors_page(
    request: HttpRequest, summary: Summary, form: InviteAuthorForm, *, status: int = 0
) -> HttpResponse:
    asked = summary.author_invitations.select_related("invited").order_by("created_at", "pk")
    context = {
        "summary": summary,
        "paper": summary.paper,
        "first": summary.author,
        "others": summary.further_authors,
        "is_first": summary.is_led_by(request.user),
        "invitations": asked,
        "now": timezone.now(),
        "form": form,
    }
    wrong = 422 if form.is_bound and form.errors else 200
    return render(request, "summary_authors.html", context, status=status or wrong)
