"""`/metrics`: what a monitor asks for, in the text format of Prometheus.

Web processes count in files that they share (`prometheus_client`'s way), so any of them can tell
for all. What is stored anyway (jobs, changes, sizes) is read when somebody asks.
"""

from __future__ import annotations

import hmac
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from shortscience.pagestore.wsgi import stats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Set by `serve`, before this module is loaded.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SUPERVISOR = "SHORTSCIENCE_SUPERVISOR"

_counted = CollectorRegistry()
_requests = Counter(
    "shortscience_requests",
    "Answers, by the name of the address",
    ["route", "method", "status", "kind"],
    registry=_counted,
)
_seconds = Histogram(
    "shortscience_request_seconds",
    "Time to make an answer",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_counted,
)
_database_errors = Counter(
    "shortscience_database_errors",
    "Errors that the database answered with; an IntegrityError can be two people at once",
    ["error"],
    registry=_counted,
)


def request_done(route: str, method: str, status: int, kind: str, took_s: float) -> None:
    """Count one answer."""
    _requests.labels(route, method, str(status), kind).inc()
    _seconds.labels(route).observe(took_s)


# --- the page store ---------------------------------------------------------------------------

# Of all processes of this machine; one that ended has done what it did.
_page_store = Gauge(
    "shortscience_page_store",
    "Pages for strangers, since each process began: hits, misses, evictions; pages and bytes held",
    ["what"],
    registry=_counted,
    multiprocess_mode="sum",
)
_TELLS_EVERY_S = 1.0
_told_at = float("-inf")


def tell_page_store() -> None:
    """Write down what the page store of this process did, once a second at most."""
    global _told_at  # of the process
    now = time.monotonic()
    if now - _told_at < _TELLS_EVERY_S:
        return
    _told_at = now
    for what, number in stats().items():
        _page_store.labels(what).set(number)


# --- errors of the database -------------------------------------------------------------------


def count_database_errors() -> None:
    """Count from now on what the database refuses, in this process."""
    connection_created.connect(_watch, dispatch_uid="metrics")
    for connection in connections.all(initialized_only=True):
        _watch(connection)
    # A database that cannot be reached refuses no query.
    got_request_exception.connect(_count_if_new, dispatch_uid="metrics")


def _watch(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    if _counting not in connection.execute_wrappers:
        # Before all others: who wraps statements for a while takes the last one away again, and a
        # connection may be opened meanwhile.
        connection.execute_wrappers.insert(0, _counting)


def _counting(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    try:
        return execute(sql, params, many, context)
    except DatabaseError as error:
        _count(error)
        raise


def _count_if_new(**_kwargs: object) -> None:
    error = sys.exc_info()[1]
    if isinstance(error, DatabaseError):
        _count(error)


def _count(error: DatabaseError) -> None:
    if not getattr(error, "is_counted", False):
        error.is_counted = True  # type: ignore[attr-defined]
        _database_errors.labels(type(error).__name__).inc()


# --- the page ---------------------------------------------------------------------------------


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer a monitor on this machine, or one that knows the token; nobody else learns of it."""
    if not (_is_from_here(request) or _knows_token(request)):
        raise Http404
    found = CollectorRegistry()
    found.register(_Stored())
    if SHARED_FOLDER in os.environ:
        MultiProcessCollector(found)  # type: ignore[no-untyped-call]
        body = generate_latest(found)
    else:
        body = generate_latest(_counted) + generate_latest(found)
    return HttpResponse(body, content_type=CONTENT_TYPE)


def _is_from_here(request: HttpRequest) -> bool:
    """Tell whether a program on this machine asks, and not a proxy here for somebody else."""
    if request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1"):
        return False
    forwarded = {"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-Ip", "Via"}
    if any(name in request.headers for name in forwarded):
        return False
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return host in ("127.0.0.1", "localhost", "[::1]")


def _knows_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    expected = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), expected.encode())


# --- what is stored ---------------------------------------------------------------------------


class _Stored:
    """Reads what is known without counting; what cannot be read is left out."""

    def collect(self) -> Iterator[Metric]:
        answers = True
        for part in (_jobs, _index, _sources):
            try:
                yield from part()
            except DatabaseError:
                answers = False
        yield _gauge("database_up", "Whether the database answers", [({}, answers)])
        yield from _memory()


def _jobs() -> Iterator[Metric]:
    from shortscience.jobs.models import Job

    counts = Job.objects.count_by_state()
    due = Job.objects.due().count()
    states = {
        "due": due,
        "later": max(0, counts.get(Job.State.WAITING, 0) - due),
        "running": counts.get(Job.State.RUNNING, 0),
        "dead": counts.get(Job.State.DEAD, 0),
    }
    rows = [({"state": state}, float(number)) for state, number in states.items()]
    yield _gauge("jobs", "Jobs: due now, later, running, given up", rows)


def _index() -> Iterator[Metric]:
    from shortscience.search import store
    from shortscience.search.lag import unread

    folder = store.current()
    state = store.read_state(folder) if folder is not None else None
    yield _gauge("index_up", "Whether this machine has a search index", [({}, state is not None)])
    if state is not None:
        help_ = "Changes that the index of this machine has not read yet; counted up to 10,000"
        yield _gauge("index_unread_changes", help_, [({}, unread(state))])
        yield _gauge("index_papers", "Papers when words were last counted", [({}, state.words_of)])


def _sources() -> Iterator[Metric]:
    from shortscience.sources.pacing import left_alone

    help_ = "Seconds for which this source is not asked, after it failed several times"
    rows = [({"host": host}, seconds) for host, seconds in left_alone().items()]
    yield _gauge("source_paused_seconds", help_, rows)


def _memory() -> Iterator[Metric]:
    """Tell the memory of our processes (Linux only)."""
    top = os.environ.get(SUPERVISOR, str(os.getpid()))
    resident: dict[str, list[int]] = {}
    for pid in _family(int(top)):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue  # It ended meanwhile.
        size = next((row.split()[1] for row in status.splitlines() if row[:6] == "VmRSS:"), "0")
        resident.setdefault(_role(words), []).append(int(size) * 1024)
    rows = sorted(resident.items())
    help_ = "Resident memory of our processes, with what they share counted in each"
    yield _gauge("resident_bytes", help_, [({"process": role}, sum(n)) for role, n in rows])
    yield _gauge("processes", "Our processes", [({"process": role}, len(n)) for role, n in rows])


def _family(pid: int) -> Iterator[int]:
    yield pid
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = tasks.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _role(words: list[bytes]) -> str:
    for role in ("worker", "indexer", "serve"):
        if role.encode() in words[1:4]:
            return role
    return "web"


def _gauge(name: str, help_: str, rows: list[tuple[dict[str, str], float]]) -> Metric:
    labels = list(rows[0][0]) if rows else []
    family = GaugeMetricFamily(f"shortscience_{name}", help_, labels=labels)
    for values, number in rows:
        family.add_metric(list(values.values()), float(number))
    return family
