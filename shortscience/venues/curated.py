"""The venues that we ship: loaded by `shortscience init`, kept up to date by it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from shortscience.lib.titles import slugify, title_key
from shortscience.venues.models import Venue, VenueKey

TABLE = Path(__file__).parent / "venues.toml"


@dataclass(frozen=True, slots=True)
class CuratedVenue:
    """One entry of the table; see its head for what the fields mean."""

    short: str
    name: str
    kind: Venue.Kind
    section: str
    homepage: str
    prefixes: tuple[str, ...]
    dois: tuple[str, ...]
    aliases: tuple[str, ...]

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Return (scheme, value) of everything that names it."""
        names = dict.fromkeys(title_key(name) for name in (self.short, self.name, *self.aliases))
        return [
            *(("prefix", prefix) for prefix in self.prefixes),
            *(("doi", doi) for doi in self.dois),
            *(("name", name) for name in names if name),
        ]


def read_table(path: Path = TABLE) -> list[CuratedVenue]:
    """Return the table's entries.

    Raises:
        KeyError, ValueError: the table is wrong; a test proves that ours is not.
    """
    entries = tomllib.loads(path.read_text("utf-8"))["venue"]
    return [
        CuratedVenue(
            short=entry["short"],
            name=entry["name"],
            kind=Venue.Kind(entry["kind"]),
            section=entry["section"],
            homepage=entry.get("homepage", ""),
            prefixes=tuple(entry.get("prefixes", ())),
            dois=tuple(entry.get("dois", ())),
            aliases=tuple(entry.get("aliases", ())),
        )
        for entry in entries
    ]


@transaction.atomic
def load_curated() -> int:
    """Make the stored venues agree with the table; return how many it has.

    A venue that an import made from an alias becomes the curated one and keeps its papers;
    where imports made several, the papers of the others join it. What a moderator changed
    stays. Afterwards call `summaries.counts.recount` if the table grew.
    """
    stored = {(key.scheme, key.value): key for key in VenueKey.objects.select_related("venue")}
    taken = set(Venue.objects.values_list("slug", flat=True))
    entries = read_table()
    for entry in entries:
        known = {stored[key].venue_id: stored[key].venue for key in entry.keys if key in stored}
        venue, *doubles = known.values() or [Venue(slug=free_slug(entry.short, taken))]
        _fill(venue, entry)
        for double in doubles:
            if double.edited_at is None:
                for key in stored.values():
                    key.venue = venue if key.venue_id == double.pk else key.venue
                join(keep=venue, drop=double)
        have = {key for key in entry.keys if key in stored}
        VenueKey.objects.bulk_create(
            VenueKey(venue=venue, scheme=scheme, value=value)
            for scheme, value in entry.keys
            if (scheme, value) not in have
        )
    return len(entries)


def join(*, keep: Venue, drop: Venue) -> None:
    """Make two venues that are one a single row; the address of the other leads to it."""
    drop.papers.update(venue=keep)
    drop.keys.update(venue=keep)
    VenueKey.objects.create(venue=keep, scheme=VenueKey.Scheme.SLUG, value=drop.slug)
    drop.delete()


def _fill(venue: Venue, entry: CuratedVenue) -> None:
    if venue.edited_at is not None:
        return
    wanted = {
        "short_name": entry.short,
        "name": entry.name,
        "kind": entry.kind,
        "section": entry.section,
        "homepage": entry.homepage,
    }
    if venue.pk is None or any(getattr(venue, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(venue, name, value)
        venue.save()


def free_slug(name: str, taken: set[str]) -> str:
    """Return a readable slug that no venue has, and take it."""
    base = slugify(name)[:50]
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    taken.add(slug)
    return slug
