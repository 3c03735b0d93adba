"""What people typed and did not publish: kept for them, shown to nobody else.

A draft is saved while its writer types, by any of several open editors, and goes when its text is
published. It never publishes anything. Two editors of one draft notice each other: see `Seen`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib import markup
from shortscience.lib.prepared import Prepared
from shortscience.papers.models import Paper
from shortscience.summaries.models import Draft, Summary
from shortscience.summaries.querysets import DraftQuerySet
from shortscience.summaries.rules import (
    DRAFTS_KEPT_FOR,
    MOST_DRAFTS,
    DraftIsNewer,
    TooManyDrafts,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Which state of the draft an open editor has shown to its writer."""

    # The draft's version when the editor was opened; 0 where there was none.
    version: int = 0
    # The name of this open editor: what it saved itself, it knows.
    editor: str = ""

    def knows(self, draft: Draft) -> bool:
        return draft.version == self.version or (bool(self.editor) and draft.editor == self.editor)


def draft_of(owner: User, paper: Paper, summary: Summary | None) -> Draft | None:
    """Return the person's draft for this editor, the newest one where a merge left two."""
    return Draft.objects.owned_by(owner).about(paper, summary).newest_first().first()


@transaction.atomic
def save_draft(
    *,
    owner: Viewer,
    paper: Paper,
    summary: Summary | None,
    text: str,
    # Any: whatever the editor's boxes and choices hold, as JSON.
    fields: Mapping[str, Any],
    base_version: int | None,
    seen: Seen,
) -> Draft | None:
    """Keep what stands in an open editor; return the draft, or None where there is none.

    An empty text replaces nothing, and a text that is published as it stands is no draft.

    Args:
        summary: the person's own one that is changed; None for a new one.
        base_version: the version of it that the editor started from.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        markup.SourceRefused: the text cannot be kept; the sentence says why.
        DraftIsNewer: another editor saved one that this editor has not shown.
        TooManyDrafts: the person has to throw some away first.
    """
    member = require_member(owner)
    draft = _locked(member, paper, summary).first()
    if not text.strip():
        return draft
    source = markup.check_source(text)
    if summary is not None and source == summary.text:
        # All changes were taken back.
        if draft is not None and seen.knows(draft):
            draft.delete()
        return None
    if draft is None:
        draft = _begin(member, paper, summary, source)
    if draft.text != source and not seen.knows(draft):
        raise DraftIsNewer(draft)
    draft.text = source
    draft.fields = dict(fields)
    draft.base_version = base_version
    draft.editor = seen.editor
    draft.version += 1
    draft.updated_at = timezone.now()
    draft.save(update_fields=["text", "fields", "base_version", "editor", "version", "updated_at"])
    return draft


def use_up(*, owner: User, paper: Paper, summary: Summary | None, source: str, seen: Seen) -> None:
    """Remove the draft whose text is being published, in that transaction.

    Raises:
        DraftIsNewer: another editor saved one that this editor has not shown.
    """
    drafts = _LOCKED(owner, paper, summary)
    unseen = next((one for one in drafts if one.text != source and not seen.knows(one)), None)
    if unseen is not None:
        raise DraftIsNewer(unseen)
    if drafts:
        Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()


def throw_away(*, draft: Draft, by: Viewer) -> None:
    """Remove the draft; one that is gone already stays gone."""
    Draft.objects.owned_by(require_member(by)).filter(pk=draft.pk).delete()


def forget_old(*, now: datetime) -> int:
    """Remove drafts that nobody touched for a long time; return how many."""
    deleted, _each = Draft.objects.filter(updated_at__lt=now - DRAFTS_KEPT_FOR).delete()
    return deleted


def _locked(owner: User, paper: Paper, summary: Summary | None) -> DraftQuerySet:
    drafts = Draft.objects.owned_by(owner).about(paper, summary)
    return drafts.select_for_update(of=("self",)).newest_first()


_LOCKED = Prepared(_locked)


def _begin(owner: User, paper: Paper, summary: Summary | None, source: str) -> Draft:
    """Return a new draft, or the one that another editor began at this moment, locked."""
    if Draft.objects.owned_by(owner).count() >= MOST_DRAFTS:
        raise TooManyDrafts
    draft = Draft(owner=owner, paper=paper, summary=summary, text=source, version=0)
    draft.updated_at = timezone.now()
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        return _locked(owner, paper, summary).get()
    return draft
