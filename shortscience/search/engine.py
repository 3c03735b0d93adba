"""Reading the index: one per web process, which opens what the indexer of this node wrote."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from tantivy import DocAddress, Index, Occur, Order, Query, Searcher, SearchResult

from shortscience.search import store
from shortscience.search.language import Asked
from shortscience.search.matching import Group, Matcher, Wanted
from shortscience.search.spelling import Words
from shortscience.search.text import ANALYZER, analyzer

log = logging.getLogger(__name__)

# Nobody reads further than this; who asks for it wants other words.
MAX_HITS = 200
# Fewer hits than this are filled up with papers that lack a word, or have it spelt otherwise.
FEW = 3
# Words that are all in more papers than this are looked for in titles first.
COMMON = 40_000
# Numbers beside filters are counted for at most so many hits: each costs its share of a pause.
MOST_COUNTED = 300_000
FACETS = {"year": 60, "venue": 12, "section": 8, "has": 8}

# The library remembers the name of each file that it ever opened: after so many commits of the
# indexer the index is opened anew.
REOPENS_AFTER = 1000
# More of the index's files than this are let go some seconds after they were read: the system may
# take them back at any time, yet each process that has them mapped is counted as if it held them.
# Not after each search: at five million papers, to map them again costs it 8 ms.
MOST_MAPPED_BYTES = 8 << 20
LET_GO_AFTER_S = 2.0

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

T = TypeVar("T")

ORDERS = {"best": None, "newest": "year", "summaries": "summaries"}


class Unavailable(Exception):  # not an error: the database answers instead
    """There is no index that can be read now."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the index knows of a query: papers in order, how many there are, what to count.

    `is_more` says that there are more than `total`. `strict` is how many of them have every
    word; the others lack one, or have it spelt otherwise. `corrected` maps typed words to those
    that were looked for as well.
    """

    papers: Sequence[int] = ()
    total: int = 0
    strict: int = 0
    is_more: bool = False
    corrected: Mapping[str, str] = field(default_factory=dict)
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Reader:
    """One generation of the index, opened for reading. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        """Open the index.

        Raises:
            Unavailable: its files cannot be read.
        """
        self.folder = folder
        self._meta = folder / "papers" / "meta.json"
        self._stamp = _stamp(self._meta)
        self._words: Words | None = None
        self._words_name = ""
        with _no_panic("open"):
            self._index = self._opened()
        self._reloads = 0
        self._mapped_before = _mapped_bytes()
        self._letting_go: threading.Timer | None = None
        self.schema = self._index.schema

    def _opened(self) -> Index:
        index = Index.open(str(self.folder / "papers"))
        index.register_tokenizer(ANALYZER, analyzer())
        # We look at the file ourselves, with each search: no thread, no delay.
        index.config_reader(reload_policy="manual")
        index.reload()
        return index

    def matcher(self) -> Matcher:
        """Return a maker of queries for what was committed last."""
        stamp = _stamp(self._meta)
        with _no_panic("read"):
            if stamp != self._stamp:
                self._renew()
                self._stamp = stamp
                self._open_words()
            elif self._words is None:
                self._open_words()
            return Matcher(self.schema, self._index.searcher(), self._words)

    def is_read(self) -> None:
        """Note that a search has ended: what it mapped is let go soon."""
        mapped = _mapped_bytes()
        self._mapped_before = min(self._mapped_before, mapped)
        if self._letting_go is None and mapped > self._mapped_before + MOST_MAPPED_BYTES:
            self._letting_go = threading.Timer(LET_GO_AFTER_S, self._let_go)
            self._letting_go.daemon = True
            self._letting_go.start()

    def _let_go(self) -> None:
        """Open the index anew; searches under way keep what they read until they end."""
        # Another generation may have taken its place, and its files are gone then.
        if store.current() == self.folder:
            with suppress(Unavailable), _no_panic("open"):
                self._index, self._reloads = self._opened(), 0
        self._mapped_before = _mapped_bytes()
        self._letting_go = None

    def _renew(self) -> None:
        self._reloads += 1
        if self._reloads < REOPENS_AFTER:
            self._index.reload()
        else:
            self._index, self._reloads = self._opened(), 0

    def _open_words(self) -> None:
        state = store.read_state(self.folder)
        if state is not None and state.words and state.words != self._words_name:
            self._words = Words(self.folder / state.words)
            self._words_name = state.words


def search(
    asked: Asked,
    *,
    order: str = "best",
    limit: int = 20,
    offset: int = 0,
    exact: Collection[int] = (),
    with_facets: bool = False,
    corrects: bool = True,
) -> Found:
    """Return the papers that match, the best first.

    Args:
        exact: papers whose whole title was asked for; they come first.
        with_facets: also count years, venues and sections of all that match.
        corrects: try words that are like those typed when those are none, or find nothing.

    Raises:
        Unavailable: ask the database instead.
    """

    def run(matcher: Matcher) -> Found:
        search_ = _Search(matcher, asked, order, exact, corrects=corrects)
        return search_.run(max(1, limit), min(offset, MAX_HITS), with_facets=with_facets)

    return use(run)


def use(work: Callable[[Matcher], T]) -> T:
    """Return what a function reads from the index as it is now.

    Raises:
        Unavailable: there is no index, or it could not be read; then the indexer is told.
    """
    reader = opened()
    with _no_panic("search", tells=True):
        found = work(reader.matcher())
    reader.is_read()
    return found


def ids_of(searcher: Searcher, hits: Sequence[tuple[Any, DocAddress]]) -> list[int]:
    """Return the papers of these hits, in their order."""
    if not hits:
        return []
    values = searcher.fast_field_values("id", [address for _, address in hits])
    return [int(value) for value in values if value is not None]


@dataclass(frozen=True, slots=True)
class _Top:
    """What was looked for, with its best papers on the page that was asked for."""

    wanted: Wanted
    hits: Sequence[tuple[Any, DocAddress]]
    total: int
    is_narrow: bool = False


class _Search:
    """One search: strict first, then as lenient as needed to find something."""

    def __init__(
        self, matcher: Matcher, asked: Asked, order: str, exact: Collection[int], *, corrects: bool
    ) -> None:
        self.matcher = matcher
        self.searcher = matcher.searcher
        self.asked = asked
        self.order = ORDERS.get(order)
        self.corrects = corrects
        self.rest = matcher.filters(asked)
        self.exact = matcher.these(exact)

    def run(self, limit: int, offset: int, *, with_facets: bool) -> Found:
        if not self.asked:
            return Found()
        groups = self.matcher.groups(self.asked, corrects=self.corrects)
        top = self._strict(groups, limit, offset)
        if top.total == 0 and groups and self.corrects:
            groups = self.matcher.groups(self.asked, lenient=True)
            top = self._strict(groups, limit, offset)
        strict = top.total
        if top.total < FEW and len(groups) > 1 and not (top.total and self.exact):
            top = self._top(self._relaxed(top.wanted, groups), limit, offset)
        self._choose_corrections(groups)
        is_counted = with_facets and top.total <= MOST_COUNTED
        return Found(
            papers=ids_of(self.searcher, top.hits),
            total=top.total,
            strict=strict,
            is_more=top.is_narrow,
            corrected=dict(self.matcher.corrected),
            facets=self._facets(top.wanted.condition) if is_counted else {},
        )

    def _strict(self, groups: Sequence[Group], limit: int, offset: int) -> _Top:
        """Return the papers with all words; only where words tell most, if that finds plenty."""
        rest = [*self.rest, *self._lifted(groups)]
        needed = [group for group in groups if not group.is_optional]
        is_common = bool(needed) and min(group.papers for group in needed) > COMMON
        # Who types sees a handful, and the next letter asks again.
        plenty = limit + offset if self.asked.is_typing else MAX_HITS
        if self.order is None and (is_common or (needed and self.asked.is_typing)):
            narrow = self.matcher.strict(groups, rest, narrow=True)
            top = self._top(narrow, limit, offset)
            if top.total >= plenty:
                return replace(top, is_narrow=True)
        return self._top(self.matcher.strict(groups, rest), limit, offset)

    def _choose_corrections(self, groups: Sequence[Group]) -> None:
        """Of several likely words name the one that is found most with the other words."""
        if len(groups) < 2:
            return
        for typed, likely in self.matcher.likely.items():
            if len(likely) > 1:
                papers = {
                    word: count_of(
                        self.searcher.search(self.matcher.with_word(groups, typed, word), 1)
                    )
                    for word in likely
                }
                # `max` keeps the first of equals: the likeliest.
                self.matcher.corrected[typed] = max(likely, key=lambda word: papers[word])

    def _relaxed(self, strict: Wanted, groups: Sequence[Group]) -> Wanted:
        """Return what finds papers with most of the words."""
        rest = [*self.rest, *self._lifted(groups)]
        return self.matcher.relaxed(groups, rest, first=strict.condition)

    def _lifted(self, groups: Sequence[Group]) -> list[tuple[Occur, Query]]:
        """Return what lifts single papers: the exact title, the words side by side."""
        lifted = list(self.exact)
        needed = [group.papers for group in groups if not group.is_optional]
        if needed and (len(needed) > 2 or min(needed) <= COMMON):
            together = self.matcher.side_by_side(self.asked)
            lifted += [(Occur.Should, together)] if together is not None else []
        return lifted

    def _top(self, wanted: Wanted, limit: int, offset: int) -> _Top:
        if self.order is not None:
            found = self.searcher.search(
                wanted.query, limit, offset=offset, order_by_field=self.order, order=Order.Desc
            )
        else:
            found = self.searcher.search(
                wanted.query, limit, offset=offset, weight_by_field="weight"
            )
        return _Top(wanted, found.hits, count_of(found))

    def _facets(self, query: Query) -> dict[str, dict[str, int]]:
        wanted: dict[str, Any] = {
            name: {"terms": {"field": name, "size": size}} for name, size in FACETS.items()
        }
        counted = self.searcher.aggregate(query, wanted)
        return {
            name: {
                _key(bucket["key"]): int(bucket["doc_count"])
                for bucket in found["buckets"]
                if bucket["doc_count"]
            }
            for name, found in counted.items()
        }


_lock = threading.Lock()
_reader: Reader | None = None


def opened() -> Reader:
    """Return the reader of the current generation.

    Raises:
        Unavailable: there is none, it is of another version, or it cannot be opened.
    """
    global _reader  # one per process, as the database connection
    folder = store.current()
    known = _reader
    if folder is None:
        raise Unavailable("there is no index yet")
    if known is not None and known.folder == folder:
        return known
    with _lock:
        if _reader is None or _reader.folder != folder:
            if store.read_state(folder) is None:
                raise Unavailable("the index is of another version")
            try:
                _reader = Reader(folder)
            except Unavailable as reason:
                store.say_broken(str(reason))
                raise
        return _reader


def close() -> None:
    """Let go of the index; the next search opens it again."""
    global _reader
    _reader = None


@contextmanager
def _no_panic(doing: str, *, tells: bool = False) -> Iterator[None]:
    """Turn whatever the library throws at damaged files into `Unavailable`.

    A panic in Rust arrives as a BaseException of a class that nobody exports.
    """
    try:
        yield
    except (Unavailable, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        log.warning("The search index could not be used (%s): %s", doing, error)
        if tells:
            close()
            store.say_broken(f"{doing}: {error}")
        raise Unavailable(f"cannot {doing} the index: {error}") from error


def _mapped_bytes() -> int:
    """Return how much of files this process has in memory; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[2]) * _PAGE_BYTES
    except OSError:
        return 0


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def count_of(found: SearchResult) -> int:
    """Return how many papers matched."""
    return int(found.count)  # type: ignore[attr-defined]  # the types forgot it


def _key(key: Any) -> str:
    """Return a bucket's name: years come as floats."""
    return str(int(key)) if isinstance(key, (int, float)) else str(key)
