"""Traces by OpenTelemetry, for those who collect them: a span a request and one a query in it.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set. A span has no path, no text of a query's values and
nobody's address or name in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest

from shortscience.config.terminal import Stop

# Any: the library is optional, and so are its types.
_tracer: Any = None
_provider: Any = None


class Span(Protocol):
    """What the middleware tells about a request at its end."""

    def ended(self, *, route: str, status: int) -> None: ...


class _NoSpan:
    def ended(self, *, route: str, status: int) -> None:
        return


class _OneSpan:
    def __init__(self, span: Any) -> None:
        self._span = span

    def ended(self, *, route: str, status: int) -> None:
        self._span.update_name(route)
        self._span.set_attribute("http.route", route)
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            from opentelemetry.trace import StatusCode

            self._span.set_status(StatusCode.ERROR)


_NOTHING = _NoSpan()


def require() -> None:
    """Return if traces are off, or can be sent.

    Raises:
        Stop: the library is not installed.
    """
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter
        import opentelemetry.sdk.trace.export  # noqa: F401
    except ImportError as missing:
        raise Stop(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed:"
            " pip install 'shortscience[telemetry]', or leave the setting out."
        ) from missing


def start(process: str) -> None:
    """Begin to send traces, if the settings say where to.

    Args:
        process: what this process is, such as "web"; the name of the service has it at its end.

    Raises:
        Stop: they do, and the library is not installed.
    """
    global _tracer, _provider  # one per process
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT or _tracer is not None:
        return
    require()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = Resource.create({"service.name": f"shortscience-{process}"})
    _provider = TracerProvider(resource=named)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("shortscience")
    connection_created.connect(_watch, dispatch_uid="telemetry")


def flush() -> None:
    """Send what waits to be sent."""
    if _provider is not None:
        _provider.force_flush()


@contextmanager
def span(request: HttpRequest) -> Iterator[Span]:
    """Trace what is done inside as one request."""
    if _tracer is None:
        yield _NOTHING
        return
    with _tracer.start_as_current_span("request") as current:
        current.set_attribute("http.request.method", request.method or "")
        current.set_attribute("shortscience.request_id", getattr(request, "request_id", ""))
        yield _OneSpan(current)


def _watch(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    if _trace_query not in connection.execute_wrappers:
        # Before all others, as in `metrics`.
        connection.execute_wrappers.insert(0, _trace_query)


def _trace_query(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run a query in a span that has its statement with placeholders, without the values."""
    with _tracer.start_as_current_span("query") as current:
        current.set_attribute("db.system.name", context["connection"].vendor)
        current.set_attribute("db.query.text", str(sql)[:2000])
        return execute(sql, params, many, context)
