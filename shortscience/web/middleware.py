"""Turns refusals into pages, and keeps one reader's page from all others."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import HEADER
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from shortscience.lib.errors import Refused
from shortscience.web.views import errors

GetResponse = Callable[[HttpRequest], HttpResponse]


class OneReaderMiddleware:
    """Says that a page which was made for one browser may be kept by that browser only.

    `Vary: Cookie` says so too, but not to caches that read `Cache-Control` alone.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.COOKIES and "Cache-Control" not in answer:
            answer["Cache-Control"] = "private"
        return answer


class PolicyMiddleware:
    """Says what a browser may do on this site, unless the answer says it itself.

    One sentence for all pages, so it is put together once; django-csp's own middleware does it
    twice an answer.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        answer.headers.setdefault(HEADER, self.policy)
        return answer


class RefusalMiddleware:
    """Shows a `Refused` that a view let through, or a method it does not take, as a page.

    Faults (a database that does not answer, a full disk) are not its business: `errors.broken`
    gets them from every layer, also from those around this one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if isinstance(answer, HttpResponseNotAllowed) and not answer.content:
            return errors.not_allowed(request, answer)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.refused(request, exception) if isinstance(exception, Refused) else None
