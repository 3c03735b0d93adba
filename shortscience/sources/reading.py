"""Reading files in a process of their own, while this one writes to the database."""

from __future__ import annotations

import multiprocessing
import sys
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from threading import Thread

import msgspec

from shortscience.papers.intake import Draft, draft_of
from shortscience.sources.importing import Found, NotReadable, Place, Reader, Refusal
from shortscience.venues.actions import VenueFinder

# Parts read before the writer asks for them; each has a megabyte or so.
AHEAD = 16
# Smaller files are read before another process would have started.
WORTH_A_PROCESS_BYTES = 1_000_000


class Part(msgspec.Struct, tag=True):
    """Some records of a file, ready to be stored, with their lines; and what was refused."""

    file: int
    drafts: list[Draft]
    lines: list[int]
    refused: list[Refusal]
    after: Place
    used_bytes: int


class FileEnd(msgspec.Struct, tag=True):
    """A file was read to its end; `wrong` says why it is not what it is said to be."""

    file: int
    wrong: str = ""


class _Died(msgspec.Struct, tag=True):
    """The reading process met a fault of ours."""

    trace: str


class ReaderDied(Exception):
    """The process that read the files ended in the middle."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Part | FileEnd | _Died).decode


def parts(
    files: Sequence[Path], read: Reader, *, first: int, place: Place
) -> Iterator[Part | FileEnd]:
    """Yield the parts of the files from this place of this file on.

    Raises:
        ReaderDied: the process that reads was killed, or met a fault of ours.
    """
    prefixes = VenueFinder().doi_prefixes
    if sum(path.stat().st_size for path in files[first:] if path.is_file()) < WORTH_A_PROCESS_BYTES:
        yield from _read(files, read, first, place, prefixes)
        return
    # A copy of this process needs no second start of Django; elsewhere it is not safe.
    context = (
        multiprocessing.get_context("fork")
        if sys.platform == "linux"
        else multiprocessing.get_context("spawn")
    )
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(
        target=_send,
        args=(sending, receiving, list(files), read, first, place, prefixes),
        daemon=True,
    )
    process.start()
    sending.close()
    waiting: Queue[bytes | None] = Queue(AHEAD)
    Thread(target=_receive, args=(receiving, waiting), daemon=True).start()
    try:
        yield from _received(waiting)
    finally:
        process.terminate()
        process.join()


def _receive(receiving: Connection, waiting: Queue[bytes | None]) -> None:
    """Empty the pipe while the writer writes: it holds less than one part."""
    with receiving:
        while True:
            try:
                message = receiving.recv_bytes()
            except (EOFError, OSError):
                waiting.put(None)
                return
            waiting.put(message)
            if not message:
                return


def _received(waiting: Queue[bytes | None]) -> Iterator[Part | FileEnd]:
    while message := waiting.get():
        told = _decode(message)
        if isinstance(told, _Died):
            raise ReaderDied(f"The reader failed:\n{told.trace}")
        yield told
    if message is None:
        raise ReaderDied("The process that read the files was killed.")


def _send(
    sending: Connection,
    receiving: Connection,
    files: list[Path],
    read: Reader,
    first: int,
    place: Place,
    prefixes: list[str],
) -> None:
    """Be the reading process: send every part, then an empty message."""
    # Else a writer that was killed would leave a pipe that is never full nor broken.
    receiving.close()
    try:
        for told in _read(files, read, first, place, prefixes):
            sending.send_bytes(_encode(told))
        sending.send_bytes(b"")
    except BrokenPipeError:
        # The writer is gone.
        return
    except KeyboardInterrupt:
        return
    except Exception:
        sending.send_bytes(_encode(_Died(traceback.format_exc())))


def _read(
    files: Sequence[Path], read: Reader, first: int, place: Place, prefixes: list[str]
) -> Iterator[Part | FileEnd]:
    finder = VenueFinder(prefixes)
    for number, path in enumerate(files[first:], start=first):
        start = place if number == first else Place()
        try:
            for piece in read(path, start):
                found = [item for item in piece.items if isinstance(item, Found)]
                yield Part(
                    file=number,
                    drafts=[draft_of(item.record, finder) for item in found],
                    lines=[item.line for item in found],
                    refused=[item for item in piece.items if isinstance(item, Refusal)],
                    after=piece.after,
                    used_bytes=piece.used_bytes,
                )
        except NotReadable as wrong:
            yield FileEnd(number, str(wrong))
        else:
            yield FileEnd(number)
