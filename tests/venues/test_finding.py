"""Finding the venue that a record means."""

from __future__ import annotations

import pytest

from shortscience.lib.identifiers import candidates
from shortscience.lib.sections import Section
from shortscience.venues import naming
from shortscience.venues.actions import venue_for
from shortscience.venues.curated import load_curated, read_table
from shortscience.venues.models import Venue, VenueKey
from tests.factories import make_venue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("printed", "short"),
    [
        ("International Conference on Machine Learning", "ICML"),
        ("arXiv e-Print archive", "arXiv"),
        ("Neural Information Processing Systems Conference", "NeurIPS"),
        ("Conference and Computer Vision and Pattern Recognition", "CVPR"),
        ("International Conference on Computer Vision", "ICCV"),
        ("NIPS", "NeurIPS"),
        ("Advances in Neural Information Processing Systems 28", "NeurIPS"),
        ("Proceedings of the 32nd International Conference on Machine Learning", "ICML"),
        ("In Proceedings of CVPR 2016", "CVPR"),
        ("2016 IEEE Conference on Computer Vision and Pattern Recognition (CVPR)", "CVPR"),
        ("Proceedings of the Twenty-Eighth Conference on Learning Theory", "COLT"),
        ("arXiv preprint arXiv:1512.03385", "arXiv"),
        ("CoRR", "arXiv"),
        ("Proceedings of the National Academy of Sciences", "PNAS"),
        ("IEEE Trans. Pattern Anal. Mach. Intell.", "TPAMI"),
    ],
)
def test_every_spelling_of_a_well_known_venue_finds_it(printed: str, short: str) -> None:
    load_curated()

    venue = venue_for(name=printed)

    assert venue is not None
    assert venue.short_name == short


@pytest.mark.parametrize(
    ("key", "short"),
    [
        ("conf/nips/RenHGS15", "NeurIPS"),
        ("journals/corr/HeZRS15", "arXiv"),
        ("10.1109/cvpr.2016.90", "CVPR"),
        ("10.1016/j.cell.2015.01.001", "Cell"),
    ],
)
def test_a_key_names_the_venue_where_nothing_is_printed(key: str, short: str) -> None:
    load_curated()

    venue = venue_for(name="", keys=candidates(key))

    assert venue is not None
    assert venue.short_name == short


def test_a_doi_prefix_is_met_whole() -> None:
    load_curated()

    assert venue_for(name="", keys=candidates("10.1016/j.cellsig.2015.01.001")) is None


def test_a_workshop_is_not_its_host() -> None:
    load_curated()

    venue = venue_for(name="Workshop on Reliable Learning at ICML 2017")

    assert venue is not None
    assert venue.short_name != "ICML"
    assert venue.kind == Venue.Kind.WORKSHOP


def test_an_unknown_name_makes_one_venue_for_all_its_years() -> None:
    first = venue_for(name="Proceedings of the 3rd Meeting on Bees (BEES 2003)")
    second = venue_for(name="Proceedings of the 4th Meeting on Bees (BEES 2004)")

    assert first == second
    assert first is not None
    assert (first.short_name, first.slug, first.kind) == ("BEES", "bees", Venue.Kind.OTHER)
    assert first.name == "Meeting on Bees"


@pytest.mark.parametrize("name", ["", "Workshops", "submitted", " - "])
def test_a_name_that_says_nothing_makes_no_venue(name: str) -> None:
    assert venue_for(name=name) is None


def test_slugs_stay_apart() -> None:
    first = venue_for(name="Bees & Honey")
    second = venue_for(name="Bees and Honey!")
    third = venue_for(name="Bees, Honey")

    assert len({v.slug for v in (first, second, third) if v}) == len(
        {v.pk for v in (first, second, third) if v}
    )


def test_loading_the_table_again_changes_nothing() -> None:
    load_curated()
    before = (Venue.objects.count(), VenueKey.objects.count())

    load_curated()

    assert (Venue.objects.count(), VenueKey.objects.count()) == before


def test_a_venue_that_an_import_made_becomes_the_curated_one() -> None:
    made = make_venue("NIPS")

    load_curated()

    made.refresh_from_db()
    assert made.short_name == "NeurIPS"


def test_the_table_is_sound() -> None:
    entries = read_table()
    every = [key for entry in entries for key in entry.keys]

    assert len(entries) >= 60
    assert len(every) == len(set(every)), "a key names two venues"
    assert {entry.section for entry in entries} <= {section.value for section in Section}
    assert all(not e.homepage or e.homepage.startswith("https://") for e in entries)


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        (
            "COLING 2004: Proceedings of the 20th International Conference on Computational"
            " Linguistics",
            "International Conference on Computational Linguistics",
        ),
        ("Proceedings of COLING 2012", "COLING"),
        ("Neural Networks", "Neural Networks"),
        (
            "Journal of Geophysical Research: Atmospheres",
            "Journal of Geophysical Research: Atmospheres",
        ),
        ("2001", "2001"),
    ],
)
def test_plain_names(printed: str, plain: str) -> None:
    assert naming.plain_name(printed) == plain
