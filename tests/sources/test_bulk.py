"""Loading in bulk: the same papers as one by one, and what it keeps in memory."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from django.db import connection

from benchmarks.records import write
from shortscience.lib.identifiers import Key, Scheme
from shortscience.papers import indexes
from shortscience.papers.bulk import FastShelf, LoadShelf
from shortscience.papers.intake import draft_of, take_in, take_in_drafts
from shortscience.papers.models import Identifier, IndexChange, Paper
from shortscience.papers.records import PaperRecord
from shortscience.papers.shelf import Shelf
from shortscience.papers.whereabouts import Whereabouts
from shortscience.sources.dblp.load import import_files as dblp
from shortscience.sources.dblp.load import read
from shortscience.sources.importing import Found, Place
from shortscience.sources.jsonl.load import import_files as jsonl
from shortscience.sources.jsonl.parse import parse
from shortscience.venues.actions import VenueFinder
from shortscience.venues.curated import load_curated
from shortscience.venues.models import Venue
from tests.shared import shared

IGNORED = {"id", "created_at", "updated_at", "venue_id"}


def library() -> list[Any]:
    """Return everything stored about papers, in an order of its own."""
    keys: dict[int, list[str]] = {}
    for paper, scheme, value in Identifier.objects.values_list("paper_id", "scheme", "value"):
        keys.setdefault(paper, []).append(f"{scheme}:{value}")
    venues = dict(Venue.objects.values_list("pk", "name"))
    return sorted(
        repr(
            [
                sorted(keys.get(row["id"], [])),
                venues.get(row["venue_id"]),
                *((name, value) for name, value in sorted(row.items()) if name not in IGNORED),
            ]
        )
        for row in Paper.objects.values()
    )


class EqualTitlesOnly(Shelf):
    sees_changed_titles = False


def take(records: Sequence[PaperRecord], shelf: Shelf, size: int) -> list[str]:
    finder = VenueFinder()
    drafts = [draft_of(record, finder) for record in records]
    return [
        taken.outcome.value
        for at in range(0, len(drafts), size)
        for taken in take_in_drafts(drafts[at : at + size], venues=finder, shelf=shelf)
    ]


def real_records(every: int) -> list[PaperRecord]:
    """Return all records of one title in so many, so that works with two records are in it."""
    lines = []
    for source in sorted(shared("data/papers").glob("*.jsonl.gz")):
        with gzip.open(source) as file:
            lines += [line for line in file if crc32(title_of(line)) % every == 0]
    return [parse(line) for line in lines]


def title_of(line: bytes) -> bytes:
    return line.partition(b'"title": "')[2].partition(b'", "')[0].lower()


def generated_records(tmp_path: Path, count: int) -> list[PaperRecord]:
    file = tmp_path / "dump.xml.gz"
    write("dblp", count, file)
    pieces = read(file, Place())
    return [item.record for piece in pieces for item in piece.items if isinstance(item, Found)]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["real", "generated"])
@pytest.mark.parametrize("way", ["fast", "load"])
def test_a_bulk_load_decides_as_the_intake_of_single_batches(
    kind: str, way: str, tmp_path: Path
) -> None:
    load_curated()
    records = real_records(90) if kind == "real" else generated_records(tmp_path, 1500)
    # Again, so that each meets itself, and in another order, so that batches differ.
    records = [*records, *reversed(records)]
    slow, quick = (Shelf(), FastShelf()) if way == "fast" else (EqualTitlesOnly(), LoadShelf())
    outcomes = take(records, slow, 500)
    expected = library()
    Paper.objects.all().delete()

    found = take(records, quick, 500)

    assert found == outcomes
    assert library() == expected
    assert {"added", "merged", "unchanged"} <= set(found)


@pytest.mark.django_db
def test_a_load_knows_what_was_stored_before_it() -> None:
    records = real_records(300)
    take_in(records)
    before = library()
    shelf = LoadShelf()
    shelf.learn()

    assert "added" not in take(records, shelf, 200)
    assert library() == before


@pytest.mark.django_db
def test_a_batch_that_met_another_writer_asks_the_database() -> None:
    shelf = LoadShelf()
    shelf.learn()
    record = PaperRecord(title="On Bees", keys=(Key(Scheme.DOI, "10.1000/bees"),))
    take_in([record])

    assert take([record], shelf, 1) == ["unchanged"]
    assert Paper.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_indexes_are_dropped_and_come_back_as_they_were() -> None:
    before = definitions()

    indexes.drop_indexes()
    missing = indexes.missing_indexes()
    made = indexes.build_indexes()

    assert len(missing) == made >= 3
    assert "one_paper_per_identifier" in missing
    assert definitions().keys() == before.keys()
    assert indexes.missing_indexes() == []
    with pytest.raises(Exception, match=r"(?i)unique"):
        Identifier.objects.bulk_create(
            Identifier(paper=Paper.objects.create(title="x"), scheme="doi", value="10.1000/x")
            for _ in range(2)
        )


def definitions() -> dict[str, Any]:
    found = {}
    with connection.cursor() as cursor:
        for table in ("papers_paper", "papers_identifier"):
            for name, told in connection.introspection.get_constraints(cursor, table).items():
                # SQLite counts the nameless ones.
                if told["unique"] or told["index"]:
                    found[name] = told["columns"]
    return found


@pytest.mark.django_db(transaction=True)
def test_an_identifier_stored_twice_without_the_index_stays_with_the_first_paper() -> None:
    indexes.drop_indexes()
    try:
        for title in ("First", "Second"):
            paper = Paper.objects.create(title=title)
            Identifier.objects.create(paper=paper, scheme="doi", value="10.1000/x")
    finally:
        indexes.build_indexes()

    assert Identifier.objects.get().paper.title == "First"


@pytest.mark.django_db(transaction=True)
def test_a_load_without_indexes_gives_the_same_library(tmp_path: Path) -> None:
    load_curated()
    file = tmp_path / "papers.jsonl.gz"
    write("jsonl", 3000, file)
    jsonl([file], is_load=False)
    expected = library()
    Paper.objects.all().delete()

    report = jsonl([file], is_load=True)

    assert report.papers.added == Paper.objects.count()
    # Titles that changed are seen by a usual import only; the generator changes none.
    assert library() == expected
    assert indexes.missing_indexes() == []
    assert jsonl([file], is_load=True).papers.added == 0


@pytest.mark.django_db
def test_a_bulk_load_writes_few_rows_for_the_search(tmp_path: Path) -> None:
    file = tmp_path / "dump.xml.gz"
    write("dblp", 2000, file)

    dblp([file])

    assert IndexChange.objects.count() < 50


@pytest.mark.pure
def test_whereabouts_never_forget_and_stay_small() -> None:
    places = Whereabouts()
    for number in range(1, 50_001):
        places.add(f"key {number}", number)
        places.add("shared by some" if number % 10_000 == 0 else number, number)

    assert all(number in places.find(f"key {number}") for number in range(1, 50_001, 7))
    assert set(places.find("shared by some")) >= {10_000, 20_000, 30_000, 40_000, 50_000}
    assert sum(bool(places.find(f"none {number}")) for number in range(10_000)) < 5
    assert places.size_bytes <= 17 * len(places)
