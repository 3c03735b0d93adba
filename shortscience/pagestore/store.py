"""Pages in memory: found by their address, dropped by what they were made from."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import NamedTuple

from shortscience.pagestore.following import Changed
from shortscience.pagestore.marks import EVERY_PAGE, marks_of_change, papers_in
from shortscience.pagestore.pages import Page, Variant


class Key(NamedTuple):
    """All that a page may depend on besides what is stored in the database."""

    scheme: str
    host: str
    path: str
    query: str
    theme: str


@dataclass
class Counters:
    """What became of requests for pages that may be stored, in this process."""

    hits: int = 0
    misses: int = 0
    evictions: int = 0
    dropped: int = 0
    waited: int = 0
    # Given out although the database did not answer.
    unchecked: int = 0


class Making:
    """A page that is being made, and what changed since that began."""

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self.is_spoilt = False

    def is_good(self, marks: Set[str]) -> bool:
        return not self.is_spoilt and self.changed.isdisjoint(marks)


class Store:
    """At most `limit_bytes` of pages; what was not asked for longest goes first.

    Not safe by itself: whoever shares it between threads holds a lock around each call.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self.counters = Counters()
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._by_mark: defaultdict[str, set[Key]] = defaultdict(set)
        self._making: set[Making] = set()

    def __len__(self) -> int:
        return len(self._pages)

    def __contains__(self, key: Key) -> bool:
        return key in self._pages

    def get(self, key: Key, now: float) -> Page | None:
        page = self._pages.get(key)
        if page is None:
            return None
        if now >= page.until:
            self._drop(key)
            return None
        self._pages.move_to_end(key)
        return page

    def begin(self) -> Making:
        """Say that a page is going to be made; end with `end`."""
        making = Making()
        self._making.add(making)
        return making

    def end(self, making: Making) -> None:
        self._making.discard(making)

    def add(self, key: Key, page: Page) -> None:
        self._drop(key)
        if page.size_bytes > self.limit_bytes:
            return
        self._pages[key] = page
        for mark in page.marks:
            self._by_mark[mark].add(key)
        self.size_bytes += page.size_bytes
        self._make_room()

    def keep(self, key: Key, page: Page, encoding: str, variant: Variant) -> None:
        """Add the page in one more encoding."""
        before = page.size_bytes
        page.variants[encoding] = variant
        if self._pages.get(key) is page:
            self.size_bytes += page.size_bytes - before
            self._make_room()

    def apply(self, changes: Iterable[Changed]) -> None:
        """Drop what was made from anything that changed."""
        for change in changes:
            marks = marks_of_change(change)
            if EVERY_PAGE in marks:
                self.clear()
                continue
            run = papers_in(change)
            for making in self._making:
                making.changed |= marks
                making.is_spoilt |= run is not None
            for mark in marks:
                self._drop_marked(mark)
            if run is not None:
                for mark in [m for m in self._by_mark if m in run]:
                    self._drop_marked(mark)

    def clear(self) -> None:
        self.counters.dropped += len(self._pages)
        self._pages.clear()
        self._by_mark.clear()
        self.size_bytes = 0
        for making in self._making:
            making.is_spoilt = True

    def _drop_marked(self, mark: str) -> None:
        for key in tuple(self._by_mark.get(mark, ())):
            self._drop(key)
            self.counters.dropped += 1

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is None:
            return
        self.size_bytes -= page.size_bytes
        for mark in page.marks:
            marked = self._by_mark[mark]
            marked.discard(key)
            if not marked:
                del self._by_mark[mark]

    def _make_room(self) -> None:
        while self.size_bytes > self.limit_bytes:
            self._drop(next(iter(self._pages)))
            self.counters.evictions += 1
