"""What we write for reference managers, readers of those formats read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shortscience.accounts.models import User
from shortscience.lib import csljson_writer, ris_writer
from shortscience.lib.names import parts, to_first_last
from shortscience.library.actions.lists import add_to_list, make_list
from shortscience.library.actions.saving import save_paper, write_on
from shortscience.library.export import FORMATS, as_file, from_library, from_list
from shortscience.library.models import ListItem, SavedPaper
from shortscience.papers.models import Paper
from shortscience.papers.records import PaperRecord
from shortscience.sources import bibfile
from shortscience.sources.csljson.parse import parse as parse_csljson
from shortscience.sources.parsed import Parsed
from shortscience.sources.ris.parse import parse as parse_ris
from shortscience.venues.models import Venue
from tests.factories import make_paper, make_venue

READERS: dict[str, Callable[[bytes], Parsed]] = {
    "bib": bibfile.parse,
    "json": parse_csljson,
    "ris": parse_ris,
}


@pytest.fixture
def papers(db: None) -> list[Paper]:
    """Papers with all that a record can hold, and with next to nothing."""
    conference = make_venue("CVPR", name="Computer Vision & Pattern Recognition")
    journal = make_venue("PNAS", name="Proceedings of the {National} Academy")
    conference.kind, journal.kind = Venue.Kind.CONFERENCE, Venue.Kind.JOURNAL
    conference.save()
    journal.save()
    return [
        make_paper(
            "Deep $x_1$ Learning: 100% of “it” & more",
            keys=("10.1109/cvpr.2016.90", "1512.03385"),
            authors=("Kaiming He", "Martin Luther King Jr.", "Laurens van der Maaten", "OpenAI"),
            venue=conference,
            year=2016,
            published_on=date(2016, 6, 27),
            details={"pages": "770-778", "publisher": "IEEE"},
        ),
        make_paper(
            "Über Größe — 深度学习",
            authors=("José Ortega y Gasset",),
            venue=journal,
            year=2017,
            published_on=date(2015, 12, 10),
            details={"volume": "114", "number": "3", "entry_type": "article"},
        ),
        make_paper("Nothing known", authors=(), year=None),
    ]


def told(record: PaperRecord) -> dict[str, object]:
    return {
        "title": record.title,
        "authors": record.authors,
        "year": record.year,
        "venue": record.venue_name or record.venue,
        "doi": next((key.value for key in record.keys if key.scheme == "doi"), ""),
        "pages": record.details.get("pages", ""),
        "volume": record.details.get("volume", ""),
        "number": record.details.get("number", ""),
    }


def expected(paper: Paper) -> dict[str, object]:
    return {
        "title": paper.title,
        "authors": tuple(paper.authors),
        "year": paper.year,
        "venue": paper.venue.name.replace("{", "").replace("}", "") if paper.venue else "",
        "doi": next((key.value for key in paper.keys if key.scheme == "doi"), ""),
        "pages": paper.details.get("pages", ""),
        "volume": paper.details.get("volume", ""),
        "number": paper.details.get("number", ""),
    }


@pytest.mark.parametrize("ending", FORMATS)
def test_a_list_is_read_back_as_it_was_written(
    alice: User, papers: list[Paper], ending: str
) -> None:
    made = make_list(owner=alice, name="All")
    add_to_list(by=alice, reading_list=made, papers=papers)

    text = "".join(as_file(from_list(ListItem.objects.of(made)), FORMATS[ending]))
    found = READERS[ending](text.encode())

    assert found.refused == ()
    wanted = [expected(paper) for paper in papers]
    for record, want in zip(found.records, wanted, strict=True):
        got = told(record)
        got["venue"] = str(got["venue"]).replace("{", "").replace("}", "")
        assert got == want


@pytest.mark.parametrize("ending", FORMATS)
def test_an_empty_list_is_an_empty_file_of_its_kind(alice: User, ending: str) -> None:
    made = make_list(owner=alice, name="Empty")

    text = "".join(as_file(from_list(ListItem.objects.of(made)), FORMATS[ending]))

    assert text == ("[]\n" if ending == "json" else "")


@pytest.mark.parametrize("ending", FORMATS)
def test_ones_own_file_holds_tags_and_notes(alice: User, papers: list[Paper], ending: str) -> None:
    saved = save_paper(member=alice, paper=papers[0])
    write_on(member=alice, saved=saved, note="Check § 3 & 4.", tags="vision, to read")

    rows = from_library(SavedPaper.objects.of(alice))
    text = "".join(as_file(rows, FORMATS[ending]))
    (record,) = READERS[ending](text.encode()).records

    assert "Check § 3" in text
    assert record.keywords == ("to read", "vision")


def test_what_a_moderator_removed_is_in_no_file(alice: User, papers: list[Paper]) -> None:
    for paper in papers:
        save_paper(member=alice, paper=paper)
    Paper.objects.filter(pk=papers[0].pk).update(hidden_at=timezone.now())

    text = "".join(as_file(from_library(SavedPaper.objects.of(alice)), FORMATS["ris"]))

    assert papers[0].title not in text
    assert papers[2].title in text


@pytest.mark.pure
@pytest.mark.parametrize(
    ("name", "divided"),
    [
        ("Kaiming He", ("Kaiming", "He", "")),
        ("Martin Luther King Jr.", ("Martin Luther", "King", "Jr.")),
        ("Laurens van der Maaten", ("Laurens", "van der Maaten", "")),
        ("José Ortega y Gasset", ("José", "Ortega y Gasset", "")),
        ("OpenAI", ("", "OpenAI", "")),
        ("", ("", "", "")),
    ],
)
def test_names_are_divided_into_their_parts(name: str, divided: tuple[str, str, str]) -> None:
    assert parts(name) == divided


NAMES = st.text(max_size=20).map(to_first_last).filter(lambda name: any(map(str.isalpha, name)))


@pytest.mark.pure
@given(NAMES)
def test_the_parts_of_a_name_make_the_name(name: str) -> None:
    assert " ".join(filter(None, parts(name))) == " ".join(to_first_last(name).split())


@pytest.mark.pure
@given(st.lists(st.text(max_size=30), max_size=3), st.text(max_size=10))
def test_any_text_is_a_json_document_and_ris_lines(texts: list[str], key: str) -> None:
    items = [
        csljson_writer.item(key=key, entry_type=key, authors=texts, fields={"title": text})
        for text in texts
    ]
    ris = ris_writer.entry(entry_type=key, authors=texts, fields=[("TI", text) for text in texts])

    assert len(json.loads("".join(csljson_writer.document(items)))) == len(texts)
    # No text can end its line or its record.
    lines = ris.split("\r\n")
    assert (lines[-2], lines[-1]) == ("ER  - ", "")
    assert all(line[2:6] == "  - " for line in lines[:-1])
    assert not any("\n" in line or "\r" in line for line in lines)
