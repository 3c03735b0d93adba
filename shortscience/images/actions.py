"""Writes about images.

A file in the store and its row cannot be written in one step. The file comes first and goes last,
so a row never names a file that is not there; a file that no row names is found by `doctor`.
"""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.images.making import make_sizes, random_name
from shortscience.images.models import Image
from shortscience.images.removing import remove
from shortscience.images.rules import (
    MOST_BYTES,
    MOST_WAITING,
    NotAPicture,
    NotYourImage,
    ShelfFull,
    TooManyWaiting,
)
from shortscience.images.tasks import make_ready
from shortscience.lib import pictures
from shortscience.lib.pictures import PictureAddress, PictureRefused


def add_image(*, owner: Viewer, data: bytes) -> Image:
    """Take a picture in: its address is good at once, its sizes are made by the worker.

    What happens, and how long it takes, is the same whether or not somebody sent it before.
    Never call it inside a transaction: looking at the file takes a while.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        NotAPicture: the file is none, or none that we take; the sentence says why.
        ShelfFull, TooManyWaiting: the person has to remove some, or to wait.
    """
    member = require_member(owner)
    _check_room(member)
    try:
        seen = pictures.look(data)
    except PictureRefused as refused:
        raise NotAPicture(refused.fault) from refused
    name = random_name()
    original = default_storage.save(f"incoming/{random_name()}", ContentFile(data))
    try:
        with transaction.atomic():
            # Two tabs at once must not both see the last free place.
            User.objects.select_for_update().get(pk=member.pk)
            _check_room(member)
            now = timezone.now()
            image = Image.objects.create(
                name=name,
                owner=member,
                width=seen.width,
                height=seen.height,
                original=original,
                original_type=seen.type,
                added_at=now,
                used_at=now,
            )
            make_ready.enqueue(image.pk)
    except BaseException:
        default_storage.delete(original)
        raise
    return image


def import_image(*, address: PictureAddress, data: bytes) -> None:
    """Store a picture of nobody's under an address that texts name already; again does nothing.

    Raises:
        PictureRefused: it is no picture.
        ValueError: its size is not that of the address.
    """
    if Image.objects.filter(name=address.name).exists():
        return
    seen = pictures.look(data)
    if (seen.width, seen.height) != (address.width, address.height):
        raise ValueError(f"{address.large} would be of {seen.width} × {seen.height}")
    now = timezone.now()
    image = Image.objects.create(
        name=address.name,
        width=seen.width,
        height=seen.height,
        original=default_storage.save(f"incoming/{random_name()}", ContentFile(data)),
        original_type=seen.type,
        added_at=now,
        used_at=now,
    )
    make_sizes(image.pk)


def remove_image(*, image: Image, by: Viewer) -> None:
    """Remove one's own image; texts that show it show its description instead.

    Raises:
        NotYourImage: it is somebody else's.
    """
    if not image.is_by(require_member(by)):
        raise NotYourImage
    remove([image.pk])


def _check_room(member: User) -> None:
    own = Image.objects.owned_by(member)
    if own.waiting().count() >= MOST_WAITING:
        raise TooManyWaiting
    if own.total_bytes() >= MOST_BYTES:
        raise ShelfFull
