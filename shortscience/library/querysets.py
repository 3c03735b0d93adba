"""Reads about saved papers and lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer

if TYPE_CHECKING:
    from shortscience.library.models import ListItem, PaperTag, ReadingList, SavedPaper
    from shortscience.papers.models import Paper

# More than a panel at the side can show; further ones are found on their papers.
TAGS_SHOWN = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SavedPaperQuerySet(models.QuerySet["SavedPaper"]):
    def of(self, owner: Viewer) -> SavedPaperQuerySet:
        """What this person saved; nobody else ever reads it. A merged paper's row waits unseen."""
        if not owner.is_authenticated:
            return self.none()
        return self.filter(owner=owner, paper__merged_into__isnull=True)

    def tagged(self, name: str) -> SavedPaperQuerySet:
        return self.filter(tags__name=name)

    def with_words(self, words: Collection[str]) -> SavedPaperQuerySet:
        """Those with each of these words in the title or the note. Only for one person's rows."""
        found = self
        for word in words:
            in_title = Q(paper__title__icontains=word, paper__hidden_at__isnull=True)
            found = found.filter(in_title | Q(note__icontains=word))
        return found

    def newest_first(self) -> SavedPaperQuerySet:
        return self.order_by("-saved_at", "-pk")

    def after(self, mark: str) -> SavedPaperQuerySet:
        """What follows a row in `newest_first`, by its `mark`; all of them for a wrong mark."""
        moment, _, number = mark.partition("-")
        if not all(
            part.isascii() and part.isdigit() and len(part) < 18 for part in (moment, number)
        ):
            return self
        saved_at = _EPOCH + timedelta(microseconds=int(moment))
        return self.filter(
            Q(saved_at__lt=saved_at) | Q(saved_at=saved_at, pk__lt=int(number)),
            # The same in a form that an index on the first column answers.
            saved_at__lte=saved_at,
        )

    def for_shelf(self) -> SavedPaperQuerySet:
        """Load what a row of the library prints."""
        return self.select_related("paper__venue").prefetch_related("tags")


def mark_of(saved: SavedPaper) -> str:
    """Return what `after` takes to go on behind this row."""
    return f"{(saved.saved_at - _EPOCH) // timedelta(microseconds=1)}-{saved.pk}"


class PaperTagQuerySet(models.QuerySet["PaperTag"]):
    def used_by(self, owner: User) -> Sequence[tuple[str, int]]:
        """Return the person's most used tags in the alphabet, each with its number of papers."""
        rows = self.filter(saved__owner=owner, saved__paper__merged_into__isnull=True)
        counted = rows.order_by().values_list("name").annotate(n=Count("pk"))
        return sorted(counted.order_by("-n", "name")[:TAGS_SHOWN])


class ReadingListQuerySet(models.QuerySet["ReadingList"]):
    def visible_to(self, viewer: Viewer) -> ReadingListQuerySet:
        """Public lists of people who have a page, and one's own; staff see hidden ones, too."""
        if not viewer.is_authenticated:
            return self.public()
        if viewer.is_staff:
            return self.filter(Q(is_public=True) | Q(owner=viewer))
        return self.filter(_is_public() | Q(owner=viewer))

    def public(self) -> ReadingListQuerySet:
        return self.filter(_is_public())

    def published(self) -> ReadingListQuerySet:
        """Those that their owners show and no moderator hid, also of people without a page."""
        return self.filter(is_public=True, hidden_at__isnull=True)

    def of(self, owner: User) -> ReadingListQuerySet:
        return self.filter(owner=owner)

    def by_name(self) -> ReadingListQuerySet:
        return self.order_by(Lower("name"), "pk")

    def newest_first(self) -> ReadingListQuerySet:
        return self.order_by("-created_at", "-pk")

    def holding(self, paper: Paper) -> ReadingListQuerySet:
        return self.filter(items__paper=paper)

    def saying_whether_they_hold(self, paper: Paper) -> ReadingListQuerySet:
        """Say of each list whether the paper is in it: `holds_it`."""
        holding = self.model._default_manager.filter(pk=OuterRef("pk"), items__paper=paper)
        return self.annotate(holds_it=Exists(holding))

    def with_counts(self) -> ReadingListQuerySet:
        """Say of each list how many papers everybody would see in it: `paper_count`."""
        return self.annotate(
            paper_count=Count("items", filter=Q(items__paper__hidden_at__isnull=True))
        )


class ListItemQuerySet(models.QuerySet["ListItem"]):
    def of(self, reading_list: ReadingList) -> ListItemQuerySet:
        """The papers of a list; a merged paper's place waits unseen."""
        return self.filter(reading_list=reading_list, paper__merged_into__isnull=True)

    def with_open_papers(self) -> ListItemQuerySet:
        """Without papers that a moderator hid: what others see of the list."""
        return self.filter(paper__hidden_at__isnull=True)

    def in_order(self) -> ListItemQuerySet:
        return self.order_by("position", "pk")

    def for_list(self) -> ListItemQuerySet:
        """Load what a list prints of each paper."""
        return self.select_related("paper__venue")


def _is_public() -> Q:
    """Return the condition that everybody may read a list."""
    owners = User.objects.visible_to(AnonymousUser())
    return Q(is_public=True, hidden_at__isnull=True, owner__in=owners)
