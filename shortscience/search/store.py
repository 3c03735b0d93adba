"""Where a node keeps its index: one folder a generation, and a file that names the current one.

    index/current            "g-…": the generation that readers open
    index/g-…/papers/        the index itself, written by one process of this node
    index/g-…/words-N/       the words of the index, for completing and spelling
    index/g-…/state.json     its format, and how far it has read the outbox
    index/broken             written by a reader that met something it could not read

A generation becomes current when it is whole. State is written after each commit of the index: a
kill in between repeats changes, which does no harm, and never leaves one out.
"""

from __future__ import annotations

import os
import shutil
import struct
import time
import zlib
from pathlib import Path

import msgspec
from django.conf import settings

from shortscience.search.schema import FORMAT

# The last bytes of a file of tantivy: length of its footer, and this number.
_MAGIC = 1337
_TAIL = struct.Struct("<II")
_READ_BYTES = 1 << 20


class State(msgspec.Struct, frozen=True):
    """What a generation is and knows."""

    format: str = FORMAT
    # The last change it has read: number of the transaction, number of the row.
    transaction: int = 0
    row: int = 0
    # When it last knew everything, in seconds since 1970.
    looked_at: float = 0.0
    # The folder of its words, and how many papers there were when those were counted.
    words: str = ""
    words_of: int = 0


def root() -> Path:
    """Return the folder of this node's index."""
    return Path(settings.VAR_DIR) / "index"


def current() -> Path | None:
    """Return the folder of the generation that is to be read, None where there is none."""
    try:
        name = (root() / "current").read_text().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    folder = root() / name
    return folder if name.startswith("g-") and "/" not in name and folder.is_dir() else None


def new_generation() -> Path:
    """Make a folder for an index to be built in."""
    folder = root() / f"g-{time.time_ns()}-{os.getpid()}"
    (folder / "papers").mkdir(parents=True)
    return folder


def make_current(folder: Path) -> None:
    """Let readers open this generation from now on, and remove the others.

    Who still reads an older one keeps its files until it lets go of them.
    """
    write_whole(root() / "current", folder.name.encode())
    said_broken().unlink(missing_ok=True)
    for other in root().glob("g-*"):
        if other != folder and not _is_being_built(other):
            shutil.rmtree(other, ignore_errors=True)


def read_state(folder: Path) -> State | None:
    """Return the state of a generation, None where it is missing or of another format."""
    try:
        state = msgspec.json.decode((folder / "state.json").read_bytes(), type=State)
    except (OSError, msgspec.DecodeError):
        return None
    return state if state.format == FORMAT else None


def write_state(folder: Path, state: State) -> None:
    write_whole(folder / "state.json", msgspec.json.encode(state))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that there is either the old content or the new, whatever happens."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def said_broken() -> Path:
    """Return the file by which a reader tells the indexer that it could not read the index."""
    return root() / "broken"


def say_broken(reason: str) -> None:
    """Tell the indexer to look; harmless where the folder cannot be written."""
    try:
        said_broken().write_text(reason[:1000])
    except OSError:
        return


def damage(folder: Path, state: State) -> str:
    """Return which file of a generation is not as it was written; "" when all are."""
    parts = [folder / "papers", *([folder / state.words] if state.words else [])]
    return next((found for part in parts if (found := damage_in(part))), "")


def damage_in(part: Path) -> str:
    """Return which file of one index is not as it was written; "" when all are.

    tantivy writes a checksum at the end of each file and does not look at it when it reads.
    """
    try:
        listed = msgspec.json.decode((part / ".managed.json").read_bytes(), type=list[str])
        names = [name for name in listed if (part / name).exists()]
        if "meta.json" not in names:
            return "meta.json"
        return next((name for name in names if not _is_as_written(part / name)), "")
    except (OSError, msgspec.DecodeError):
        return ".managed.json"


def _is_as_written(path: Path) -> bool:
    if path.suffix in (".json", ".lock"):
        return True  # No checksum; opening the index reads them.
    size = path.stat().st_size
    with path.open("rb") as file:
        if size < _TAIL.size:
            return False
        file.seek(-_TAIL.size, os.SEEK_END)
        length, magic = _TAIL.unpack(file.read(_TAIL.size))
        body = size - _TAIL.size - length
        if magic != _MAGIC or body < 0:
            return False
        file.seek(body)
        footer = msgspec.json.decode(file.read(length))
        file.seek(0)
        checksum = 0
        while body > 0 and (piece := file.read(min(body, _READ_BYTES))):
            checksum = zlib.crc32(piece, checksum)
            body -= len(piece)
    return bool(footer.get("crc") == checksum)


def _is_being_built(folder: Path) -> bool:
    """Tell whether a process that is alive builds this generation; its state is written last."""
    if (folder / "state.json").exists():
        return False
    pid = folder.name.rpartition("-")[2]
    return pid.isdigit() and int(pid) != os.getpid() and Path(f"/proc/{pid}").exists()
