"""What is written to the log: lines for people or JSON, with the id of the request, nobody in it.

A line never holds what somebody typed, a mail or network address, or the name of a reader: the
filter takes these out of whatever a library or a trace says.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Settings import this module, so Django is not ready here.
    from django.http import HttpRequest

# The request that this thread answers just now.
answered: ContextVar[HttpRequest | None] = ContextVar("answered", default=None)

_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_IP = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
    r"|(?<![\w:])[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}(?![\w:])",
    re.IGNORECASE,
)
# PostgreSQL tells the values of a row that it refuses.
_DETAIL = re.compile(r"^(DETAIL|CONTEXT|STATEMENT|LINE \d+):.*$", re.MULTILINE)
# The path of a person, or a search: Django writes paths and queries into what it logs.
_PATH = re.compile(
    r"(?<![\w/.\"])/(?:@|author/|search|media/|i/|images/|staff/images/|report/"
    r"|shared/|join/|invited/)[^\s'\"]*"
)
# Shorter values would take pieces out of our own words.
_SHORTEST = 4
_GONE = "[…]"

# Attributes that every record has; what a caller gave besides is written too.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOT_FOR_LOGS = _USUAL | {"request", "status_code", "request_id"}


def request_id_of(request: HttpRequest | None) -> str:
    """Return the id that the page, the answer's header and the log have in common; "" outside."""
    return str(getattr(request, "request_id", "")) if request is not None else ""


def route_of(request: HttpRequest) -> str:
    """Return the name of the address that was asked for: few there are, and nobody is in them."""
    match = request.resolver_match
    return (match.view_name or match.route or "none") if match is not None else "none"


class WithoutPeople(logging.Filter):
    """Adds the request's id to a record, and takes out what is personal."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None) or answered.get()
        record.request_id = request_id_of(request) or "-"
        if record.name == "django.request" and request is not None:
            # Django's own sentence ends with the path.
            record.msg, record.args = (
                f"{record.getMessage().partition(':')[0]}: %s",
                (route_of(request),),
            )
        said = record.getMessage()
        if reason := _passing(record.exc_info):
            # The database is away, and each request says so: a line is enough.
            said, record.exc_info = f"{said} ({reason})", None
        record.msg, record.args = without_people(said, request), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_people(record.exc_text, request)
        return True


def _passing(exc_info: Any) -> str:  # as `logging` has it
    """Return why a fault passes by itself; "" for one of ours, whose trace is wanted."""
    from shortscience.web.faults import fault_of

    fault = fault_of(exc_info[1]) if exc_info else None
    return fault.value if fault is not None else ""


def without_people(text: str, request: HttpRequest | None) -> str:
    """Return a text without addresses, and without what this request brought along."""
    for value in sorted(_personal(request), key=len, reverse=True):
        text = text.replace(value, _GONE)
    text = _DETAIL.sub(lambda found: f"{found[1]}: {_GONE}", text)
    text = _PATH.sub(_GONE, text)
    return _IP.sub(_GONE, _MAIL.sub(_GONE, text))


def _personal(request: HttpRequest | None) -> set[str]:
    """Return what this request says of its sender: what was typed, who it is."""
    if request is None:
        return set()
    given = set(_typed(request))
    # Only who is known already: a log line asks the database nothing.
    reader = getattr(request, "_cached_user", None)
    if reader is not None and reader.is_authenticated:
        given |= {reader.get_username(), reader.email, reader.display_name}
    return {
        form for value in given for form in (value, repr(value)[1:-1]) if len(form) >= _SHORTEST
    }


def _typed(request: HttpRequest) -> Iterator[str]:
    # `_post` is there once the form was read; reading it now could fail, or wait for the sender.
    for form in (request.GET, vars(request).get("_post")):
        for name, values in form.lists() if form is not None else ():
            if name != "csrfmiddlewaretoken":
                yield from values
    yield request.META.get("QUERY_STRING", "")
    match = request.resolver_match
    if match is not None:
        yield from (value for value in match.kwargs.values() if isinstance(value, str))


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger, message, request_id, what a caller added, trace."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        request_id = getattr(record, "request_id", "-")
        if request_id != "-":
            line["request_id"] = request_id
        line |= {name: value for name, value in vars(record).items() if name not in _NOT_FOR_LOGS}
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["trace"] = record.exc_text
        return json.dumps(line, default=str, ensure_ascii=False)


def logging_of(style: str, level: str, *, requests: bool) -> dict[str, Any]:
    """Return Django's description of the logs.

    Args:
        style: "line" or "json".
        requests: whether there is a line for each request.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"people": {"()": "shortscience.config.logs.WithoutPeople"}},
        "formatters": {
            "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
            "request": {"format": "{asctime} {message} {request_id}", "style": "{"},
            "json": {"()": "shortscience.config.logs.JsonFormatter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": style,
                "filters": ["people"],
            },
            "requests": {
                "class": "logging.StreamHandler",
                "formatter": "request" if style == "line" else style,
            },
        },
        # What strangers ask for and may not have is no event: any robot could fill the log with it.
        "loggers": {
            "django.request": {"level": "ERROR"},
            "django.security.csrf": {"level": "ERROR"},
            "django.security.RequestDataTooBig": {"level": "CRITICAL"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "shortscience.requests": {
                "handlers": ["requests"],
                "level": "INFO" if requests else "CRITICAL",
                "propagate": False,
            },
        },
        "root": {"handlers": ["console"], "level": level},
    }


def of_the_web_server(style: str) -> dict[str, Any]:
    """Return granian's own description, so that its lines have the same form as ours."""
    ours = logging_of(style, "WARNING", requests=False)
    told = {"handlers": ["console"], "propagate": False}
    return ours | {"loggers": {"_granian": told | {"level": "WARNING"}, "granian.access": told}}
