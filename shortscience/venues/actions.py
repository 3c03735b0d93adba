"""Writes about venues: finding the one that a record means, or making it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Q

from shortscience.lib.identifiers import Key, Scheme
from shortscience.lib.titles import title_key
from shortscience.venues import naming
from shortscience.venues.curated import free_slug
from shortscience.venues.models import Venue, VenueKey

# What the columns hold; the rest of a longer name is a place and a sponsor.
MAX_SHORT_NAME = 60
MAX_NAME = 250
# DBLP files arXiv's papers here; it says nothing about where a paper was published.
CORR = "journals/corr"
# Clues that are remembered: all of DBLP's fit, and a publisher's million does not fill memory.
MOST_KNOWN = 100_000


class Clue(NamedTuple):
    """What a record says about its venue. Many papers share one, so it is looked up once."""

    name: str = ""
    long_name: str = ""
    dblp: str = ""  # "conf/nips"
    doi: str = ""  # "10.1109/cvpr": a beginning that is some venue's own

    @property
    def printed(self) -> list[str]:
        """The names that mean something, the short one first."""
        return [name for name in (self.name, self.long_name) if not naming.says_nothing(name)]

    def ways(self) -> Iterable[tuple[str, str]]:
        """Yield (scheme, value) of each way to know the venue, the most telling first."""
        printed = self.printed
        yield from (("name", _name_key(name)) for name in printed)
        if self.dblp and self.dblp != CORR:
            yield "prefix", self.dblp
        yield from (("name", _name_key(naming.plain_name(name))) for name in printed)
        yield from (("name", _name_key(naming.acronym_in(name))) for name in printed)
        yield "doi", self.doi
        if not printed:
            yield "prefix", self.dblp


class VenueFinder:
    """Finds the venues of many records with few queries, and makes those it does not know.

    Keep one for a whole import. After a rolled-back transaction call `forget`: the venues
    it made are gone.
    """

    def __init__(self, doi_prefixes: Iterable[str] | None = None) -> None:
        self._known: dict[Clue, Venue | None] = {}
        self._by_registrant = None if doi_prefixes is None else _by_registrant(doi_prefixes)

    @property
    def doi_prefixes(self) -> list[str]:
        """All that are known: with them, `clue` needs no database in another process."""
        return [prefix for some in self._dois().values() for prefix in some]

    def forget(self) -> None:
        self._known.clear()
        self._by_registrant = None

    def clue(self, *, name: str, long_name: str, keys: Iterable[Key]) -> Clue:
        """Return what the record says, reduced to what can matter."""
        dblp = doi = ""
        for scheme, value in keys:
            if scheme == Scheme.DBLP:
                prefix = naming.dblp_prefix(value)
                dblp = prefix if not dblp or dblp == CORR else dblp
            elif scheme == Scheme.DOI and not doi:
                prefixes = self._dois().get(value.partition("/")[0], ())
                doi = next((p for p in prefixes if naming.has_doi_prefix(value, p)), "")
        return Clue(name, long_name, dblp, doi)

    def find(self, clues: Iterable[Clue]) -> dict[Clue, Venue | None]:
        """Return the venue of each clue; None where the record names none.

        One query for all clues not seen before, and two more if venues have to be made.
        """
        wanted = dict.fromkeys(clues)
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        if new := [clue for clue in wanted if clue not in self._known]:
            self._look_up(new)
        return {clue: self._known[clue] for clue in wanted}

    def _dois(self) -> dict[str, list[str]]:
        if self._by_registrant is None:
            stored = VenueKey.objects.filter(scheme="doi").values_list("value", flat=True)
            self._by_registrant = _by_registrant(stored)
        return self._by_registrant

    def _look_up(self, clues: Sequence[Clue]) -> None:
        ways = {clue: [way for way in clue.ways() if way[1]] for clue in clues}
        found = _stored({way for all_ways in ways.values() for way in all_ways})
        for clue in clues:
            venue = next((found[way] for way in ways[clue] if way in found), None)
            if venue is None and clue.printed:
                venue = _make(clue)
                # Further clues of this batch may mean the same.
                found |= {(key.scheme, key.value): venue for key in venue.keys.all()}
            self._known[clue] = venue


def _by_registrant(prefixes: Iterable[str]) -> dict[str, list[str]]:
    """Return the prefixes by what is before their slash ("10.1109"), the longest first."""
    found: dict[str, list[str]] = {}
    for prefix in sorted(prefixes, key=len, reverse=True):
        found.setdefault(prefix.partition("/")[0], []).append(prefix)
    return found


def venue_for(*, name: str, long_name: str = "", keys: Iterable[Key] = ()) -> Venue | None:
    """Return the venue that a single record means, made if needed; None if it names none."""
    finder = VenueFinder()
    clue = finder.clue(name=name, long_name=long_name, keys=keys)
    return finder.find([clue])[clue]


def _stored(ways: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Venue]:
    by_scheme: dict[str, list[str]] = {}
    for scheme, value in ways:
        by_scheme.setdefault(scheme, []).append(value)
    wanted = Q(pk__in=[])
    for scheme, values in by_scheme.items():
        wanted |= Q(scheme=scheme, value__in=values)
    rows = VenueKey.objects.filter(wanted).select_related("venue")
    return {(row.scheme, row.value): row.venue for row in rows}


def _make(clue: Clue) -> Venue:
    """Store a venue that we have not heard of."""
    name = naming.plain_name(clue.printed[-1])[:MAX_NAME]
    short = _short_name(clue, name)
    base = Venue(slug=_slug(short), short_name=short, name=name, kind=_kind(clue, name))
    base.save()
    keys = {("name", _name_key(short)), ("name", _name_key(name))}
    keys |= {("name", _name_key(clue.name))} if not naming.says_nothing(clue.name) else set()
    if clue.dblp and clue.dblp != CORR:
        keys.add(("prefix", clue.dblp))
    VenueKey.objects.bulk_create(
        (
            VenueKey(venue=base, scheme=scheme, value=value)
            for scheme, value in sorted(keys)
            if value
        ),
        # A name that another venue has stays its own.
        ignore_conflicts=True,
    )
    return base


def _short_name(clue: Clue, name: str) -> str:
    short = clue.name if len(clue.printed) == 2 else naming.acronym_in(clue.printed[0])
    if not short or len(short) > MAX_SHORT_NAME:
        short = name
    if short.islower() and len(short) <= 6 and " " not in short:
        # "lrec", "tc": a source's own code of an acronym.
        return short.upper()
    if len(short) <= MAX_SHORT_NAME:
        return short
    return short[: MAX_SHORT_NAME - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _slug(short: str) -> str:
    taken = set(
        Venue.objects.filter(slug__startswith=free_slug(short, set())).values_list(
            "slug", flat=True
        )
    )
    return free_slug(short, taken)


def _kind(clue: Clue, name: str) -> Venue.Kind:
    if naming.is_part_of_other(name) and "workshop" in name.lower():
        return Venue.Kind.WORKSHOP
    first = clue.dblp.partition("/")[0]
    by_prefix = {"conf": Venue.Kind.CONFERENCE, "journals": Venue.Kind.JOURNAL}
    return by_prefix.get(first, Venue.Kind.OTHER)


def _name_key(name: str) -> str:
    return title_key(name)
