"""The search: what it was told, and whether the index of this machine has it."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from shortscience.changes.models import Change
from shortscience.config.doctor.finding import Finding, State, counted, needs_you, ok
from shortscience.papers.models import IndexChange, Paper
from shortscience.papers.outbox import KEPT_FOR, changed, prune
from shortscience.search import audit, engine, store
from shortscience.search.lag import unread

# A range that ends so far behind the newest paper was never one of ours.
BEYOND = 1_000_000
# The indexer looks five times a second.
FOLLOWS_WITHIN = timedelta(minutes=1)


def outbox(repairs: bool) -> list[Finding]:
    """Look for rows of the outbox that make no sense, or that nobody will ever read."""
    newest = Paper.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    senseless = IndexChange.objects.filter(
        Q(last__lt=F("first")) | Q(first__lt=0) | Q(last__gt=newest + BEYOND)
    )
    old = IndexChange.objects.filter(changed_at__lt=timezone.now() - KEPT_FOR - timedelta(days=1))
    foreign = _from_another_server()
    found = [
        counted("outbox", senseless.count(), "rows name no papers", repairs=repairs),
        counted("outbox", old.count(), "rows are kept too long", repairs=repairs),
        counted("outbox", foreign, "rows are of another server's count", repairs=repairs),
    ]
    if repairs:
        senseless.delete()
        prune()
        if foreign:
            forget_other_server()
    return [one for one in found if one.state != State.OK] or [ok("outbox")]


def _from_another_server() -> int:
    """Count rows with a transaction that has not been yet: they were restored from elsewhere."""
    if connection.vendor != "postgresql":
        return 0
    next_ = _next_transaction()
    return sum(
        model._base_manager.filter(transaction__gt=next_).count() for model in (IndexChange, Change)
    )


def _next_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def forget_other_server() -> None:
    """Make rows harmless that name transactions of another server: this one counts anew.

    Zero is before whatever an index has read, so that one is built anew or compared. Changes are
    read by processes that run, which begin at their end: those of another server are no news.
    """
    IndexChange.objects.exclude(transaction=0).update(transaction=0)
    Change._base_manager.all().delete()


def index(repairs: bool) -> list[Finding]:
    """Compare the index of this machine with the database."""
    folder = store.current()
    state = store.read_state(folder) if folder is not None else None
    if state is None:
        return [ok("search index", "there is none yet; the indexer builds it by itself")]
    if waiting := unread(state):
        stuck = IndexChange.objects.filter(changed_at__lt=timezone.now() - FOLLOWS_WITHIN)
        if stuck.filter(Q(transaction__gt=state.transaction) | Q(pk__gt=state.row)).exists():
            says = f"{waiting:,} changes wait for more than a minute: does `serve` run?"
            return [needs_you("search index", says, waiting)]
        return [ok("search index", f"it is reading {waiting:,} changes just now")]
    try:
        wrong = list(audit.differing())
    except engine.Unavailable as reason:
        return [needs_you("search index", f"run `shortscience reindex`: {reason}")]
    if repairs:
        changed(wrong)
    return [counted("search index", len(wrong), "papers differ from the database", repairs=repairs)]
