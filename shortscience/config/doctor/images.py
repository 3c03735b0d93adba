"""Images: whether each row has its files, and each file its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count
from django.utils import timezone

from shortscience.config.doctor.finding import Finding, State, counted, needs_you, ok
from shortscience.images.models import Image, ImageFile

# Where images lie in the store, before and after they are made ready.
FOLDERS = ("i", "incoming")
# A file is written before its row.
YOUNG = timedelta(days=1)
# The worker makes one in a second; the tries after an error last longer.
WAITS_LONG = timedelta(hours=1)


def images(repairs: bool) -> list[Finding]:
    """Look for files and rows that lack each other.

    What no row names is put aside, not removed. A file that is lost can only be brought back from
    a backup; an image whose original is lost before it was made ready is told to its owner.
    """
    # Rows first: what is added meanwhile is young.
    files = list(ImageFile.objects.annotate(n=Count("images")))
    waiting = dict(Image.objects.waiting().values_list("original", "pk"))
    present = set(_present())
    named = {path for file in files for path in file.paths} | waiting.keys()
    orphans = sorted(_old(present - named))
    # Of a hidden picture that nobody has any more, the row alone is kept.
    idle = [file.pk for file in files if not file.n and not file.is_hidden]
    lacking = [file for file in files if file.n and not present.issuperset(file.paths)]
    lost = [pk for path, pk in waiting.items() if path not in present]
    if repairs:
        _put_aside(orphans)
        ImageFile.objects.filter(pk__in=idle, images=None).delete()
        Image.objects.filter(pk__in=lost).update(original="", original_type="")
    aside = f"files are of no image (put into {_aside()})"
    found = [
        counted("images", len(orphans), aside, repairs=repairs),
        counted("images", len(idle), "rows of files have no image", repairs=repairs),
        counted("images", len(lost), "were lost before they were made ready", repairs=repairs),
        *_for_people(lacking, lost),
    ]
    return [one for one in found if one.state != State.OK] or [ok("images")]


def _for_people(lacking: Sequence[ImageFile], lost: list[int]) -> Iterator[Finding]:
    if lacking:
        says = f"{len(lacking):,} lack their file, such as {lacking[0].large_path}: see a backup"
        yield needs_you("images", says, len(lacking))
    long_ago = timezone.now() - WAITS_LONG
    late = Image.objects.waiting().filter(added_at__lt=long_ago).exclude(pk__in=lost).count()
    if late:
        says = f"{late:,} wait for more than an hour: does the worker run? See /staff/jobs"
        yield needs_you("images", says, late)


def _present() -> Iterator[str]:
    for folder in FOLDERS:
        yield from _below(folder)


def _below(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}"
    for name in folders:
        yield from _below(f"{folder}/{name}")


def _old(paths: set[str]) -> Iterator[str]:
    before = timezone.now() - YOUNG
    return (path for path in paths if default_storage.get_modified_time(path) < before)


def _aside() -> Path:
    return Path(settings.VAR_DIR) / "orphaned"


def _put_aside(paths: list[str]) -> None:
    for path in paths:
        kept = _aside() / path
        kept.parent.mkdir(parents=True, exist_ok=True)
        with default_storage.open(path) as file:
            kept.write_bytes(file.read())
        default_storage.delete(path)
