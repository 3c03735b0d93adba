"""Texts that could not be saved: shown on the page that says why, or kept until one signs in.

Whoever writes for an hour must not lose it because a session ended, a database stopped or a
form was too old. Two ways, by what still works:

- `posted_text` and `posted_fields` read back what was sent, for pages that print it;
- `keep_text` puts it into the session of a signed-out visitor, `take_kept_text` gives it back to
  the same form after signing in. Nothing is ever published by this.
"""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

# A summary, and two comments begun beside it.
KEPT_TEXTS = 3
# The longest summary (64 KB) with its boxes; strangers can fill our sessions, so not more.
KEPT_BYTES = 70 * 1024
# Long enough to find the password again, short enough for a computer that others use.
KEPT_FOR = timedelta(days=1)

# The fields in which people write. Only these are ever printed back: never a password.
TEXT_FIELDS = (
    "title",
    "authors",
    "bibtex",
    "abstract",
    "quote",
    "text",
    "about",
    "reason",
    "note",
    "statement",
)
_NOT_REPOSTED = re.compile(r"password|code|token", re.IGNORECASE)
# A body that was cut off, read already, too large, or is in no encoding there is.
_UNREADABLE = (
    SuspiciousOperation,
    RawPostDataException,
    UnreadablePostError,
    ValueError,
    LookupError,
    OSError,
)
_IN_SESSION = "kept_texts"
_FOR_S = int(KEPT_FOR.total_seconds())


def keep_text(request: HttpRequest, *, path: str, fields: dict[str, str]) -> HttpResponse:
    """Keep what a signed-out person sent, and lead them through signing in back to `path`.

    Args:
        path: the page with the form, where `take_kept_text` will be asked for the fields.
        fields: what the form needs to be as it was. Too large, and it is printed to be copied.
    """
    size = sum(len(value.encode("utf-8", "replace")) for value in fields.values())
    if size > KEPT_BYTES or not ratelimit.consume(request, action="keep_text"):
        return _print_it(request, path=path)
    others = [kept for kept in _kept(request) if kept["path"] != path]
    entry = {"path": path, "fields": fields, "at": int(time.time())}
    request.session[_IN_SESSION] = [*others, entry][-KEPT_TEXTS:]
    if not request.user.is_authenticated:
        request.session.set_expiry(_FOR_S)
    messages.warning(
        request,
        _("You were signed out. Your text is kept: sign in, and it is in the form again."),
    )
    return redirect_to_login(path)


def take_kept_text(request: HttpRequest, path: str) -> dict[str, str]:
    """Return the fields kept for this page, once; {} if there are none.

    The form they fill must say where they come from (`_kept_notice.html`).
    """
    if not request.session.get(_IN_SESSION):
        return {}
    entries = _kept(request)
    mine: dict[str, str] = next((kept["fields"] for kept in entries if kept["path"] == path), {})
    if mine:
        request.session[_IN_SESSION] = [kept for kept in entries if kept["path"] != path]
    return dict(mine)


# Any: the session is JSON; only `keep_text` writes this entry.
def _kept(request: HttpRequest) -> list[dict[str, Any]]:
    since = time.time() - _FOR_S
    return [kept for kept in request.session.get(_IN_SESSION, []) if kept["at"] > since]


@receiver(user_logged_in)
def _as_long_as_any_session(request: HttpRequest | None = None, **_kwargs: object) -> None:
    """The day that a stranger's text is kept is not how long a member stays signed in."""
    if request is not None and request.session.get("_session_expiry") == _FOR_S:
        request.session.set_expiry(None)


def _print_it(request: HttpRequest, *, path: str) -> HttpResponse:
    sentence = _("You are signed out, and we cannot keep this text until you are back. Copy it.")
    context = {
        "sentence": sentence,
        "kept_text": posted_text(request),
        "sign_in_url": f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': path})}",
    }
    return render(request, "refused.html", context, status=403)


def posted_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was posted, without tokens and secrets; [] when nothing of it is a text.

    Never fails: error pages call this when little else works.
    """
    pairs = _posted(request)
    if not any(name in TEXT_FIELDS and value.strip() for name, value in pairs):
        return []
    return [(name, value) for name, value in pairs if not _NOT_REPOSTED.search(name)]


def posted_text(request: HttpRequest) -> str:
    """Return the texts that were posted, as one; "" if there are none. Never fails."""
    pairs = _posted(request)
    texts = [value for name in TEXT_FIELDS for key, value in pairs if key == name]
    return "\n\n".join(text for text in texts if text.strip())


def _posted(request: HttpRequest) -> list[tuple[str, str]]:
    if request.method != "POST":
        return []
    try:
        return [(name, str(one)) for name, values in request.POST.lists() for one in values]
    except (BadRequest, SuspiciousOperation):
        return _from_body(request)
    except _UNREADABLE:
        return []


def _from_body(request: HttpRequest) -> list[tuple[str, str]]:
    """Read a form that Django does not: one that says it is not in UTF-8."""
    try:
        body = request.body.decode(request.encoding or "utf-8", "replace")
        return parse_qsl(body, encoding=request.encoding or "utf-8", errors="replace")
    except _UNREADABLE:
        return []


def is_from_our_pages(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this request."""
    origin = request.headers.get("Origin", "")
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return origin in ours


def page_before(request: HttpRequest) -> str:
    """Return the path of our own page that led here, or ""."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}):
        return ""
    parts = urlsplit(referer)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if path != request.get_full_path() else ""
