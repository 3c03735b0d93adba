"""Is the site alive, and should people be sent to it? For balancers, supervisors and monitors."""

from __future__ import annotations

import os

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shortscience.operations.running import is_stopping
from shortscience.search import engine, store

# Below this the next writes may fail; a disk that is nearly full is not "ready".
DISK_NEEDED_BYTES = 64 * 1024 * 1024

OK = "ok"
# The database of this process was up to date once: its tables do not become older by themselves.
_has_migrated = False


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as this process answers at all; it asks nothing of anybody."""
    return JsonResponse({"status": OK})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when people can be sent here, else 503; each part says how it is."""
    parts = {
        "process": "stopping" if is_stopping() else OK,
        "database": _database(),
        "disk": _disk(),
        "index": _index(),
    }
    parts["migrations"] = _migrations() if parts["database"] == OK else "unknown"
    # While an index is built the database answers searches: slower, not wrong.
    wrong = {name for name, how in parts.items() if how not in (OK, "not built yet")}
    return JsonResponse(
        {"status": "not ready" if wrong else OK, **parts}, status=503 if wrong else 200
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return "no answer"
    return OK


def _migrations() -> str:
    global _has_migrated  # of the process, as its connection
    if not _has_migrated:
        try:
            executor = MigrationExecutor(connection)
            behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            return "unknown"
        _has_migrated = not behind
    return OK if _has_migrated else "not up to date"


def _disk() -> str:
    try:
        found = os.statvfs(settings.VAR_DIR)
    except OSError:
        return "cannot be read"
    return OK if found.f_bavail * found.f_frsize >= DISK_NEEDED_BYTES else "nearly full"


def _index() -> str:
    if store.current() is None:
        return "not built yet"
    try:
        engine.use(lambda matcher: matcher.searcher.num_docs)
    except engine.Unavailable:
        return "cannot be read"
    return OK
