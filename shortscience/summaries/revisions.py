"""Every version of a summary that was saved: what it said, when, and who changed it.

A summary that was saved once has no row here: it is its own first version. Its first change
writes two, the version that is replaced and the new one. So the texts of an import, which hardly
ever change, are not stored twice, and an older site needs no migration of its data.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib.prepared import Prepared
from shortscience.lib.prepared_writes import insert_row
from shortscience.summaries.models import Summary, SummaryRevision

# A screen or two; the next page starts where this one ends, however long the history is.
PER_PAGE = 50


def as_it_stands(summary: Summary) -> SummaryRevision:
    """Return the version that the summary is now, unsaved."""
    when = summary.edited_at or summary.published_at
    if when is None and not summary.origin:
        when = summary.created_at
    return SummaryRevision(
        summary=summary,
        number=summary.version,
        text=summary.text,
        words=summary.words,
        saved_at=when,
        editor_id=summary.author_id,
        was_public=summary.is_for_all,
        group_id=summary.group_id,
        was_anonymous=summary.is_anonymous,
    )


def keep_first(summary: Summary) -> None:
    """Store the version that is about to be replaced, if that was not done when it was made.

    Call it with the summary locked and unchanged.
    """
    newest = next(iter(_NEWEST_OF(summary)), None)
    if newest is None or newest.number != summary.version:
        insert_row(as_it_stands(summary))


_NEWEST_OF = Prepared(
    lambda summary: (
        SummaryRevision.objects.filter(summary=summary).only("number").order_by("-number")[:1]
    )
)


def keep(
    summary: Summary, *, editor: User, note: str = "", restored_from: int | None = None
) -> None:
    """Store the version that was just saved, in the transaction that saved it."""
    revision = as_it_stands(summary)
    revision.editor = editor
    # Not `edited_at`: a text that was private becomes public without being edited.
    revision.saved_at = timezone.now()
    revision.note = note
    revision.restored_from = restored_from
    insert_row(revision)


def history(
    summary: Summary, viewer: Viewer, *, before: int | None = None
) -> tuple[list[SummaryRevision], bool]:
    """Return the newest versions that the viewer may read, without texts, and if there are more.

    The viewer must be one who may read the summary.

    Args:
        before: only versions of smaller numbers: the last one of the page before.
    """
    rows = SummaryRevision.objects.visible_to(viewer, summary).newest_first().for_history()
    if before is not None:
        rows = rows.before(before)
    found = list(rows[: PER_PAGE + 1])
    if before is None and (not found or found[0].number != summary.version):
        found.insert(0, as_it_stands(summary))
    for revision in found:
        # Already in hand: printing its address must not read it again.
        revision.summary = summary
    return found[:PER_PAGE], len(found) > PER_PAGE


def numbered(summary: Summary, viewer: Viewer, number: int) -> SummaryRevision | None:
    """Return this version with its text, if there is one that the viewer may read."""
    rows = SummaryRevision.objects.readable_by(viewer, summary).select_related("editor")
    found = rows.filter(number=number).first()
    if found is None and number == summary.version:
        return as_it_stands(summary)
    if found is not None:
        found.summary = summary
    return found


def forget_unpublished(summary: Summary) -> None:
    """Remove what only the writers could read, when the last one leaves the summary behind."""
    # What was for a group other than today's is read by nobody either.
    elsewhere = Q(group__isnull=True) | ~Q(group=summary.group_id)
    unread = Q(was_public=False) & elsewhere if summary.is_for_group else Q(was_public=False)
    unread |= Q(withdrawn_at__isnull=False)
    if summary.is_anonymous:
        unread |= Q(was_anonymous=False)
    SummaryRevision.objects.filter(unread, summary=summary).delete()
