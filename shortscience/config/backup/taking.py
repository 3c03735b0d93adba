"""Making a backup, and trying it out."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

import shortscience
from shortscience.config.backup import engine, manifest
from shortscience.config.backup.manifest import File, Manifest
from shortscience.config.terminal import Stop

# How a backup is called until it is whole; one that is left over was interrupted.
UNFINISHED = ".unfinished-"
_ARCHIVES = (".tar", ".tar.gz", ".tgz")

Told = Callable[[float], object]


def is_archive(path: Path) -> bool:
    return path.name.endswith(_ARCHIVES)


def media_is_here() -> bool:
    """Whether the files of texts lie in a folder, and not in a store that other machines share."""
    return bool(settings.STORAGES["default"]["BACKEND"].endswith("FileSystemStorage"))


def take(
    where: Path, *, with_secret_key: bool = False, verifies: bool = True, told: Told = print
) -> tuple[Path, Manifest]:
    """Copy the site; return where the copy is, and what is in it.

    Args:
        where: the file (`.tar`, `.tar.gz`) or folder to make. In a folder that is there already a
            new one is made, named by the time.
        told: hears from 0 to 1 how far the copy of the database is.

    Raises:
        Stop: it cannot be made or is not right; nothing is left behind then.
    """
    now = datetime.now(UTC)
    target = where / f"shortscience-{now:%Y%m%dT%H%M%SZ}" if where.is_dir() else where
    if target.exists():
        raise Stop(f"{target} is there already.")
    if not target.parent.is_dir():
        raise Stop(f"There is no folder {target.parent}.")
    _require_space(target)
    with _clear_of_faults(target), _room(target) as room:
        rows = engine.current().dump(room, told)
        _copy_media(room / "media")
        if with_secret_key:
            _copy_secret_key(room)
        made = Manifest(
            made_at=now.isoformat(timespec="seconds"),
            program=shortscience.__version__,
            database=connection.vendor,
            server=engine.current().server(),
            migrations=manifest.applied_migrations(),
            rows=rows,
            files=_described(room),
        )
        if verifies:
            _require_same(rows, engine.current().tried_out(room))
        manifest.write(room, made)
        if is_archive(target):
            _pack(room, target, made if verifies else None)
        else:
            room.rename(target)
        manifest.sync(target.parent)
    return target, made


@contextmanager
def _room(target: Path) -> Iterator[Path]:
    """Make a folder beside the target, on the same disk, that only we can read."""
    room = Path(tempfile.mkdtemp(prefix=f"{target.name}{UNFINISHED}", dir=target.parent))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextmanager
def _clear_of_faults(target: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError, Stop) as error:
        is_full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        if is_full or "disk is full" in str(error) or "No space left" in str(error):
            free = shutil.disk_usage(target.parent).free
            raise Stop(
                f"The disk of {target.parent} is full ({free / 1e6:,.0f} MB are free now)."
                " No backup was made."
            ) from error
        if isinstance(error, OSError):
            raise Stop(f"Cannot write {error.filename or target}: {error.strerror}.") from error
        raise


def _require_space(target: Path) -> None:
    media = Path(settings.MEDIA_ROOT)
    needed = engine.current().size_bytes()
    needed += sum(path.stat().st_size for path in media.rglob("*") if path.is_file())
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise Stop(
            f"The disk of {target.parent} is too full: {free / 1e6:,.0f} MB are free, and about"
            f" {needed / 1e6:,.0f} MB are needed."
        )


def _copy_media(to: Path) -> None:
    """Copy the files after the database: what its rows name is among them."""
    media = Path(settings.MEDIA_ROOT)
    for path in sorted(media.rglob("*")) if media_is_here() else ():
        if not path.is_file() or path.is_symlink():
            continue
        copy = to / path.relative_to(media)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(path, copy)
        except FileNotFoundError:
            continue  # Removed meanwhile.
        manifest.sync(copy)


def _copy_secret_key(room: Path) -> None:
    key = settings.VAR_DIR / "secret_key"
    if not key.is_file():
        raise Stop("There is no file with a secret key: it is a setting here (SECRET_KEY).")
    shutil.copy2(key, room / "secret_key")
    manifest.sync(room / "secret_key")


def _described(room: Path) -> dict[str, File]:
    files = (path for path in sorted(room.rglob("*")) if path.is_file())
    return {str(path.relative_to(room)): manifest.described(path) for path in files}


def _require_same(rows: dict[str, int], found: dict[str, int]) -> None:
    wrong = sorted(name for name in rows.keys() | found.keys() if rows.get(name) != found.get(name))
    if wrong:
        name = wrong[0]
        raise Stop(
            f"The backup was tried out and is not right: {name} has {found.get(name, 0):,} rows"
            f" instead of {rows.get(name, 0):,}."
        )


def _pack(room: Path, target: Path, expected: Manifest | None) -> None:
    """Write all files into one, look at it again, and give it its name."""
    handle, name = tempfile.mkstemp(prefix=f"{target.name}{UNFINISHED}", dir=target.parent)
    os.close(handle)
    draft = Path(name)
    try:
        mode = "w" if target.name.endswith(".tar") else "w:gz"
        with tarfile.open(draft, mode) as archive:  # type: ignore[call-overload]  # both are modes
            for path in sorted(room.rglob("*")):
                archive.add(path, str(path.relative_to(room)), recursive=False)
        manifest.sync(draft)
        if expected is not None:
            _require_whole_archive(draft, expected)
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)


def _require_whole_archive(path: Path, expected: Manifest) -> None:
    with tarfile.open(path) as archive, tempfile.TemporaryDirectory(dir=path.parent) as room:
        for name, file in expected.files.items():
            archive.extract(name, room, filter="data")
            one = Path(room, name)
            if manifest.described(one) != file:
                raise Stop(f"{name} cannot be read back from the archive as it was written.")
            one.unlink()
