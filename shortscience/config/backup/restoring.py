"""Bringing a backup back."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from shortscience.config.backup import engine, manifest
from shortscience.config.backup.manifest import Manifest
from shortscience.config.backup.taking import is_archive
from shortscience.config.database import described, prepare
from shortscience.config.doctor.search import forget_other_server
from shortscience.config.terminal import Stop
from shortscience.search import indexer, store

# A database with a row in one of these belongs to somebody.
_SOMEBODYS = ("accounts_user", "papers_paper", "summaries_summary")


def restore(source: Path, *, replaces: bool) -> Manifest:
    """Put a backup in the place of this site, and bring it up to date with this program.

    Raises:
        Stop: it cannot be done; the site is as it was before then.
    """
    with _opened(source) as folder:
        made = manifest.read(folder)
        manifest.require_whole(folder, made)
        _require_fitting(made)
        _require_stopped()
        if not replaces and (table := _somebodys()):
            raise Stop(
                f"The {described()} is not empty (there are rows in {table})."
                " With --replace all of it is replaced."
            )
        engine.current().load(folder)
        _bring_files(folder)
    prepare()
    _forget_index()
    return made


@contextmanager
def _opened(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield source
        return
    if not source.is_file():
        raise Stop(f"There is no backup {source}.")
    if not is_archive(source):
        raise Stop(f"{source.name} is no backup: it would end in .tar or .tar.gz, or be a folder.")
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.VAR_DIR) as room:
        try:
            with tarfile.open(source) as archive:
                archive.extractall(room, filter="data")
        except (tarfile.TarError, EOFError, OSError) as error:
            raise Stop(f"{source.name} cannot be unpacked: {error}") from error
        yield Path(room)


def _require_fitting(made: Manifest) -> None:
    if made.database != connection.vendor:
        raise Stop(
            f"This is a backup of a {made.database} database, and DATABASE_URL names another kind."
            " Restore it there, then move the contents with `shortscience export` and `import`."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(made.migrations) - known):
        ours = [name for name in unknown if not name.startswith("django_tasks_db")]
        if ours:
            raise Stop(
                f"The backup was made by a later version ({made.program}, with {ours[0]}):"
                " update the program first."
            )


def _require_stopped() -> None:
    try:
        with indexer.only_one("indexer"):
            return
    except indexer.AlreadyRunning:
        raise Stop("The site runs on this machine. Stop it first.") from None


def _somebodys() -> str:
    """Return a table that has rows of somebody's; "" when the database is as good as empty."""
    try:
        present = set(connection.introspection.table_names())
        with connection.cursor() as cursor:
            for table in sorted(present.intersection(_SOMEBODYS)):
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608  # named above
                if cursor.fetchone():
                    return table
    except DatabaseError as error:
        raise Stop(f"Cannot look into the {described()}: {error}") from error
    finally:
        connection.close()
    return ""


def _bring_files(folder: Path) -> None:
    media = folder / "media"
    if media.is_dir():
        shutil.copytree(media, settings.MEDIA_ROOT, dirs_exist_ok=True)
    if (folder / "secret_key").is_file():
        shutil.copy2(folder / "secret_key", settings.VAR_DIR / "secret_key")


def _forget_index() -> None:
    """Have the index built anew, on each machine: it is of another database now."""
    (store.root() / "current").unlink(missing_ok=True)
    forget_other_server()
