"""Taking in the papers of files: batch by batch, as fast as the database takes them."""

from __future__ import annotations

import fcntl
import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import DataError, connection

from shortscience.papers import indexes
from shortscience.papers.bulk import FastShelf, LoadShelf
from shortscience.papers.intake import Draft, Taken, take_in_drafts
from shortscience.papers.models import Paper
from shortscience.sources import checkpoints
from shortscience.sources.checkpoints import Checkpoint
from shortscience.sources.importing import (
    NotReadable,
    Place,
    Progress,
    Reader,
    Refusal,
    Report,
    Silent,
)
from shortscience.sources.reading import Part, parts
from shortscience.summaries.arrivals import settle
from shortscience.venues.actions import VenueFinder

# Records a transaction: large enough to be fast, small enough to hold a writer up for a blink.
BATCH = 2000
# During a load without indexes nobody else writes much.
LOAD_BATCH = 5000
# From so many records on a load without indexes is worth their making.
MANY_RECORDS = 200_000
# A record has about so many bytes, gzipped or not: real files have 150 to 400, and 350 to 1,300.
PACKED_RECORD_BYTES = 250
RECORD_BYTES = 700


def import_files(
    files: Sequence[Path],
    *,
    kind: str,
    read: Reader,
    progress: Progress | None = None,
    is_load: bool | None = None,
) -> Report:
    """Take in the papers of these files and return what became of them.

    After a crash the same call goes on after the last whole batch. A batch that was stored
    when the crash came before its checkpoint is met again and changes nothing.

    Args:
        files: their content, not their names, decides whether they are the same again.
        kind: the import's name, since one file may be read in two ways.
        read: yields the items of one file. Another process calls it, so it is no closure.
        progress: is told the bytes that are done.
        is_load: whether to do without the database's indexes and to make them at the end; by
            default if there is much more to read than is stored.

    Raises:
        NotReadable: no file is what it is said to be; the message says why.
    """
    present = [path for path in files if path.is_file()]
    absent = [f"Cannot read {path}: no such file." for path in files if not path.is_file()]
    if not present:
        raise NotReadable(" ".join(absent))
    with one_by_one():
        place = checkpoints.checkpoint_path(present, kind)
        checkpoint = checkpoints.load(place)
        if checkpoint.witness is None:
            checkpoint.is_load = _is_worth_a_load(present) if is_load is None else is_load
            checkpoint.report.unreadable += absent
        run = _Run(present, checkpoint, place, Silent() if progress is None else progress)
        with _tuned(is_load=checkpoint.is_load), _collected_by_hand():
            run.go(read)
        place.unlink(missing_ok=True)
    if len(checkpoint.report.unreadable) == len(files):
        raise NotReadable(" ".join(checkpoint.report.unreadable))
    return checkpoint.report


def _is_worth_a_load(files: Sequence[Path]) -> bool:
    """Tell whether the files have many records, and more than the database has papers."""
    expected = 0
    for path in files:
        with path.open("rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
        expected += path.stat().st_size // (PACKED_RECORD_BYTES if is_packed else RECORD_BYTES)
    # Whoever calls this in a transaction cannot have tables remade in it.
    is_free = not connection.in_atomic_block
    return is_free and expected >= MANY_RECORDS and expected > Paper.objects.count()


@contextmanager
def _tuned(*, is_load: bool) -> Iterator[None]:
    """Give the database memory and fewer waits while a large load runs."""
    if not is_load or connection.in_atomic_block:
        yield
        return
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if is_sqlite:
            # Mapped pages count as memory of this process; its own cache is enough.
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-131072")
            cursor.execute("PRAGMA wal_autocheckpoint=16384")
        else:
            # After a crash of the machine the checkpoint's witness tells what was lost.
            cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        # The next use opens a connection with the site's own settings.
        connection.close()


@contextmanager
def one_by_one() -> Iterator[None]:
    """Wait for any other import into this database to end, also for one that was just killed.

    PostgreSQL finishes what a client asked before it died: until then, what that stores could
    not be seen here, and would be stored twice.
    """
    if connection.vendor != "postgresql":
        place = Path(settings.VAR_DIR) / "imports" / "one-by-one"
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('shortscience import'))")
    session = connection.connection
    try:
        yield
    finally:
        # Where the session is gone, so is its lock.
        if connection.connection is session and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('shortscience import'))")


@contextmanager
def _collected_by_hand() -> Iterator[None]:
    """Look for cycles of dead objects between batches, not within them: there are few."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(slots=True)
class _Run:
    """One call of `import_files` at work."""

    files: Sequence[Path]
    checkpoint: Checkpoint
    place: Path
    progress: Progress
    venues: VenueFinder = field(default_factory=VenueFinder)
    shelf: FastShelf = field(default_factory=FastShelf)
    done_bytes: int = 0
    records: int = 0
    started_at: float = field(default_factory=time.monotonic)
    noted_at: float = field(default_factory=time.monotonic)

    @property
    def report(self) -> Report:
        return self.checkpoint.report

    def go(self, read: Reader) -> None:
        self._prepare()
        waiting: list[Part] = []
        first, place = self.checkpoint.file, self.checkpoint.place
        for told in parts(self.files, read, first=first, place=place):
            if isinstance(told, Part):
                waiting.append(told)
                if sum(len(part.drafts) for part in waiting) < self._batch():
                    continue
            elif told.wrong:
                self.report.unreadable.append(told.wrong)
            is_end = not isinstance(told, Part)
            self._take(waiting)
            waiting = []
            # Quick, because nearly nothing is left of the batch.
            gc.collect(1)
            if is_end:
                self._note(told.file + 1, Place())
        self._finish()

    def _prepare(self) -> None:
        if not self.checkpoint.is_load:
            self._build_indexes()
            return
        indexes.drop_indexes()
        shelf = LoadShelf()
        self.progress.set_postfix_str("reading what is stored")
        shelf.learn()
        self.shelf = shelf

    def _batch(self) -> int:
        return LOAD_BATCH if self.checkpoint.is_load else BATCH

    def _take(self, waiting: Sequence[Part]) -> None:
        if not waiting:
            return
        drafts = [draft for part in waiting for draft in part.drafts]
        lines = [line for part in waiting for line in part.lines]
        file = self.files[waiting[0].file].name
        for part in waiting:
            for refusal in part.refused:
                self.report.refuse(refusal, of=self.report.papers)
        taken = self._store(drafts, lines, file)
        if taken:
            self.checkpoint.witness = (taken[-1].paper.pk, taken[-1].paper.title_key)
        self.records += len(drafts) + sum(len(part.refused) for part in waiting)
        last = waiting[-1]
        self._note(last.file, last.after)
        self._show(last.used_bytes)
        if isinstance(self.shelf, LoadShelf) and self.shelf.is_full:
            self._end_load()

    def _store(self, drafts: Sequence[Draft], lines: Sequence[int], file: str) -> list[Taken]:
        """Store a batch; where the database refuses it, all of it but the record at fault."""
        if not drafts:
            return []
        try:
            taken = take_in_drafts(drafts, venues=self.venues, shelf=self.shelf)
        except (DataError, ValueError) as error:
            self.venues.forget()
            if len(drafts) == 1:
                reason = f"The database does not take it: {str(error).splitlines()[0][:200]}"
                self.report.refuse(Refusal(lines[0], reason, file), of=self.report.papers)
                return []
            half = len(drafts) // 2
            return [
                *self._store(drafts[:half], lines[:half], file),
                *self._store(drafts[half:], lines[half:], file),
            ]
        for one, line in zip(taken, lines, strict=True):
            self.report.took(one, line=line, file=file)
        return taken

    def _note(self, file: int, place: Place) -> None:
        now = time.monotonic()
        self.report.seconds += now - self.noted_at
        self.noted_at = now
        self.checkpoint.file, self.checkpoint.place = file, place
        checkpoints.save(self.place, self.checkpoint)

    def _show(self, used_bytes: int) -> None:
        done = used_bytes + sum(path.stat().st_size for path in self.files[: self.checkpoint.file])
        self.progress.update(max(0, done - self.done_bytes))
        self.done_bytes = max(done, self.done_bytes)
        rate = self.records / max(0.001, time.monotonic() - self.started_at)
        self.progress.set_postfix_str(f"{self.records:,} records, {rate:,.0f}/s")

    def _end_load(self) -> None:
        """Go on with indexes: so many keys do not fit into memory."""
        self.checkpoint.is_load = False
        self.shelf = FastShelf()
        self._build_indexes()

    def _build_indexes(self) -> None:
        if not connection.in_atomic_block:
            indexes.build_indexes(
                lambda name: self.progress.set_postfix_str(f"building index {name}")
            )

    def _finish(self) -> None:
        # Free the memory before the indexes are sorted.
        self.shelf = FastShelf()
        self._build_indexes()
        self.progress.set_postfix_str("counting")
        settle()
        self.report.seconds += time.monotonic() - self.noted_at
