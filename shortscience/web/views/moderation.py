"""What moderators do, and the public log of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.lib.paging import page_number, window
from shortscience.library.models import ReadingList
from shortscience.moderation import actions, cases
from shortscience.moderation.actions import require_moderator
from shortscience.moderation.cases import Case
from shortscience.moderation.models import LogEntry, Report
from shortscience.pagestore.declare import PAGE, stored
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.web.forms.moderation import ActForm

# A table of short lines.
ENTRIES_PER_PAGE = 50
# Handles that begin alike; a longer list means that more letters are needed.
PEOPLE_SHOWN = 20

Act = LogEntry.Act


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the log, with the address of what it is about while a stranger can open it."""

    entry: LogEntry
    url: str


@stored(page=PAGE)
@require_safe
def public_log(request: HttpRequest) -> HttpResponse:
    entries = LogEntry.objects.public().for_log().newest_first()
    page = window(entries, page_number(request.GET.get("page")), ENTRIES_PER_PAGE)
    lines = [Line(entry, _open_address(entry)) for entry in page.items]
    return render(request, "log.html", {"lines": lines, "page": page})


@never_cache
@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What was reported; by `show`, what is hidden, or people by their handle."""
    require_moderator(request.user)
    number = page_number(request.GET.get("page"))
    context: dict[str, object] = {"open": cases.count_open()}
    match request.GET.get("show"):
        case "hidden":
            page = cases.hidden_things(number)
            context |= {"show": "hidden", "page": page}
        case "people":
            handle = request.GET.get("handle", "").strip().lstrip("@")[:40]
            found = _people(handle)
            context |= {"show": "people", "handle": handle, "found": found}
        case _:
            waiting = cases.open_cases(number)
            forms = [ActForm(case=case) for case in waiting.items]
            context |= {"show": "open", "page": waiting, "forms": forms}
            context["reasons"] = Report.Reason.labels
    return render(request, "staff_reports.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, kind: str, target_id: int) -> HttpResponse:
    """One case by itself, and what is decided about it."""
    moderator = require_moderator(request.user)
    target = cases.find_target(kind, target_id)
    if target is None:
        raise Http404
    case = cases.case_of(target)
    form = ActForm(request.POST if request.method == "POST" else None, case=case)
    if form.is_valid():
        entry = decide(moderator, case, Act(form.cleaned_data["do"]), form.cleaned_data["reason"])
        done = {"what": entry.get_act_display(), "about": entry.about}
        messages.success(request, _("You %(what)s %(about)s. It stands in the public log.") % done)
        return redirect("staff-reports")
    context = {"case": case, "form": form, "reasons": Report.Reason.labels}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "staff_case.html", context, status=status)


def decide(moderator: User, case: Case, what: LogEntry.Act, reason: str) -> LogEntry:
    """Do one of the acts that the case allows."""
    target = case.target
    if what is Act.KEEP:
        return actions.keep(moderator=moderator, target=target, reason=reason)
    if what in (Act.BAN, Act.UNBAN):
        assert case.account is not None  # else it is not among `case.acts`
        close = actions.ban if what is Act.BAN else actions.unban
        return close(moderator=moderator, person=case.account, reason=reason)
    assert not isinstance(target, User)
    change = actions.hide if what is Act.HIDE else actions.restore
    return change(moderator=moderator, target=target, reason=reason)


def _people(handle: str) -> Sequence[User]:
    if not handle:
        return []
    begin_so = User.objects.filter(username__istartswith=handle)
    return list(begin_so.order_by("username")[:PEOPLE_SHOWN])


def _open_address(entry: LogEntry) -> str:
    """Return the address of what the entry is about; "" when a stranger cannot open it."""
    target = entry.target
    match target:
        case Summary():
            is_open = target.is_public and target.paper.hidden_at is None
        case Comment():
            is_open = not target.is_gone and target.paper.hidden_at is None
            is_open = is_open and (target.summary is None or target.summary.is_public)
        case Paper():
            is_open = target.hidden_at is None
        case User():
            is_open = not target.is_banned and (target.is_active or target.is_imported)
        case ReadingList():
            is_open = target.is_public and not target.is_hidden and not target.owner.is_banned
        case _:
            return ""
    return target.get_absolute_url() if is_open else ""
