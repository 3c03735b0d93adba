"""Papers find their venue again, after the table of venues grew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Q

from shortscience.lib.identifiers import Key, Scheme
from shortscience.papers.models import Identifier, Paper
from shortscience.papers.outbox import changed
from shortscience.venues.models import Venue, VenueKey
from shortscience.venues.naming import dblp_prefix, has_doi_prefix

# Papers read, and changed, at a time: keeps the lock on SQLite short.
ROWS = 1000


def assign_venues() -> int:
    """Give papers without a venue the one that their DBLP key or DOI names; return how many.

    A preprint server gives way to a place of publication, nothing else changes: what a source
    printed says more than how a key begins. Costs one pass over these papers; afterwards call
    `summaries.counts.recount`.
    """
    known = _Known()
    return sum(_assign(papers, known) for papers in _batches())


class _Known:
    """The venues by how keys begin."""

    def __init__(self) -> None:
        keys = VenueKey.objects.filter(scheme__in=["prefix", "doi"]).select_related("venue")
        self.by_prefix: dict[str, Venue] = {}
        self.by_registrant: dict[str, list[tuple[str, Venue]]] = defaultdict(list)
        # The longest first: "10.1101/gr" before "10.1101".
        for key in sorted(keys, key=lambda key: -len(key.value)):
            if key.scheme == VenueKey.Scheme.PREFIX:
                self.by_prefix[key.value] = key.venue
            else:
                self.by_registrant[key.value.partition("/")[0]].append((key.value, key.venue))

    def venue_of(self, keys: Iterable[Key]) -> Venue | None:
        """Return the place of publication that the keys name, or else the preprint server."""
        found = [venue for key in keys if (venue := self._venue(key))]
        found.sort(key=lambda venue: venue.kind == Venue.Kind.PREPRINTS)
        return found[0] if found else None

    def _venue(self, key: Key) -> Venue | None:
        if key.scheme == Scheme.DBLP:
            return self.by_prefix.get(dblp_prefix(key.value))
        some = self.by_registrant.get(key.value.partition("/")[0], ())
        return next((venue for prefix, venue in some if has_doi_prefix(key.value, prefix)), None)


def _batches() -> Iterator[list[Paper]]:
    unsure = Q(venue__isnull=True) | Q(venue__kind=Venue.Kind.PREPRINTS)
    papers = Paper.objects.filter(unsure, merged_into__isnull=True).only("venue").order_by("pk")
    last = 0
    while batch := list(papers.filter(pk__gt=last)[:ROWS]):
        yield batch
        last = batch[-1].pk


@transaction.atomic
def _assign(papers: list[Paper], known: _Known) -> int:
    keys: dict[int, list[Key]] = defaultdict(list)
    rows = Identifier.objects.filter(
        paper__in=papers, scheme__in=[Scheme.DBLP.value, Scheme.DOI.value]
    )
    for paper_id, scheme, value in rows.values_list("paper_id", "scheme", "value"):
        keys[paper_id].append(Key(Scheme(scheme), value))
    wanted: dict[int, list[int]] = defaultdict(list)
    for paper in papers:
        venue = known.venue_of(keys[paper.pk])
        if venue is None or venue.pk == paper.venue_id:
            continue
        if paper.venue_id is None or venue.kind != Venue.Kind.PREPRINTS:
            wanted[venue.pk].append(paper.pk)
    for venue_id, pks in wanted.items():
        Paper.objects.filter(pk__in=pks).update(venue=venue_id)
        changed(pks)
    return sum(map(len, wanted.values()))
