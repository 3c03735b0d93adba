"""Saving papers, with a note and tags that only their owner sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib import markup
from shortscience.lib.errors import NotAllowed
from shortscience.library.models import PaperTag, SavedPaper
from shortscience.library.rules import MAX_NOTE, MAX_SAVED, TooMuch
from shortscience.library.tags import tags_in, typed
from shortscience.papers.models import Paper
from shortscience.summaries.actions import cited_papers


@dataclass(frozen=True, slots=True)
class Kept:
    """What a saved paper carried; with it the paper can be saved again as it was."""

    saved_at: datetime
    note: str = ""
    tags: Sequence[str] = ()


@transaction.atomic
def save_paper(*, member: Viewer, paper: Paper, as_before: Kept | None = None) -> SavedPaper:
    """Put the paper into one's library; done again, it changes nothing.

    Args:
        as_before: what `unsave_paper` returned: note, tags and place come back.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        TooMuch: the library is full.
    """
    person = require_member(member)
    # Two clicks at once must not both see the last free place.
    User.objects.select_for_update().get(pk=person.pk)
    known = SavedPaper.objects.filter(owner=person, paper=paper).first()
    if known is not None:
        return known
    if SavedPaper.objects.filter(owner=person).count() >= MAX_SAVED:
        raise TooMuch(
            _("A library holds %(most)d papers. Remove some first.") % {"most": MAX_SAVED}
        )
    kept = as_before or Kept(saved_at=timezone.now())
    saved = SavedPaper.objects.create(owner=person, paper=paper, saved_at=kept.saved_at)
    if kept.note or kept.tags:
        _write_on(saved, kept.note, kept.tags)
    return saved


@transaction.atomic
def unsave_paper(*, member: Viewer, paper: Paper) -> Kept | None:
    """Take the paper out of one's library; return what goes with it, None if it was not there."""
    person = require_member(member)
    saved = SavedPaper.objects.select_for_update().filter(owner=person, paper=paper).first()
    if saved is None:
        return None
    kept = Kept(saved.saved_at, saved.note, saved.tag_names)
    saved.delete()
    return kept


@transaction.atomic
def write_on(*, member: Viewer, saved: SavedPaper, note: str, tags: str) -> SavedPaper:
    """Replace the note and the tags of a saved paper; `tags` are as typed.

    Raises:
        SignInFirst, NotAllowed: it is somebody else's.
        TooMuch, markup.SourceRefused: a text that cannot be kept; the sentence says why.
    """
    person = require_member(member)
    locked = SavedPaper.objects.select_for_update().get(pk=saved.pk)
    if locked.owner_id != person.pk:
        raise NotAllowed(_("Only its owner can change this."))
    _write_on(locked, note, tags_in(tags))
    return locked


def rerender_note(saved: SavedPaper) -> None:
    """Make the HTML again from the stored note with today's renderer and papers."""
    with transaction.atomic():
        locked = SavedPaper.objects.select_for_update().get(pk=saved.pk)
        _render_into(locked, locked.note)


def _write_on(saved: SavedPaper, note: str, tags: Sequence[str]) -> None:
    if len(note) > MAX_NOTE:
        sentence = _("A note has at most %(most)d characters; this one has %(n)d.")
        raise TooMuch(sentence % {"most": MAX_NOTE, "n": len(note)})
    _render_into(saved, markup.check_source(note) if note.strip() else "")
    wanted = set(tags_in(typed(tags)))
    known = set(saved.tags.values_list("name", flat=True))
    saved.tags.exclude(name__in=wanted).delete()
    PaperTag.objects.bulk_create(PaperTag(saved=saved, name=name) for name in wanted - known)


def _render_into(saved: SavedPaper, source: str) -> None:
    # Many notes stand on one page, one for each paper.
    prefix = f"note-{saved.paper_id}-"
    saved.note = source
    saved.note_html = (
        markup.render_comment(source, resolve=cited_papers, id_prefix=prefix).html if source else ""
    )
    saved.renderer_version = markup.RENDERER_VERSION
    saved.save(update_fields=["note", "note_html", "renderer_version"])
