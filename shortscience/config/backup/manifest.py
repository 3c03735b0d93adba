"""What a backup says about itself, and whether its files are as it says."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from shortscience.config.terminal import Stop

NAME = "manifest.json"
FORMAT = 1
# Tables whose rows are in no backup: with the salt of a day it could be told who was there.
WITHOUT_ROWS = ("readership_dailysalt",)
_BLOCK = 1 << 20


class File(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """The contents of a backup."""

    made_at: str
    program: str
    # "sqlite" or "postgresql", and the version of that.
    database: str
    server: str
    # "papers.0001_initial", …: what had been applied.
    migrations: list[str]
    rows: dict[str, int]
    files: dict[str, File]
    format: int = FORMAT


def applied_migrations() -> list[str]:
    """Return what has been applied to the database."""
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


def write(folder: Path, manifest: Manifest) -> None:
    """Write it last, and only when all else is on the disk."""
    path = folder / NAME
    path.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    sync(path)
    sync(folder)


def read(folder: Path) -> Manifest:
    """Return what a backup says about itself.

    Raises:
        Stop: it is none, or was not finished, or is of a later kind.
    """
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise Stop(f"{folder.name} is no backup, or one that was not finished.") from None
    except (OSError, msgspec.DecodeError) as error:
        raise Stop(f"The manifest of {folder.name} cannot be read: {error}") from error
    if manifest.format > FORMAT:
        raise Stop(f"{folder.name} was made by a later version ({manifest.program}): update first.")
    return manifest


def described(path: Path) -> File:
    """Return size and checksum of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return File(path.stat().st_size, digest.hexdigest())


def require_whole(folder: Path, manifest: Manifest) -> None:
    """Return if each file is there as it was written.

    Raises:
        Stop: one is missing or differs; the sentence names it.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        # A name that leads elsewhere is no name of ours.
        if ".." in Path(name).parts or Path(name).is_absolute() or not path.is_file():
            raise Stop(f"The backup lacks {name}.")
        if described(path) != expected:
            raise Stop(f"{name} is not as it was written; the backup is damaged.")


def sync(path: Path) -> None:
    """Return when a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
