"""Changing what we know of a venue: its names, kind, home page, and the keys that lead to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.lib.errors import Refused
from shortscience.lib.titles import title_key
from shortscience.venues.models import Venue, VenueKey

Scheme = VenueKey.Scheme
MAX_KEY = 250


@dataclass(frozen=True, slots=True)
class Details:
    """What the form of a venue says. Names in any spelling; prefixes as keys begin."""

    short_name: str
    name: str
    kind: Venue.Kind
    section: str
    homepage: str
    names: Collection[str]
    prefixes: Collection[str]
    dois: Collection[str]

    @classmethod
    def of(cls, venue: Venue) -> Details:
        keys: dict[str, list[str]] = {scheme: [] for scheme in Scheme.values}
        for scheme, value in venue.keys.order_by("scheme", "value").values_list("scheme", "value"):
            keys[scheme].append(value)
        own = {title_key(venue.short_name), title_key(venue.name)}
        return cls(
            short_name=venue.short_name,
            name=venue.name,
            kind=Venue.Kind(venue.kind),
            section=venue.section,
            homepage=venue.homepage,
            names=[name for name in keys[Scheme.NAME] if name not in own],
            prefixes=keys[Scheme.PREFIX],
            dois=keys[Scheme.DOI],
        )


@transaction.atomic
def change(venue: Venue, details: Details) -> Venue:
    """Store the details. The caller has checked who may.

    Raises:
        Refused: one of the names or prefixes is another venue's.
    """
    locked = Venue.objects.select_for_update().get(pk=venue.pk)
    wanted = _keys(details)
    _check_free(locked, wanted)
    locked.short_name, locked.name = details.short_name, details.name
    locked.kind, locked.section = details.kind, details.section
    locked.homepage, locked.edited_at = details.homepage, timezone.now()
    locked.save(update_fields=["short_name", "name", "kind", "section", "homepage", "edited_at"])
    stored = {(key.scheme, key.value): key for key in locked.keys.exclude(scheme=Scheme.SLUG)}
    gone = [key.pk for pair, key in stored.items() if pair not in wanted]
    VenueKey.objects.filter(pk__in=gone).delete()
    VenueKey.objects.bulk_create(
        VenueKey(venue=locked, scheme=scheme, value=value)
        for scheme, value in sorted(wanted - stored.keys())
    )
    return locked


def _keys(details: Details) -> set[tuple[str, str]]:
    names = {title_key(name) for name in (details.short_name, details.name, *details.names)}
    return {
        *((Scheme.NAME.value, name[:MAX_KEY]) for name in names if name),
        *((Scheme.PREFIX.value, prefix.strip("/ ").lower()) for prefix in details.prefixes),
        *((Scheme.DOI.value, doi.strip("/ ").lower()) for doi in details.dois),
    }


def _check_free(venue: Venue, wanted: set[tuple[str, str]]) -> None:
    values = {value for _scheme, value in wanted}
    others = VenueKey.objects.exclude(venue=venue).filter(value__in=values).select_related("venue")
    for key in others:
        if (key.scheme, key.value) in wanted:
            raise Refused(
                _("“%(name)s” is a name or key of %(other)s already.")
                % {"name": key.value[:60], "other": key.venue.short_name}
            )
