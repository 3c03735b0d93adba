"""Reads about papers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Coalesce

from shortscience.accounts.querysets import Viewer
from shortscience.lib.identifiers import Key, candidates
from shortscience.lib.titles import title_key

if TYPE_CHECKING:
    from shortscience.papers.models import Paper


def any_of(keys: Iterable[Key]) -> models.Q:
    """Return the condition "one of these identifiers" in the form that its index serves.

    The index is on scheme and value: asked for values alone, a database reads all of it.
    """
    by_scheme: dict[str, list[str]] = {}
    for scheme, value in keys:
        by_scheme.setdefault(scheme.value, []).append(value)
    wanted = models.Q(pk__in=[])
    for scheme_value, values in by_scheme.items():
        wanted |= models.Q(scheme=scheme_value, value__in=values)
    return wanted


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, viewer: Viewer) -> PaperQuerySet:
        """Papers that no moderator has hidden; staff see those too. Not what was merged away."""
        if viewer.is_authenticated and viewer.is_staff:
            return self.filter(merged_into__isnull=True)
        return self.filter(hidden_at__isnull=True)

    def with_keys(self, keys: Collection[Key]) -> PaperQuerySet:
        """Papers known by one of these identifiers."""
        if not keys:
            return self.none()
        wanted = [models.Q(identifiers__scheme=k.scheme, identifiers__value=k.value) for k in keys]
        return self.filter(reduce(or_, wanted)).distinct()

    def known_by(self, text: str) -> PaperQuerySet:
        """The paper that a key, an identifier or an address in any form means."""
        own = text.removeprefix("shortscience/")
        if own != text:
            return self.numbered(int(own)) if own.isascii() and own.isdigit() else self.none()
        return self.with_keys(candidates(text))

    def numbered(self, number: int) -> PaperQuerySet:
        """The paper of this number, or the one that it was merged into."""
        # One value from a subquery: "this or that" would let PostgreSQL read all papers.
        asked = self.model._default_manager.filter(pk=number).order_by()
        here = asked.annotate(here=Coalesce("merged_into", "pk")).values("here")
        return self.filter(pk=models.Subquery(here[:1]))

    def same_title_as(self, title: str) -> PaperQuerySet:
        return self.filter(title_key=title_key(title))

    def with_notices_told(self) -> PaperQuerySet:
        """Say of each whether a publisher said something about it later: `has_notices`."""
        told = self.model._default_manager.filter(pk=models.OuterRef("pk"), notices__isnull=False)
        return self.annotate(has_notices=models.Exists(told))

    def for_card(self) -> PaperQuerySet:
        """Load what `_paper_card.html` prints, so that listing N costs two queries."""
        return self.select_related("venue").prefetch_related("identifiers")
