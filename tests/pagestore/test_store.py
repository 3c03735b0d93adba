"""Pages in memory: what stays, what goes, and what a change drops."""

from __future__ import annotations

import pytest

from shortscience.pagestore.following import Changed
from shortscience.pagestore.pages import OVERHEAD_BYTES, Page
from shortscience.pagestore.store import Key, Store

pytestmark = pytest.mark.pure

NOW = 1000.0
SIZE = 10_000


def key(path: str) -> Key:
    return Key("http", "testserver", path, "", "")


def page(*marks: str, size: int = SIZE, until: float = NOW + 60) -> Page:
    return Page.of(b"x" * size, (), marks=frozenset(marks), until=until)


def filled(limit_bytes: int = 10**9, **pages: Page) -> Store:
    store = Store(limit_bytes)
    for path, one in pages.items():
        store.add(key(path), one)
    return store


def paths(store: Store) -> set[str]:
    return {one.path for one in store._pages}


def test_what_was_not_asked_for_longest_makes_room() -> None:
    store = filled(3 * (SIZE + OVERHEAD_BYTES), a=page(), b=page(), c=page())

    store.get(key("a"), NOW)
    store.add(key("d"), page())

    assert paths(store) == {"a", "c", "d"}
    assert store.counters.evictions == 1


def test_bytes_are_counted_with_every_encoding_and_given_back() -> None:
    one = page("on:1")
    store = filled(a=one)

    store.keep(key("a"), one, "gzip", one.packed("gzip"))
    with_gzip = store.size_bytes
    store.apply([Changed("papers_paper", paper=1)])

    assert with_gzip == one.size_bytes > SIZE + OVERHEAD_BYTES
    assert store.size_bytes == 0


def test_an_encoding_of_a_page_that_is_gone_counts_nothing() -> None:
    one = page("on:1")
    store = filled(a=one)

    store.clear()
    store.keep(key("a"), one, "gzip", one.packed("gzip"))

    assert store.size_bytes == 0
    assert len(store) == 0


def test_packing_a_page_can_make_others_go() -> None:
    one = page()
    store = filled(2 * (SIZE + OVERHEAD_BYTES), a=page(), b=one)

    store.keep(key("b"), one, "gzip", one.packed("gzip"))

    assert paths(store) == {"b"}
    assert store.size_bytes <= store.limit_bytes


def test_a_page_larger_than_the_store_is_not_taken() -> None:
    store = filled(SIZE, a=page(size=2 * SIZE))

    assert len(store) == 0


def test_a_page_again_takes_the_place_of_the_older_one() -> None:
    store = filled(a=page("on:1"))

    store.add(key("a"), page("on:2"))
    store.apply([Changed("papers_paper", paper=1)])

    assert paths(store) == {"a"}
    assert store.size_bytes == SIZE + OVERHEAD_BYTES


def test_a_page_is_not_given_out_past_its_hour() -> None:
    store = filled(a=page(until=NOW))

    assert store.get(key("a"), NOW - 1) is not None
    assert store.get(key("a"), NOW) is None
    assert len(store) == 0


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (Changed("papers_paper", paper=1), {"other", "voter", "venue", "front"}),
        (Changed("papers_paper#", paper=1), {"cites", "other", "voter", "venue", "front"}),
        (Changed("summaries_summary", paper=1, person=3, venue=2), {"cites", "other"}),
        (Changed("discussion_comment", paper=5), {"paper", "cites", "voter", "venue", "front"}),
        (Changed("accounts_user#", person=3), {"paper", "cites", "other", "venue", "front"}),
        (Changed("accounts_user", person=3), {"cites", "other", "venue", "front"}),
        (
            Changed("papers_indexchange", paper=4, last_paper=6),
            {"paper", "cites", "voter", "venue", "front"},
        ),
        (
            Changed("papers_indexchange", paper=4, last_paper=9000),
            {"paper", "voter", "venue", "front"},
        ),
        (Changed("*"), set()),
        (Changed("nothing_of_ours"), {"paper", "cites", "other", "voter", "venue", "front"}),
    ],
)
def test_a_change_drops_the_pages_that_were_made_from_it(change: Changed, left: set[str]) -> None:
    store = filled(
        paper=page("on:1", "paper:1", "person:3", "venue:2"),
        cites=page("on:8", "paper:8", "paper:1"),
        other=page("on:5", "paper:5"),
        voter=page("of:3", "person:3"),
        venue=page("at:2", "venue:2"),
        front=page("t:summaries_summary"),
    )

    store.apply([change])

    assert paths(store) == left


@pytest.mark.parametrize(
    ("change", "is_good"),
    [
        (Changed("papers_paper", paper=1), False),
        (Changed("papers_paper", paper=2), True),
        (Changed("papers_indexchange", paper=1, last_paper=9000), False),
        (Changed("*"), False),
    ],
)
def test_a_page_whose_parts_changed_while_it_was_made_is_not_good(
    change: Changed, is_good: bool
) -> None:
    store = filled()

    making = store.begin()
    store.apply([change])
    store.end(making)

    assert making.is_good({"on:1"}) is is_good


def test_nothing_is_left_behind_by_pages_that_went() -> None:
    store = filled(a=page("on:1", "of:2"), b=page("on:1"))

    store.apply([Changed("papers_paper", paper=1)])

    assert not store._by_mark
    assert store.counters.dropped == 2
