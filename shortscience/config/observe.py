"""Around every request that Django answers: its id, its measurement, its line in the log."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from shortscience.config import metrics, telemetry
from shortscience.config.logs import answered, request_id_of, route_of

HEADER = "X-Request-ID"
# What a proxy of ours may call a request: nothing that could break a line or a page.
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = logging.getLogger("shortscience.requests")
# Whether the request of this thread has its line: one that the page store answers has none yet.
_is_logged: ContextVar[bool] = ContextVar("is_logged", default=False)

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


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
        if settings.LOG_REQUESTS:
            _is_logged.set(True)
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


def log_stored(
    answer: Application, environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    """Answer, and write the line of a request that was answered without Django."""
    start = time.perf_counter()
    _is_logged.set(False)
    said: list[str] = []

    def start_and_note(status: str, *more: Any) -> Any:
        said.append(status)
        return start_response(status, *more)

    body = answer(environ, start_and_note)
    if said and not _is_logged.get():
        milliseconds = round((time.perf_counter() - start) * 1000, 1)
        method, status = environ["REQUEST_METHOD"], int(said[0][:3])
        log.info(
            "%s stored %d %.1f ms",
            *(method, status, milliseconds),
            extra={
                "request_id": "-",
                "method": method,
                "route": "stored",
                "status": status,
                "milliseconds": milliseconds,
                "kind": "reader",
            },
        )
    return body


def _id_of(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
    return given if _ID.fullmatch(given) else secrets.token_hex(8)


def _kind_of(request: HttpRequest) -> str:
    """Return for whom the answer was made, as far as it was asked: nothing is looked up here."""
    reader = getattr(request, "_cached_user", None)
    return "member" if reader is not None and reader.is_authenticated else "reader"
