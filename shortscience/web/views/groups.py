"""Groups: their pages, who is in them, and joining by a link. Others see none of it."""

from __future__ import annotations

from http import HTTPStatus

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
from shortscience.groups import actions
from shortscience.groups.models import Group, GroupInvitation, Membership
from shortscience.groups.rules import LIFETIMES
from shortscience.lib.errors import Refused
from shortscience.lib.paging import Page, page_number, window
from shortscience.lib.tokens import is_token
from shortscience.sharing.actions import close_group
from shortscience.sharing.models import AuthorInvitation
from shortscience.summaries.models import Summary
from shortscience.web import listing
from shortscience.web.forms.sharing import GroupForm, InviteForm, MemberForm
from shortscience.web.secret import secret_address

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's groups, and who asks one to write with them."""
    asked = AuthorInvitation.objects.open(timezone.now()).to(request.user).for_reading()
    context = {
        "groups": Group.objects.visible_to(request.user).with_counts().by_name(),
        "invitations": asked.order_by("-created_at", "-pk"),
    }
    return render(request, "groups.html", context)


@never_cache
@login_required
@read_or_send
def new(request: HttpRequest) -> HttpResponse:
    form = GroupForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form)
    try:
        group = actions.make_group(owner=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _form_page(request, form, status=refusal.status)
    messages.success(request, _("Your group is here. Invite the others by a link."))
    return redirect(group)


@never_cache
@login_required
@require_safe
def detail(request: HttpRequest, group_id: int) -> HttpResponse:
    """What the members share, and who they are."""
    group = _visible(request, group_id)
    number = page_number(request.GET.get("page"))
    texts = Summary.objects.for_group(group).for_entries().order_by("-pk")
    page: Page[Summary] = window(texts, number, listing.PER_PAGE)
    if number > 1 and not page.items:
        raise Http404
    return _page(request, group, page=page)


@never_cache
@login_required
@read_or_send
def edit(request: HttpRequest, group_id: int) -> HttpResponse:
    group = _visible(request, group_id)
    form = GroupForm(request.POST or None, initial={"name": group.name, "about": group.about})
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, group=group)
    actions.change_group(group=group, by=request.user, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect(group)


@secret_address
@login_required
@require_POST
def invite(request: HttpRequest, group_id: int) -> HttpResponse:
    """Make a link to join by. This answer is the only place that ever shows it."""
    group = _visible(request, group_id)
    form = InviteForm(request.POST)
    lasts = form.lifetime if form.is_valid() else LIFETIMES["7"]
    made, token = actions.invite(group=group, by=request.user, lasts=lasts)
    url = settings.SITE_URL + reverse("group-join", args=[token])
    context = {
        "url": url,
        "expires_at": made.expires_at,
        "back": group.get_absolute_url(),
        "what": _("Whoever has this link can join the group."),
        "again": _("It is shown only now: we keep no copy of it. You can make another one."),
    }
    return render(request, "secret_made.html", context)


@login_required
@require_POST
def take_back(request: HttpRequest, group_id: int, invitation_id: int) -> HttpResponse:
    group = _visible(request, group_id)
    actions.take_invitation_back(group=group, number=invitation_id, by=request.user)
    messages.success(request, _("That link lets nobody in any more."))
    return redirect(group)


@login_required
@require_POST
def member(request: HttpRequest, group_id: int, handle: str) -> HttpResponse:
    """Take somebody out, or make them an owner or a member."""
    group = _visible(request, group_id)
    person = get_object_or_404(User.objects.by_handle(handle).filter(memberships__group=group))
    form = MemberForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Choose what is to happen: out of the group, owner, or member."))
    if form.role is None:
        actions.remove(group=group, person=person, by=request.user)
    else:
        actions.set_role(group=group, person=person, role=form.role, by=request.user)
    messages.success(request, _("Done."))
    return redirect(
        group if Group.objects.visible_to(request.user).filter(pk=group.pk) else "groups"
    )


@never_cache
@login_required
@read_or_send
def leave(request: HttpRequest, group_id: int) -> HttpResponse:
    group = _visible(request, group_id)
    if request.method != "POST":
        return render(request, "group_leave.html", {"group": group})
    actions.leave(group=group, by=request.user)
    messages.success(request, _("You have left the group."))
    return redirect("groups")


@never_cache
@login_required
@read_or_send
def close(request: HttpRequest, group_id: int) -> HttpResponse:
    """End the group for all."""
    group = _visible(request, group_id)
    if request.method != "POST":
        texts = Summary.objects.for_group(group).count()
        return render(request, "group_close.html", {"group": group, "texts": texts})
    close_group(group=group, by=request.user)
    messages.success(request, _("The group is closed. Its texts are with their writers again."))
    return redirect("groups")


@secret_address
@read_or_send
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Join by a link. A wrong, an ended and a taken back one are one and the same page."""
    invitation = actions.invitation_of(token) if is_token(token) else None
    if invitation is None:
        raise Http404
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if request.method != "POST":
        return render(request, "group_join.html", _of_invitation(request, invitation))
    group = actions.accept(token=token, by=request.user)
    if group is None:
        raise Http404
    messages.success(request, _("You are in the group."))
    return redirect(group)


def _of_invitation(request: HttpRequest, invitation: GroupInvitation) -> dict[str, object]:
    group = invitation.group
    return {
        "group": group,
        "owners": [row.member for row in group.memberships.owners().in_order()],
        "is_in": Group.objects.visible_to(request.user).filter(pk=group.pk).exists(),
    }


def _page(request: HttpRequest, group: Group, *, page: Page[Summary]) -> HttpResponse:
    members = list(group.memberships.in_order())
    mine = next(row for row in members if row.member_id == request.user.pk)
    context = {
        "group": group,
        "page": page,
        "entries": listing.entries(page.items, request),
        "members": members,
        "is_owner": mine.is_owner,
        "roles": Membership.Role,
        "invitations": group.invitations.open(timezone.now()).newest_first()
        if mine.is_owner
        else (),
        "form": InviteForm(),
    }
    return render(request, "group.html", context)


def _form_page(
    request: HttpRequest, form: GroupForm, *, group: Group | None = None, status: int = 0
) -> HttpResponse:
    wrong = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    context = {"form": form, "group": group}
    return render(request, "group_form.html", context, status=status or wrong)


def _visible(request: HttpRequest, group_id: int) -> Group:
    group: Group = get_object_or_404(Group.objects.visible_to(request.user), pk=group_id)
    return group
