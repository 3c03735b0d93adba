"""Days on which the site only shows, or shows nothing: what people get instead of a page.

`Gate` asks for the mode before a page is looked for, `ModeMiddleware` makes the page. Who reads
while nothing is written sees every page; whatever would write is refused and given back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shortscience.config import metrics
from shortscience.config.observe import Application, StartResponse, log_stored
from shortscience.operations.mode import MODE, Mode, current
from shortscience.web.views import errors

# For machines that watch us: they ask also while people are kept out.
ALWAYS_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
# They are posted to and write nothing.
WRITES_NOTHING = frozenset({"theme", "write-preview"})
# What reads, and what only begins or ends a transaction.
_READS = ("SELECT", "WITH", "PRAGMA", "EXPLAIN", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET")


class Gate:
    """Stands before the page store: while the site is closed, no stored page is given out."""

    def __init__(self, pages: Application, site: Application) -> None:
        """Take `pages`, which may answer from its store, and `site`, which makes every page."""
        self.pages = pages
        self.site = site

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in ALWAYS_OPEN:
            return self.site(environ, start_response)
        metrics.tell_page_store()
        mode = current()
        if not mode.is_usual:
            environ[MODE] = mode
        answer = self.site if mode.is_closed else self.pages
        if settings.LOG_REQUESTS:
            answer = partial(log_stored, answer)
        return answer(environ, start_response)


class WritesOff(DatabaseError):
    """A statement that would write, while nothing may be written."""


class ModeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        mode = request.META.get(MODE)
        if mode is None or request.path_info in ALWAYS_OPEN:
            return self.get_response(request)
        if mode.is_closed and not _may_look(request):
            return _closed(request, mode)
        return self._only_read(request, mode) if mode.is_read_only else self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer a page that would have written something while it was read."""
        mode = request.META.get(MODE)
        return _not_now(request, mode) if mode and isinstance(exception, WritesOff) else None

    def _only_read(self, request: HttpRequest, mode: Mode) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD", "OPTIONS") and not _writes_nothing(request):
            return _not_now(request, mode)
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(_refuse_writes))
            answer = self.get_response(request)
        # A message that was shown, a text that was taken back: they are shown again next time.
        request.session.modified = False
        return answer


def _refuse_writes(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Let reading through. A cache takes the refusal for "not stored", as it may."""
    if str(sql).lstrip(" \n(").upper().startswith(_READS):
        return execute(sql, params, many, context)
    raise WritesOff("the site is read-only")


def _may_look(request: HttpRequest) -> bool:
    """Whether this is staff, or somebody who may become so by signing in."""
    if request.path_info.startswith("/account/"):
        return True
    try:
        return bool(request.COOKIES and request.user.is_staff)
    except DatabaseError:
        return False


def _writes_nothing(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).url_name in WRITES_NOTHING
    except Resolver404:
        return False


def _closed(request: HttpRequest, mode: Mode) -> HttpResponseBase:
    return _resting(request, mode, mode.says or _("The site is being looked after."))


def _not_now(request: HttpRequest, mode: Mode) -> HttpResponseBase:
    usual = _("Just now the site can only be read, so nothing was saved.")
    return _resting(request, mode, mode.says or usual)


def _resting(request: HttpRequest, mode: Mode, sentence: str) -> HttpResponseBase:
    after_s = mode.retry_after_s(timezone.now())
    answer = errors.resting(request, f"{sentence}{_until(mode)}", after_s)
    # The operator wanted it so: it is no error for Django's log.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _until(mode: Mode) -> str:
    if mode.until is None or mode.until <= timezone.now():
        return ""
    when = date_format(mode.until, "j F, H:i")
    return " " + _("It should be over by %(when)s UTC.") % {"when": when}
