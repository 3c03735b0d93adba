"""Images that go: by their owner, with their owner, or because no text uses them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction

from shortscience.images.models import Image, ImageFile
from shortscience.images.rules import KEPT_UNUSED_FOR
from shortscience.images.uses import names_in_use

_AT_ONCE = 500


def remove(images: list[int]) -> int:
    """Remove these images, and the files that no other image has; return how many."""
    for pk in images:
        with transaction.atomic():
            image = Image.objects.select_for_update().filter(pk=pk).first()
            if image is None:
                continue
            paths = [image.original] if image.original else []
            image.delete()
            if image.file_id is not None:
                paths += _let_go(image.file_id)
            transaction.on_commit(partial(_erase, paths))
    return len(images)


def forget_unused(*, now: datetime) -> int:
    """Remove images that no text has used for a while; return how many."""
    names = sorted(names_in_use())
    for start in range(0, len(names), _AT_ONCE):
        Image.objects.filter(name__in=names[start : start + _AT_ONCE]).update(used_at=now)
    unused = Image.objects.filter(used_at__lt=now - KEPT_UNUSED_FOR)
    return remove(list(unused.values_list("pk", flat=True)))


def remove_unused_of(images: Iterable[int]) -> int:
    """Remove those of these images that no text uses; for whoever leaves the site."""
    kept = names_in_use()
    rows = Image.objects.filter(pk__in=list(images)).values_list("pk", "name")
    return remove([pk for pk, name in rows if name not in kept])


def _let_go(file_id: int) -> list[str]:
    """Remove a file that no image has any more; return where it lies."""
    file = ImageFile.objects.select_for_update().get(pk=file_id)
    if file.images.exists():
        return []
    # The row of a hidden one stays: whoever sends it again gets no other answer.
    if not file.is_hidden:
        file.delete()
    return list(file.paths)


def _erase(paths: Iterable[str]) -> None:
    for path in paths:
        default_storage.delete(path)
