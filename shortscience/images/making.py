"""The sizes of an image, made by the worker."""

from __future__ import annotations

import base64
import hashlib
import secrets
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from shortscience.images.models import Image, ImageFile
from shortscience.lib import pictures
from shortscience.lib.pictures import Encoded, Interrupted, PictureRefused


def make_sizes(image_id: int) -> None:
    """Make the two sizes of an image that waits; done again, it changes nothing."""
    image = Image.objects.waiting().filter(pk=image_id).first()
    if image is None:
        return
    original = image.original
    with default_storage.open(original) as file:
        data = file.read()
    # Also of a picture that is here already: time must not tell that somebody else sent it.
    try:
        encoded = pictures.encode(data)
    except Interrupted:
        # It could be opened when it came: the worker tries again.
        raise
    except PictureRefused:
        encoded = None
    with transaction.atomic():
        locked = Image.objects.select_for_update().filter(pk=image_id, original=original).first()
        if locked is not None:
            locked.file = _stored(encoded) if encoded else None
            locked.original = locked.original_type = ""
            locked.save(update_fields=["file", "original", "original_type"])
        transaction.on_commit(partial(default_storage.delete, original))


def random_name() -> str:
    """Return 128 random bits as letters and digits."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def _stored(encoded: Encoded) -> ImageFile:
    """Return the file for these pixels, there already or written now; it is locked."""
    digest = hashlib.sha256(encoded.large).hexdigest()
    file = ImageFile.objects.select_for_update().filter(digest=digest).first()
    if file is None:
        file = ImageFile.objects.create(
            digest=digest,
            key=random_name(),
            width=encoded.width,
            height=encoded.height,
            size_bytes=len(encoded.large) + len(encoded.small),
        )
    for path, content in zip(file.paths, (encoded.large, encoded.small), strict=False):
        if not default_storage.exists(path):
            default_storage.save(path, ContentFile(content))
    return file
