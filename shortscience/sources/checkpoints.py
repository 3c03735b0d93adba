"""Where an import that was stopped goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from django.conf import settings

from shortscience.papers.models import Paper
from shortscience.sources.importing import Place, Report

# Of more than this, only the ends and the size of each file tell whether they are the same again.
MOST_READ = 4_000_000_000
END = 1 << 20


class Checkpoint(msgspec.Struct):
    """How far an import came; `witness` is a paper that is there if that is true.

    The database may have been replaced since: then the witness is missing, and the import
    starts at the beginning.
    """

    # Which of the files, from 0, and where in it.
    file: int = 0
    place: Place = Place()
    witness: tuple[int, str] | None = None
    # Whether it is a load without indexes.
    is_load: bool = False
    report: Report = msgspec.field(default_factory=Report)

    def still_holds(self) -> bool:
        if self.witness is None:
            return False
        number, title_key = self.witness
        return Paper.objects.filter(pk=number, title_key=title_key).exists()


def checkpoint_path(files: Path | Sequence[Path], kind: str) -> Path:
    """Return where the checkpoint of these files' content and this database is."""
    listed = [files] if isinstance(files, Path) else files
    mark = hashlib.blake2b(f"{kind}\0{settings.DATABASE_URL}\0".encode(), digest_size=16)
    is_all_read = sum(path.stat().st_size for path in listed) <= MOST_READ
    for path in listed:
        size = path.stat().st_size
        mark.update(b"%d\0" % size)
        with path.open("rb") as file:
            if is_all_read:
                while piece := file.read(END):
                    mark.update(piece)
            else:
                mark.update(file.read(END))
                file.seek(max(0, size - END))
                mark.update(file.read(END))
    return Path(settings.VAR_DIR) / "imports" / f"{mark.hexdigest()}.json"


def load(place: Path) -> Checkpoint:
    """Return the checkpoint that is stored there, or a new one if it does not hold."""
    try:
        stored = msgspec.json.decode(place.read_bytes(), type=Checkpoint)
    except (FileNotFoundError, msgspec.MsgspecError):
        return Checkpoint()
    return stored if stored.still_holds() else Checkpoint()


def save(place: Path, checkpoint: Checkpoint) -> None:
    """Store it, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(checkpoint))
    part.replace(place)
