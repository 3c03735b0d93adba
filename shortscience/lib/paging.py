"""Pages of a list that cost the page, never the list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

# OFFSET reads all it skips, so a robot on page 1 000 000 would read the whole table.
MAX_PAGE = 5000

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Sliceable(Protocol[T_co]):
    """A list, a tuple or a Django queryset: anything that answers `rows[a:b]`."""

    def __getitem__(self, key: slice, /) -> Iterable[T_co]: ...


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page: `items`, its `number` from 1, and whether there is one on either side.

    `last` is the number of the last page where the count is known, else None.
    """

    items: Sequence[T]
    number: int
    has_next: bool
    has_previous: bool
    last: int | None = None


def page_number(raw: str | None) -> int:
    """Return the page that `?page=` asks for, in 1..MAX_PAGE; anything unreadable is 1."""
    text = (raw or "").strip()
    if not (text.isascii() and text.isdigit()):
        return 1
    # Ten digits are enough; Python refuses to read 5 000 of them.
    return max(1, min(int(text[:10]), MAX_PAGE))


def window(rows: Sliceable[T], number: int, size: int, count: int | None = None) -> Page[T]:
    """Return page `number` of `rows`, with one query and no count.

    One item more than the page is read to learn whether a next page exists.

    Args:
        rows: a list or a queryset, in an order that ends in a unique column.
        number: page from 1, as `page_number` gives it.
        size: items on a page, >= 1.
        count: how many rows there are, if already known; gives `last`.
    """
    first = (number - 1) * size
    found = list(rows[first : first + size + 1])
    return Page(
        items=found[:size],
        number=number,
        has_next=len(found) > size and number < MAX_PAGE,
        has_previous=number > 1,
        last=None if count is None else max(1, min(-(-count // size), MAX_PAGE)),
    )
