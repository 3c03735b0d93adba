"""What the rows say: references, numbers, texts, jobs, files."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import AutoField, Count, Exists, ForeignKey, Max, Model, OuterRef, Q, QuerySet
from zstandard import ZstdError

from shortscience.claims import counts as claim_counts
from shortscience.claims.models import Claim
from shortscience.config.backup.taking import media_is_here
from shortscience.config.commands.rerender import redo_old, rendered_texts
from shortscience.config.doctor.finding import Finding, State, counted, needs_you, ok
from shortscience.config.doctor.images import FOLDERS
from shortscience.discussion import badges, mentions
from shortscience.discussion.models import Comment
from shortscience.evidence import deciding, documents
from shortscience.evidence.models import Report as RunReport
from shortscience.jobs.models import Job
from shortscience.lib.markup import RENDERER_VERSION
from shortscience.lib.titles import title_key
from shortscience.papers.indexes import build_indexes, missing_indexes
from shortscience.papers.models import Identifier, Paper
from shortscience.papers.outbox import changed
from shortscience.readership.actions import recount as recount_readers
from shortscience.sources.loading import one_by_one
from shortscience.summaries import counts
from shortscience.summaries.arrivals import move_sections, resolve_waiting_citations
from shortscience.summaries.models import Summary
from shortscience.voting.actions import refresh_standing, rescore_all

# A file that was just put here may belong to a text that is still being written.
YOUNG_S = 24 * 3600
_IN_TEXT = re.compile(r"/media/([\w./-]+)")
# Texts of people: never removed, whatever they hang on.
_TEXTS: tuple[type[Model], ...] = (Summary, Comment, Claim)

Rows = QuerySet[Any]


def indexes(repairs: bool) -> list[Finding]:
    """Look for indexes that a broken load left out, and identifiers doubled meanwhile."""
    missing = missing_indexes()
    doubled = _doubled() if missing else 0
    if repairs and missing:
        # A load that still runs builds them itself.
        with one_by_one():
            build_indexes()
    return [
        counted("indexes", len(missing), "are missing: pages are slow", repairs=repairs),
        counted("identifiers", doubled, "are stored twice", repairs=repairs),
        *_invalid_indexes(),
    ]


def _doubled() -> int:
    twice = Identifier.objects.values("scheme", "value").annotate(n=Count("pk")).filter(n__gt=1)
    return twice.order_by().count()


def _invalid_indexes() -> list[Finding]:
    """Find what PostgreSQL began to build beside its work and could not end."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
        names = [name for (name,) in cursor.fetchall()]
    says = "REINDEX INDEX CONCURRENTLY, then look again: " + ", ".join(names)
    return [needs_you("indexes", says, len(names))] if names else []


# --- rows that point nowhere ------------------------------------------------------------------


def references(repairs: bool) -> list[Finding]:
    """Look for rows that point to a row that is not there.

    A text without its paper gets one in its place, so that it can be read and merged; a reference
    that may be empty becomes so; what means nothing alone (votes, identifiers) goes.
    """
    found = []
    for model, key in _references():
        lost = _lost(model, key)
        number = lost.count()
        if not number:
            continue
        if repairs:
            with transaction.atomic():
                _mend(model, key, lost)
        name = f"{model._meta.verbose_name_plural} without {key.name.replace('_', ' ')}"
        found.append(counted("references", number, name, repairs=repairs))
    return found or [ok("references")]


def _references() -> Iterator[tuple[type[Model], ForeignKey[Any, Any]]]:
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, ForeignKey):
                yield model, field


def _lost(model: type[Model], key: ForeignKey[Any, Any]) -> Rows:
    target = key.remote_field.model._base_manager.filter(pk=OuterRef(key.attname))
    return model._base_manager.filter(~Exists(target), **{f"{key.attname}__isnull": False})


def _mend(model: type[Model], key: ForeignKey[Any, Any], lost: Rows) -> None:
    if key.null:
        lost.update(**{key.attname: None})
    elif model in _TEXTS and key.related_model is Paper:
        numbers = set(lost.values_list(key.attname, flat=True))
        Paper.objects.bulk_create(_in_place_of(number) for number in sorted(numbers))
        changed(numbers)
    else:
        lost.delete()


def _in_place_of(number: int) -> Paper:
    title = f"A paper that was lost ({number})"
    return Paper(pk=number, title=title, title_key=title_key(title))


def numbering(repairs: bool) -> list[Finding]:
    """Look whether PostgreSQL would give a new row a number that is taken."""
    behind = [model for model in apps.get_models() if _is_behind(model)]
    if repairs and behind:
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), behind):
                cursor.execute(statement)
    return [counted("numbering", len(behind), "tables would repeat a number", repairs=repairs)]


def _is_behind(model: type[Model]) -> bool:
    key = model._meta.pk
    if connection.vendor != "postgresql" or not isinstance(key, AutoField):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)",
            [connection.ops.quote_name(model._meta.db_table), key.column],
        )
        (last,) = cursor.fetchone()
    newest = model._base_manager.aggregate(newest=Max("pk"))["newest"]
    return bool(newest is not None and newest > (last or 0))


# --- numbers ----------------------------------------------------------------------------------

# SciScores follow votes with a delay of an hour, so a difference is no fault.
_LATE = frozenset({"standings"})


def numbers(repairs: bool) -> list[Finding]:
    """Compute every stored number again."""
    found = []
    for name, number in recounted(keep=repairs).items():
        if name in _LATE and not repairs:
            found.append(ok(name, f"{number:,} follow within the hour" if number else ""))
        else:
            found.append(counted(name, number, "are wrong", repairs=repairs))
    return found


def recounted(*, keep: bool) -> dict[str, int]:
    """Count everything again; return how many numbers of each kind were wrong.

    All in one transaction, which is taken back unless the right numbers are to be kept.
    """
    with transaction.atomic():
        wrong = {
            "sections of summaries": move_sections(),
            "waiting cites": resolve_waiting_citations(),
            "unseen mentions": mentions.recount(),
            "badges of comments": badges.recount(),
            **{f"counts of {name}": number for name, number in counts.recount().items()},
            **claim_counts.recount(),
            **deciding.recount(),
            "scores": rescore_all(),
            "standings": refresh_standing(),
            "counts of readers": recount_readers(),
        }
        if not keep:
            transaction.set_rollback(True)
    return wrong


def reports(_repairs: bool) -> list[Finding]:
    """Look for stored reports whose text is not the one that was sent, or is not there."""
    stored = RunReport.objects.select_related("document").order_by("pk")
    damaged = [report for report in stored.iterator(chunk_size=50) if not _is_intact(report)]
    if not damaged:
        return [ok("reports")]
    says = f"{len(damaged):,} stored reports are damaged, such as {damaged[0].short}"
    return [needs_you("reports", says, len(damaged))]


def _is_intact(report: RunReport) -> bool:
    try:
        return documents.is_intact(report)
    except (ObjectDoesNotExist, ZstdError):
        return False


# --- texts, jobs, files -----------------------------------------------------------------------


def texts(repairs: bool) -> list[Finding]:
    """Look for HTML that an older renderer made."""
    old = Q(renderer_version__lt=RENDERER_VERSION)
    number = sum(rows.filter(old).count() for rows, _redo in rendered_texts().values())
    if repairs and number:
        redo_old()
    return [counted("texts", number, "were made by an older renderer", repairs=repairs)]


def jobs(_repairs: bool) -> list[Finding]:
    """Look for jobs that were given up, or that nobody runs."""
    found = []
    if dead := Job.objects.dead().count():
        found.append(needs_you("jobs", f"{dead:,} were given up: see /staff/jobs", dead))
    if lost := Job.objects.lost().count():
        found.append(needs_you("jobs", f"{lost:,} lost their worker: does `serve` run?", lost))
    return found or [ok("jobs")]


def files(repairs: bool) -> list[Finding]:
    """Look for files that no text names, and for texts that name a file that is not there.

    Those files are put aside, not removed: look at them, then remove them.
    """
    if not media_is_here():
        return [ok("files", "they are in the store of MEDIA_STORAGE_URL, which is not looked at")]
    root = Path(settings.MEDIA_ROOT)
    present = {
        str(path.relative_to(root)): path.stat().st_mtime
        for path in root.rglob("*")
        # Images have rows, and a check of their own.
        if path.is_file() and path.relative_to(root).parts[0] not in FOLDERS
    }
    named = set(_named_files())
    before = time.time() - YOUNG_S
    orphans = sorted(name for name, at in present.items() if name not in named and at < before)
    aside = Path(settings.VAR_DIR) / "orphaned"
    if repairs:
        for name in orphans:
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(root / name, aside / name)
    found = [counted("files", len(orphans), f"are in no text (put into {aside})", repairs=repairs)]
    if lacking := sorted(named - present.keys()):
        says = f"{len(lacking):,} are named by texts and missing, such as {lacking[0]}"
        found.append(needs_you("files", says, len(lacking)))
    return [one for one in found if one.state != State.OK] or [ok("files")]


def _named_files() -> Iterator[str]:
    for model, columns in ((Summary, ("lead_html", "rest_html")), (Comment, ("html",))):
        for column in columns:
            rows = model._base_manager.filter(**{f"{column}__contains": "/media/"})
            for text in rows.values_list(column, flat=True).iterator():
                yield from _IN_TEXT.findall(text)
