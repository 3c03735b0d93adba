"""The one process of a node that writes its index: it reads the outbox and follows it.

Whatever happens to it, the next start goes on: changes are read from the outbox after the last
position that was written behind a commit. What it cannot go on with, it builds anew from the
database; readers use the database meanwhile.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, TextIO

import msgspec
from django.db import connection, connections
from django.db.models import Q
from tantivy import Index, IndexWriter

from shortscience.papers.models import IndexChange, Paper
from shortscience.papers.outbox import KEPT_FOR
from shortscience.search import spelling, store
from shortscience.search.documents import BATCH, Documents
from shortscience.search.schema import schema
from shortscience.search.store import State
from shortscience.search.text import ANALYZER, analyzer

log = logging.getLogger(__name__)

# A change is seen by readers within a second: this, reading it, and one commit.
LOOKS_EVERY_S = 0.2
# The database is away, or the disk is full: try again, but not all the time.
WAITS_S = 2.0
MOST_WAITS_S = 300.0
# All files are read to verify them: not with each search that fails.
VERIFIES_EVERY_S = 60.0
# Rows of the outbox read at a time, and papers after which a commit is due: behind a large import
# a single change must not wait for all of it.
CHANGES = 1000
PAPERS = 20_000
# Following changes needs little; building is quicker with more and makes fewer pieces.
_HEAP_BYTES = 30_000_000
_BUILDING_HEAP_BYTES = 400_000_000
_BUILDING_THREADS = 2
# tantivy remembers the name of each file that it ever opened, some 2 KB a commit, until the index
# is closed: after so many commits it is.
REOPENS_AFTER = 1000
# After which time without changes the position is written all the same.
_NOTES_EVERY_S = 600.0
# A node that knew everything this long ago may have missed rows that are gone.
_TOO_OLD = KEPT_FOR - timedelta(days=1)
# Words are counted again when so many papers came or went, in proportion.
_WORDS_AFTER = 0.1
_WORDS_AT_LEAST = 200

# How many papers have been written, of how many.
Progress = Callable[[int, int], None]


class _Stopped(Exception):  # no error
    """The process was asked to stop in the middle of building."""


class AlreadyRunning(Exception):  # not an error of ours: its sentence is for people
    """Another process of this node writes the index."""


class Indexer:
    """Keeps the index of this node equal to the database."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._folder: Path | None = None
        self._state = State()
        self._writer: IndexWriter | None = None
        self._index: Index | None = None
        self._documents: Documents | None = None
        # Rows read beyond the position: their transaction was not the oldest that still ran.
        self._ahead: set[int] = set()
        self._commits = 0
        self._verified_at = -VERIFIES_EVERY_S

    def run(self) -> None:
        """Follow the outbox until `stop` is set.

        Raises:
            AlreadyRunning: another process of this node does.
        """
        failures = 0
        with only_one("indexer"):
            while not self.stop.is_set():
                try:
                    self.look()
                except _Stopped:
                    break
                except Exception as error:  # The site must not lose its search over any of them.
                    pause_s = min(MOST_WAITS_S, WAITS_S * 2**failures)
                    failures = min(failures + 1, 10)
                    log.warning("The indexer tries again in %.0f s: %s", pause_s, error)
                    self._close()
                    connections.close_all()
                    self.stop.wait(pause_s)
                else:
                    failures = 0
                    self.stop.wait(LOOKS_EVERY_S)
            self._close()

    def look(self) -> int:
        """Bring the index up to date once; return how many papers were written or removed."""
        self._require_index()
        papers, position = self._changes()
        if papers:
            self._write(papers)
        if papers or position != self._position or self._is_due():
            self._note(position)
            self._count_words_if_due()
        if self._commits >= REOPENS_AFTER:
            self._reopen()
        return len(papers)

    # --- the index ----------------------------------------------------------------------------

    def _require_index(self) -> None:
        """Open the current generation for writing; build one where there is none to go on with."""
        if store.said_broken().exists() and time.monotonic() - self._verified_at > VERIFIES_EVERY_S:
            self._close()
            self._verify()
            self._verified_at = time.monotonic()
        folder = store.current()
        if folder is not None and folder == self._folder:
            return
        self._close()
        state = store.read_state(folder) if folder is not None else None
        if folder is None or state is None or not self._can_follow(state):
            folder, state = self._built()
        try:
            self._open(folder, state)
        except Exception as error:
            log.warning("The search index cannot be opened, building it anew: %s", error)
            self._open(*self._built())

    def _built(self) -> tuple[Path, State]:
        folder = build(self._stop_if_asked).folder
        return folder, store.read_state(folder) or State()

    def _stop_if_asked(self, _done: int, _total: int) -> None:
        if self.stop.is_set():
            raise _Stopped

    def _verify(self) -> None:
        """A reader failed: forget the index if it is damaged, else the reader erred."""
        folder = store.current()
        state = store.read_state(folder) if folder is not None else None
        damage = store.damage(folder, state) if folder is not None and state is not None else ""
        reason = store.said_broken().read_text(errors="replace")
        store.said_broken().unlink(missing_ok=True)
        if damage:
            log.warning("The search index is damaged (%s), building it anew: %s", damage, reason)
            (store.root() / "current").unlink(missing_ok=True)
        else:
            log.error("A search failed though the index is whole: %s", reason)

    def _open(self, folder: Path, state: State) -> None:
        if damage := store.damage(folder, state):
            raise OSError(f"{damage} is damaged")
        self._open_files(folder)
        self._folder, self._state = folder, state
        self._ahead.clear()

    def _open_files(self, folder: Path) -> None:
        index = Index.open(str(folder / "papers"))
        index.register_tokenizer(ANALYZER, analyzer())
        self._index, self._writer = index, index.writer(_HEAP_BYTES, 1)
        self._documents, self._commits = Documents(index.schema), 0

    def _reopen(self) -> None:
        """Close the index between two commits and open it again."""
        assert self._folder is not None
        assert self._writer is not None
        self._writer.wait_merging_threads()
        self._writer = self._index = self._documents = None
        self._open_files(self._folder)

    def _close(self) -> None:
        self._folder = self._writer = self._index = self._documents = None

    @staticmethod
    def _can_follow(state: State) -> bool:
        """Tell whether the outbox still has all that came after this state."""
        if time.time() - state.looked_at > _TOO_OLD.total_seconds():
            return False
        # A database that was restored from a copy has not seen what the index has.
        oldest_running = _oldest_running_transaction()
        if oldest_running is not None and state.transaction >= oldest_running:
            return False
        newest = IndexChange.objects.order_by("-transaction", "-pk").first()
        return newest is None or (newest.transaction, newest.pk) >= (state.transaction, state.row)

    # --- the outbox ---------------------------------------------------------------------------

    @property
    def _position(self) -> tuple[int, int]:
        return self._state.transaction, self._state.row

    def _changes(self) -> tuple[list[tuple[int, int]], tuple[int, int]]:
        """Return the runs of papers that changed, and the position up to which that is all."""
        # Asked first: what is finished now is visible to the question after it.
        oldest_running = _oldest_running_transaction()
        transaction, row = self._position
        rows = IndexChange.objects.filter(
            Q(transaction__gt=transaction) | Q(transaction=transaction, pk__gt=row)
        ).order_by("transaction", "pk")
        position, found, papers = self._position, [], 0
        for change in rows[: CHANGES + len(self._ahead)]:
            if papers > PAPERS:
                break
            if change.pk not in self._ahead:
                found.append((change.first, change.last))
                papers += change.last - change.first + 1
            if oldest_running is None or change.transaction < oldest_running:
                position = (change.transaction, change.pk)
            else:
                self._ahead.add(change.pk)
        return found, position

    def _write(self, runs: list[tuple[int, int]]) -> None:
        """Write the papers of these runs as they are now; remove those that are not to be seen."""
        assert self._writer is not None
        assert self._documents is not None
        for first, last in runs:
            for start in range(first, last + 1, BATCH):
                end = min(last, start + BATCH - 1)
                documents = dict(self._documents.of(Q(pk__gte=start, pk__lte=end)))
                for pk in range(start, end + 1):
                    self._writer.delete_documents_by_term("id", pk)
                    if pk in documents:
                        self._writer.add_document(documents[pk])
        self._writer.commit()
        self._commits += 1

    def _note(self, position: tuple[int, int]) -> None:
        assert self._folder is not None
        if position != self._position:
            self._ahead.clear()
        self._state = msgspec.structs.replace(
            self._state, transaction=position[0], row=position[1], looked_at=time.time()
        )
        store.write_state(self._folder, self._state)

    def _is_due(self) -> bool:
        return time.time() - self._state.looked_at > _NOTES_EVERY_S

    def _count_words_if_due(self) -> None:
        assert self._folder is not None
        assert self._index is not None
        self._index.reload()
        searcher = self._index.searcher()
        change = abs(searcher.num_docs - self._state.words_of)
        if change <= _WORDS_AT_LEAST + _WORDS_AFTER * self._state.words_of:
            return
        self._state = _with_words(self._folder, self._index, self._state)
        store.write_state(self._folder, self._state)


class Built(NamedTuple):
    """A new generation, and how many papers are in it."""

    folder: Path
    papers: int


def build(progress: Progress | None = None) -> Built:
    """Build the index from the database and let readers open it.

    What changes meanwhile is in the outbox after the position that was taken before.

    Raises:
        AlreadyRunning: another process of this node builds it.
    """
    with only_one("building"):
        state = State(*_newest_position(), looked_at=time.time())
        folder = store.new_generation()
        try:
            index = _build_in(folder, progress)
            state = _with_words(folder, index, msgspec.structs.replace(state))
            store.write_state(folder, state)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        store.make_current(folder)
    return Built(folder, state.words_of)


def _build_in(folder: Path, progress: Progress | None) -> Index:
    fields = schema()
    index = Index(fields, str(folder / "papers"))
    index.register_tokenizer(ANALYZER, analyzer())
    writer = index.writer(_BUILDING_HEAP_BYTES, _BUILDING_THREADS)
    documents = Documents(fields)
    total, done = Paper.objects.count(), 0
    for first, last in _ranges():
        for _, document in documents.of(Q(pk__gte=first, pk__lte=last)):
            writer.add_document(document)
            done += 1
        if progress is not None:
            progress(done, total)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def _ranges() -> Iterator[tuple[int, int]]:
    """Yield ranges of ids with at most BATCH papers each, the last that exist included."""
    first = 0
    while True:
        ids = Paper.objects.filter(pk__gte=first).order_by("pk").values_list("pk", flat=True)
        last = ids[BATCH - 1 : BATCH].first()
        if last is None:
            yield first, first + 10**15
            return
        yield first, last
        first = last + 1


def _with_words(folder: Path, index: Index, state: State) -> State:
    """Count the words of the index; return the state that names them."""
    old, name = state.words, f"words-{time.time_ns()}"
    searcher = index.searcher()
    spelling.write_words(searcher, folder / name)
    if old:
        shutil.rmtree(folder / old, ignore_errors=True)
    return msgspec.structs.replace(
        state, words=name, words_of=searcher.num_docs, looked_at=state.looked_at
    )


def _newest_position() -> tuple[str, int, int]:
    """Return the format, and the position after which nothing is certain to be in the database."""
    oldest_running = _oldest_running_transaction()
    rows = IndexChange.objects.order_by("-transaction", "-pk")
    if oldest_running is not None:
        rows = rows.filter(transaction__lt=oldest_running)
    newest = rows.first()
    position = (newest.transaction, newest.pk) if newest is not None else (0, 0)
    return (State().format, *position)


def _oldest_running_transaction() -> int | None:
    """Return the number below which every transaction has ended; None where writers take turns."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


@contextmanager
def only_one(what: str) -> Iterator[None]:
    """Hold the lock of this node for the time inside; it is let go whenever the process ends.

    Raises:
        AlreadyRunning: another process holds it.
    """
    store.root().mkdir(parents=True, exist_ok=True)
    with _locked(store.root() / f"{what}.lock"):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[TextIO]:
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(file.read().strip()) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file
