"""The table of venues that we ship is right, and finds the papers of imports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from shortscience.accounts.models import User
from shortscience.lib.errors import NotAllowed, Refused
from shortscience.lib.sections import Section
from shortscience.lib.titles import slugify
from shortscience.moderation.models import LogEntry
from shortscience.moderation.venues import edit_venue
from shortscience.papers.models import Paper
from shortscience.papers.venue_assignment import assign_venues
from shortscience.venues.actions import venue_for
from shortscience.venues.curated import CuratedVenue, load_curated, read_table
from shortscience.venues.editing import Details
from shortscience.venues.models import Venue, VenueKey
from tests.factories import make_paper, make_venue

TABLE = read_table()


def test_it_has_three_hundred_venues_of_several_fields() -> None:
    sections = Counter(entry.section for entry in TABLE)
    kinds = Counter(entry.kind for entry in TABLE)

    assert len(TABLE) >= 300
    assert sections["cs"] >= 150
    assert min(sections["bio"], sections["ph"]) >= 40
    assert {Venue.Kind.CONFERENCE, Venue.Kind.JOURNAL, Venue.Kind.PREPRINTS} <= kinds.keys()


def test_nothing_leads_to_two_venues() -> None:
    keys = Counter(key for entry in TABLE for key in set(entry.keys))
    slugs = Counter(slugify(entry.short) for entry in TABLE)

    assert [key for key, n in keys.items() if n > 1] == []
    assert [slug for slug, n in slugs.items() if n > 1] == []


def faults(entry: CuratedVenue) -> Iterator[str]:
    if not 0 < len(entry.short) <= 60 or not 0 < len(entry.name) <= 250:
        yield "its names do not fit"
    if entry.section not in {*Section}:
        yield "no such section"
    if not all(prefix.startswith(("conf/", "journals/")) for prefix in entry.prefixes):
        yield "a prefix is no beginning of a DBLP key"
    if not all(doi.startswith("10.") for doi in entry.dois):
        yield "a DOI prefix is none"
    if any(key != key.lower() for key in (*entry.prefixes, *entry.dois)):
        yield "keys are lower-case"
    try:
        URLValidator(["https"])(entry.homepage or "https://example.org")
    except ValidationError:
        yield "its home page is no https address"


def test_every_entry_fits_its_columns_and_forms() -> None:
    assert {entry.short: found for entry in TABLE if (found := list(faults(entry)))} == {}


@pytest.mark.django_db
def test_loading_it_twice_changes_nothing() -> None:
    load_curated()
    before = list(VenueKey.objects.order_by("pk").values())

    load_curated()

    assert list(VenueKey.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_venues_that_imports_made_apart_join_the_curated_one() -> None:
    one = make_venue("IEEE Trans. Robotics")
    other = make_venue("IEEE Transactions on Robotics")
    paper, second = make_paper(venue=one), make_paper(venue=other)

    load_curated()

    paper.refresh_from_db()
    second.refresh_from_db()
    assert paper.venue == second.venue
    assert paper.venue is not None
    assert paper.venue.short_name == "T-RO"
    assert VenueKey.objects.filter(scheme="slug", venue=paper.venue).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("keys", "before", "after"),
    [
        (("conf/cvpr/HeZRS16",), None, "CVPR"),
        (("10.1109/tip.2018.1",), None, "IEEE TIP"),
        (("10.1101/gr.1234",), None, "Genome Research"),
        (("10.1101/2020.01.01.1",), None, "bioRxiv"),
        (("1512.03385", "conf/cvpr/HeZRS16"), "arXiv", "CVPR"),
        (("10.1038/nmeth.1",), "Somewhere else", "Somewhere else"),
        (("conf/unheard/of16",), None, None),
    ],
)
def test_papers_find_their_venue_after_the_table_grew(
    keys: tuple[str, ...], before: str | None, after: str | None
) -> None:
    load_curated()
    paper = make_paper(keys=keys, venue=venue_for(name=before) if before else None)

    assign_venues()

    paper.refresh_from_db()
    assert (paper.venue.short_name if paper.venue else None) == after


@pytest.mark.django_db
def test_a_moderators_changes_are_logged_and_stay(mona: User) -> None:
    load_curated()
    venue = Venue.objects.get(short_name="Distill")
    details = Details(
        short_name="Distill", name="Distill, the journal", kind=Venue.Kind.JOURNAL, section="cs",
        homepage="https://distill.pub", names=["Distill Journal"], prefixes=[], dois=["10.23915"],
    )  # fmt: skip

    edit_venue(moderator=mona, venue=venue, details=details, reason="Its full name")
    load_curated()

    venue.refresh_from_db()
    assert venue.name == "Distill, the journal"
    assert venue_for(name="Distill Journal") == venue
    assert LogEntry.objects.get().about == "the venue “Distill, the journal”"


@pytest.mark.django_db
def test_a_name_belongs_to_one_venue_and_members_edit_none(mona: User, alice: User) -> None:
    load_curated()
    venue = Venue.objects.get(short_name="Distill")
    details = Details.of(venue)
    taken = Details(**{**{f: getattr(details, f) for f in details.__slots__}, "names": ["ICML"]})

    with pytest.raises(Refused, match="ICML"):
        edit_venue(moderator=mona, venue=venue, details=taken, reason="Oh")
    with pytest.raises(NotAllowed):
        edit_venue(moderator=alice, venue=venue, details=details, reason="Oh")
    assert Paper.objects.count() == 0
