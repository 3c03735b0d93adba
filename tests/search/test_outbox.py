"""The outbox: whoever changes what is found says so, and every node hears it once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shortscience.papers import outbox
from shortscience.papers.models import IndexChange, Paper
from shortscience.papers.outbox import changed, runs
from shortscience.search import engine, indexer
from shortscience.search.indexer import Indexer
from shortscience.search.language import understood
from tests.factories import make_paper
from tests.search.conftest import Look


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], []),
        ([5], [(5, 5)]),
        ([3, 1, 2, 7, 2], [(1, 3), (7, 7)]),
    ],
)
def test_numbers_become_runs(numbers: list[int], expected: list[tuple[int, int]]) -> None:
    assert list(runs(numbers)) == expected


@given(st.sets(st.integers(1, 60)))
def test_runs_hold_exactly_the_numbers(numbers: set[int]) -> None:
    assert {n for first, last in runs(numbers) for n in range(first, last + 1)} == numbers


@pytest.mark.django_db
def test_an_import_of_a_thousand_papers_is_one_row() -> None:
    changed(range(1, 1001))

    row = IndexChange.objects.get()
    assert (row.first, row.last) == (1, 1000)


@pytest.mark.django_db
def test_old_rows_go_and_newer_ones_stay() -> None:
    changed([1])
    IndexChange.objects.update(changed_at=timezone.now() - outbox.KEPT_FOR - timedelta(hours=1))
    changed([2])

    assert outbox.prune() == 1
    assert IndexChange.objects.get().first == 2


@pytest.mark.django_db
def test_a_node_that_was_away_too_long_builds_anew(look: Look) -> None:
    from shortscience.search import store

    folder = store.current()
    assert folder is not None
    state = store.read_state(folder)
    assert state is not None
    week_ago = state.looked_at - (outbox.KEPT_FOR - timedelta(hours=12)).total_seconds()
    store.write_state(folder, store.State(looked_at=week_ago))
    # It never heard of this paper: the row is gone.
    make_paper("Missed")
    IndexChange.objects.all().delete()

    _again().look()

    assert store.current() != folder


@pytest.mark.django_db
def test_a_database_restored_from_a_copy_is_indexed_anew(look: Look) -> None:
    from shortscience.search import store

    changed([make_paper().pk])
    look()
    folder = store.current()
    assert folder is not None
    state = store.read_state(folder)
    assert state is not None
    ahead = store.State(
        transaction=state.transaction, row=state.row + 1000, looked_at=state.looked_at
    )
    store.write_state(folder, ahead)

    _again().look()

    assert store.current() != folder


@pytest.mark.django_db
def test_a_paper_that_is_gone_leaves_the_index(look: Look) -> None:
    from shortscience.search.audit import differing

    paper = make_paper()
    changed([paper.pk])
    look()
    pk = paper.pk
    Paper.objects.filter(pk=pk).delete()
    changed([pk])
    look()

    assert list(differing()) == []


def _again() -> Indexer:
    """Return the indexer of the next start."""
    return Indexer()


def test_an_index_that_was_closed_between_commits_goes_on_where_it_was(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "REOPENS_AFTER", 3)
    monkeypatch.setattr(engine, "REOPENS_AFTER", 3)

    found = []
    for n in range(10):
        paper = make_paper(title=f"Okapi number{n}")
        changed([paper.pk])
        look()
        found.append(engine.search(understood("okapi")).total)

    assert found == list(range(1, 11))


def test_what_a_search_mapped_of_the_index_is_let_go_and_it_can_be_searched_on(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_MAPPED_BYTES", -1)
    monkeypatch.setattr(engine, "LET_GO_AFTER_S", 3600.0)
    words = [f"word{n}" for n in range(2000)]
    papers = Paper.objects.bulk_create(
        Paper(title=f"Okapi {n}", title_key=f"okapi {n}", abstract=" ".join(words[n % 10 :: 10]))
        for n in range(1000)
    )
    changed(paper.pk for paper in papers)
    look()
    # So that files are read beyond the pages around their ends.
    for word in words[::50]:
        engine.search(understood(word), with_facets=True)
    reader = engine.opened()
    read_kb = _mapped_kb(reader.folder)

    assert reader._letting_go is not None, "nothing was going to let go"
    reader._letting_go.cancel()
    reader._let_go()

    assert _mapped_kb(reader.folder) < read_kb
    assert engine.search(understood("okapi")).total == 1000
    assert reader._letting_go is not None
    reader._letting_go.cancel()


def _mapped_kb(folder: Path) -> int:
    """Return how much of the files in a folder this process has in memory."""
    mapped = 0
    is_of_folder = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        name, _, rest = line.partition(" ")
        if not name.endswith(":"):
            is_of_folder = str(folder) in rest
        elif is_of_folder and name == "Rss:":
            mapped += int(rest.split()[0])
    return mapped
