"""What a merge of two papers means for people's libraries, and its undoing.

`moderation.merging` calls these. Somebody who has both papers keeps both rows: the one at the
merged paper waits unseen until an undo, and what it said is added to the other.
"""

from __future__ import annotations

from shortscience.library.actions.saving import rerender_note
from shortscience.library.models import ListItem, PaperTag, SavedPaper
from shortscience.papers.models import Paper

# {what: numbers of rows}, as JSON holds it.
Moved = dict[str, list[int]]


def move(drop: Paper, keep: Paper) -> Moved:
    """Move what people saved and listed of `drop` to `keep`; return what `move_back` needs."""
    both = SavedPaper.objects.filter(paper=keep).values("owner")
    lists = ListItem.objects.filter(paper=keep).values("reading_list")
    saved = SavedPaper.objects.filter(paper=drop).exclude(owner__in=both)
    items = ListItem.objects.filter(paper=drop).exclude(reading_list__in=lists)
    moved = {
        "saved": list(saved.order_by("pk").values_list("pk", flat=True)),
        "list_items": list(items.order_by("pk").values_list("pk", flat=True)),
        "tags": _join_double(drop, keep),
    }
    SavedPaper.objects.filter(pk__in=moved["saved"]).update(paper=keep)
    ListItem.objects.filter(pk__in=moved["list_items"]).update(paper=keep)
    return moved


def move_back(drop: Paper, keep: Paper, moved: Moved) -> None:
    """Part them again; merges that are older than this module moved nothing here."""
    SavedPaper.objects.filter(pk__in=moved.get("saved", ()), paper=keep).update(paper=drop)
    ListItem.objects.filter(pk__in=moved.get("list_items", ()), paper=keep).update(paper=drop)
    PaperTag.objects.filter(pk__in=moved.get("tags", ())).delete()
    for other in SavedPaper.objects.filter(paper=drop).exclude(note=""):
        mine = SavedPaper.objects.filter(owner=other.owner_id, paper=keep).first()
        if mine is not None:
            _set_note(mine, mine.note.removesuffix(other.note).rstrip("\n"), was=mine.note)


def _join_double(drop: Paper, keep: Paper) -> list[int]:
    """Add notes and tags of `drop` to the rows of those who saved both; return the new tags."""
    added: list[int] = []
    mine_by_owner = {saved.owner_id: saved for saved in SavedPaper.objects.filter(paper=keep)}
    of_both = SavedPaper.objects.filter(paper=drop, owner__in=mine_by_owner)
    for other in of_both.prefetch_related("tags"):
        mine = mine_by_owner[other.owner_id]
        if other.note:
            joined = f"{mine.note}\n\n{other.note}" if mine.note else other.note
            _set_note(mine, joined, was=mine.note)
        for name in other.tag_names:
            tag, is_new = PaperTag.objects.get_or_create(saved=mine, name=name)
            added += [tag.pk] if is_new else []
    return added


def _set_note(saved: SavedPaper, note: str, *, was: str) -> None:
    if note != was:
        SavedPaper.objects.filter(pk=saved.pk).update(note=note)
        rerender_note(saved)
