"""Pages that say no, and pages for broken days. Each gives back the text that was sent.

Those for broken days are made without the database, the session or the reader.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import RawPostDataException
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import is_valid_path
from django.utils import timezone
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _

from shortscience.lib.errors import Refused, SignInFirst, TooFast
from shortscience.web import kept
from shortscience.web.context import site
from shortscience.web.faults import Fault, fault_of

# A restarted database answers in seconds.
TRY_AGAIN_AFTER_S = 10
# Of a form that is too large. More than this no person sends by mistake.
READ_AT_MOST = 32 * 1024 * 1024


def wants_a_sentence(request: HttpRequest) -> bool:
    """Whether a script asked, which shows a sentence and no page."""
    return request.headers.get("X-Requested-With") == "fetch"


def plain(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Show the rule in one sentence and the way on; a stranger who only looks may sign in."""
    sentence = str(refusal)
    if wants_a_sentence(request):
        answer = plain(sentence, refusal.status)
    elif isinstance(refusal, SignInFirst) and request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    else:
        answer = _page(
            request,
            "refused.html",
            refusal.status,
            sentence=sentence,
            opens_at=opens_at(refusal),
        )
    if isinstance(refusal, TooFast):
        answer["Retry-After"] = str(refusal.retry_after_s)
    return answer


def opens_at(refusal: Refused) -> datetime | None:
    """Return when the next try can succeed, where the rule is about time."""
    if not isinstance(refusal, TooFast):
        return None
    return timezone.now() + timedelta(seconds=refusal.retry_after_s)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        # Nothing about this site belongs on a page that another name leads to.
        return plain("This server does not answer to that name.\n", 400)
    if isinstance(exception, RequestDataTooBig):
        _read_to_its_end(request)
        limit_mb = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // (1024 * 1024)
        sentence = _(
            "What you sent is larger than %(limit)d MB, so nothing of it was read."
            " Go back: your browser still has it."
        ) % {"limit": limit_mb}
        return _still(request, "400.html", 413, sentence=sentence)
    return _still(request, "400.html", 400, kept_text=kept.posted_text(request))


def _read_to_its_end(request: HttpRequest) -> None:
    """Read what is thrown away: a browser that may not finish sending shows no answer."""
    left = READ_AT_MOST
    try:
        while left > 0 and (piece := request.read(64 * 1024)):
            left -= len(piece)
    except (OSError, RawPostDataException):
        return


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Django's own refusals carry words for developers; ours are `Refused` and never come here.
    if wants_a_sentence(request):
        return plain(_("This is not yours to change."), 403)
    return _page(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.method in ("GET", "HEAD") and (meant := _meant(request)):
        return redirect(meant, permanent=True)
    if wants_a_sentence(request):
        return plain(_("No such page. It may be private or removed."), 404)
    return _page(request, "404.html", 404)


def _meant(request: HttpRequest) -> str:
    """Return the address that this one means, with a slash too many or too few or in capitals.

    Only for addresses of which we have none: where a page is missing, another spelling is no help.
    """
    path = request.path
    if is_valid_path(path):
        return ""
    bare = path.rstrip("/")
    for other in (bare, f"{path}/", bare.lower()):
        if is_valid_path(other):
            query = request.META.get("QUERY_STRING", "")
            # "//host" would be another site's address.
            return escape_leading_slashes(f"{other}?{query}" if query else other)
    return ""


def not_allowed(request: HttpRequest, answer: HttpResponseNotAllowed) -> HttpResponse:
    """Say in words that this address does not take this method; the header says which it does."""
    allowed = answer["Allow"]
    if request.method in ("GET", "HEAD"):
        sentence = _("This address only takes what a form or a button sends to it.")
    else:
        sentence = _("This address can only be read. Nothing was changed.")
    if wants_a_sentence(request):
        page = plain(sentence, 405)
    else:
        page = _page(request, "refused.html", 405, sentence=sentence)
    page["Allow"] = allowed
    return page


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long. What was written comes back, ready to be sent again.

    Only when one of our own pages sent it: another site must not get its form signed by us.
    """
    if wants_a_sentence(request):
        return plain(_("This page was open too long. Load it again; your text stays."), 403)
    again = kept.posted_fields(request) if kept.is_from_our_pages(request) else []
    return _page(request, "csrf.html", 403, again=again)


def broken(request: HttpRequest) -> HttpResponse:
    """The page for any fault that nothing caught.

    Django comes here from wherever the exception was raised, also from the middleware of
    sessions and accounts, where one of our own could not catch it: each layer turns what is
    raised inside it into this answer.
    """
    fault = fault_of(sys.exc_info()[1])
    if fault is Fault.AWAY:
        return unavailable(request)
    if fault is Fault.FULL:
        sentence = _("The disk of this site is full; the people who run it are told.")
        return _still(request, "503.html", 507, sentence=sentence, **_again(request))
    return _still(request, "500.html", 500, kept_text=kept.posted_text(request))


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database does not answer: say when to come back, and give the text back."""
    return resting(request, "", TRY_AGAIN_AFTER_S)


def resting(request: HttpRequest, sentence: str, retry_after_s: int) -> HttpResponse:
    """Say why not now and when again ("" for "busy, or being looked after"); give the text back."""
    answer = _still(request, "503.html", 503, sentence=sentence, **_again(request))
    answer["Retry-After"] = str(retry_after_s)
    return answer


def _again(request: HttpRequest) -> dict[str, object]:
    """What was sent, to be sent again with one click; its own token is still good."""
    fields = kept.posted_fields(request)
    if fields:
        fields += [("csrfmiddlewaretoken", request.POST.get("csrfmiddlewaretoken", ""))]
    return {"kept_text": kept.posted_text(request), "again": fields, "action": request.path}


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    """Return a page that knows its reader."""
    given: dict[str, object] = {
        "kept_text": kept.posted_text(request),
        "back_url": kept.page_before(request),
        "action": request.path,
    }
    return render(request, template, given | context, status=status)


def _still(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    """Return a page made without the database, the session and the reader."""
    if wants_a_sentence(request):
        sentence = context.get("sentence") or _("That did not work. Try again soon.")
        return plain(str(sentence), status)
    given = site(request) | {"request_id": getattr(request, "request_id", "")} | context
    return HttpResponse(render_to_string(template, given), status=status)
