"""Joining two papers that are one, and parting them again: what hangs on the papers themselves.

`moderation.merging` calls these and moves what people wrote. Everything is undone from what is
noted here, row by row, so that what happened after a merge stays where it happened.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models

from shortscience.papers import matching, provenance
from shortscience.papers.likeness import block_key
from shortscience.papers.models import Identifier, Paper, PaperMerge, PaperNotice
from shortscience.venues.models import Venue

# What the kept paper may get from the other one.
FILLED = [
    "authors", "year", "venue", "source", "keywords", "section", "published_on", "abstract",
    "abstract_by", "author_orcids", "details", "versions", "provenance", "block_key", "updated_at",
]  # fmt: skip
# What would let the other paper be found and counted; it comes back with an undo.
EMPTIED: dict[str, Any] = {"venue": None, "title_key": "", "block_key": None}  # any column

# Any: values of columns, as JSON holds them.
Row = dict[str, Any]


def absorb(*, keep: Paper, drop: Paper, now: datetime) -> Row:
    """Make `drop` a redirect to `keep`, which gets its identifiers and what it lacked.

    Both rows are locked by the caller.

    Returns:
        What `release` needs, for `PaperMerge.moved`.
    """
    notices = _notices_to_move(keep, drop)
    moved: Row = {
        "identifiers": list(drop.identifiers.order_by("pk").values_list("pk", flat=True)),
        "notices": notices,
        "redirects": list(
            Paper.objects.filter(merged_into=drop).order_by("pk").values_list("pk", flat=True)
        ),
        "drop": {name: _stored(drop, name) for name in (*EMPTIED, "updated_at")},
    }
    before = {name: _stored(keep, name) for name in FILLED}
    _fill(keep, drop)
    keep.updated_at = now
    moved["keep"] = {
        name: [old, _stored(keep, name)]
        for name, old in before.items()
        if _stored(keep, name) != old
    }
    Identifier.objects.filter(pk__in=moved["identifiers"]).update(paper=keep)
    PaperNotice.objects.filter(pk__in=notices).update(paper=keep)
    Paper.objects.filter(pk__in=moved["redirects"]).update(merged_into=keep)
    _write(keep, {name: pair[1] for name, pair in moved["keep"].items()})
    _write(drop, {**EMPTIED, "merged_into": keep.pk, "hidden_at": now.isoformat()})
    return moved


def release(merge: PaperMerge) -> None:
    """Undo `absorb`. What was changed since in `keep` stays as it is now."""
    keep, drop, moved = merge.keep, merge.drop, merge.moved
    Identifier.objects.filter(pk__in=moved["identifiers"], paper=keep).update(paper=drop)
    PaperNotice.objects.filter(pk__in=moved["notices"], paper=keep).update(paper=drop)
    Paper.objects.filter(pk__in=moved["redirects"], merged_into=keep).update(merged_into=drop)
    untouched = {
        name: old for name, (old, new) in moved["keep"].items() if _stored(keep, name) == new
    }
    _write(keep, untouched)
    _write(drop, {**moved["drop"], "merged_into": None, "hidden_at": None})


def _fill(keep: Paper, drop: Paper) -> None:
    """Give `keep` what it lacks, as intake does with a record."""
    filled = []
    if matching.is_more_complete(drop.authors, keep.authors):
        keep.authors = list(drop.authors)
        filled.append("authors")
    is_preprint = keep.venue is not None and keep.venue.kind == Venue.Kind.PREPRINTS
    is_published = drop.venue is not None and drop.venue.kind != Venue.Kind.PREPRINTS
    if drop.venue is not None and (keep.venue is None or (is_preprint and is_published)):
        keep.venue, keep.year = drop.venue, drop.year or keep.year
        filled += ["venue", "year"]
    for name in ("year", "source", "keywords", "section"):
        if not getattr(keep, name) and getattr(drop, name):
            setattr(keep, name, getattr(drop, name))
            filled.append(name)
    if drop.published_on and (not keep.published_on or drop.published_on < keep.published_on):
        keep.published_on = drop.published_on
        filled.append("published_on")
    if not keep.abstract and drop.abstract:
        keep.abstract, keep.abstract_by = drop.abstract, drop.abstract_by
        filled.append("abstract")
    if drop.author_orcids:
        keep.author_orcids = sorted({*(keep.author_orcids or ()), *drop.author_orcids})
    keep.details = {**drop.details, **keep.details}
    keep.versions = keep.versions or drop.versions
    keep.block_key = block_key(keep.title, keep.authors) if keep.block_key else None
    for name in filled:
        origin = provenance.origin_of(drop.provenance, name, source=drop.source)
        if name in provenance.SHOWN and origin.day is not None:
            keep.provenance = provenance.told(keep.provenance, [name], origin.source, origin.day)


def _notices_to_move(keep: Paper, drop: Paper) -> list[int]:
    """Return the notices of `drop` that `keep` does not have."""
    have = set(keep.notices.values_list("kind", "doi"))
    rows = drop.notices.order_by("pk").values_list("pk", "kind", "doi")
    return [pk for pk, kind, doi in rows if (kind, doi) not in have]


def _stored(paper: Paper, name: str) -> Any:  # Any: a column, as JSON holds it
    value = getattr(paper, _column(name).attname)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _write(paper: Paper, values: Row) -> None:
    """Store the values and set them on the object; `auto_now` must not have its say here."""
    read: Row = {}
    for name, value in values.items():
        column = _column(name)
        read[column.attname] = column.to_python(value) if isinstance(value, str) else value
    if read:
        Paper.objects.filter(pk=paper.pk).update(**read)
        fresh = Paper.objects.select_related("venue").get(pk=paper.pk)
        for name in read:
            setattr(paper, name, getattr(fresh, name))
        paper.venue = fresh.venue


def _column(name: str) -> models.Field[Any, Any]:
    column = Paper._meta.get_field(name)
    assert isinstance(column, models.Field)
    return column
