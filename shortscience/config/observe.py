"""Around every request that Django answers: its id, its measurement, its line in the log."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from shortscience.config import metrics, telemetry
from shortscience.config.logs import answered, request_id_of, route_of

HEADER = "X-Request-ID"
# What a proxy of ours may call a request: nothing that could break a line or a page.
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = logging.getLogger("shortscience.requests")


class ObservingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        metrics.count_database_errors()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        start = time.perf_counter()
        request.request_id = _id_of(request)  # type: ignore[attr-defined]
        token = answered.set(request)
        try:
            with telemetry.span(request) as span:
                answer = self.get_response(request)
                route, kind = route_of(request), _kind_of(request)
                span.ended(route=route, status=answer.status_code)
        finally:
            answered.reset(token)
        took_s = time.perf_counter() - start
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        metrics.request_done(route, str(method), answer.status_code, kind, took_s)
        answer[HEADER] = request_id_of(request)
        if log.isEnabledFor(logging.INFO):
            log.info(
                "%s %s %d %.1f ms",
                *(method, route, answer.status_code, took_s * 1000),
                extra={
                    "request_id": request_id_of(request),
                    "method": method,
                    "route": route,
                    "status": answer.status_code,
                    "milliseconds": round(took_s * 1000, 1),
                    "kind": kind,
                },
            )
        return answer


def _id_of(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
    return given if _ID.fullmatch(given) else secrets.token_hex(8)


def _kind_of(request: HttpRequest) -> str:
    """Return for whom the answer was made, as far as it was asked: nothing is looked up here."""
    reader = getattr(request, "_cached_user", None)
    return "member" if reader is not None and reader.is_authenticated else "reader"
