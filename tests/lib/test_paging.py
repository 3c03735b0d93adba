"""Pages: one more item than the page is read, never the whole list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.paging import MAX_PAGE, page_number, window


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (None, 1),
        ("", 1),
        ("1", 1),
        (" 7 ", 7),
        ("0", 1),
        ("-3", 1),
        ("two", 1),
        ("1.5", 1),
        ("٣", 1),
        ("²", 1),
        ("5001", MAX_PAGE),
        ("9" * 5000, MAX_PAGE),
    ],
)
def test_page_number_is_between_one_and_the_last_allowed(raw, number):
    assert page_number(raw) == number


@given(st.text())
def test_page_number_never_raises(raw):
    assert 1 <= page_number(raw) <= MAX_PAGE


@pytest.mark.parametrize(
    ("number", "items", "has_previous", "has_next"),
    [
        (1, [0, 1, 2], False, True),
        (2, [3, 4, 5], True, True),
        (3, [6], True, False),
        (4, [], True, False),
    ],
)
def test_window_shows_one_page_and_knows_its_neighbours(number, items, has_previous, has_next):
    page = window(range(7), number, 3)

    assert (page.items, page.has_previous, page.has_next) == (items, has_previous, has_next)
    assert page.last is None


@pytest.mark.parametrize(("count", "last"), [(0, 1), (6, 2), (7, 3), (10**9, MAX_PAGE)])
def test_window_names_the_last_page_where_the_count_is_known(count, last):
    assert window(range(7), 1, 3, count=count).last == last


def test_window_slices_once_and_asks_for_one_item_more():
    class Rows:
        asked = []

        def __getitem__(self, key):
            self.asked.append(key)
            return list(range(100))[key]

    window(Rows(), 3, 10)

    assert Rows.asked == [slice(20, 31)]


def test_there_is_no_next_page_beyond_the_last_allowed():
    assert not window(range(MAX_PAGE + 5), MAX_PAGE, 1).has_next
