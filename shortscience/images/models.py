"""Pictures that people put into their texts."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from shortscience.accounts.querysets import Viewer
from shortscience.images.querysets import ImageQuerySet
from shortscience.lib.pictures import PictureAddress


class ImageFile(models.Model):
    """What is stored of a picture: one for all that look the same to the byte.

    Nothing that people see tells whether a file has one image or several: see
    `docs/decisions/0026-images.md`.
    """

    # SHA-256 of the large WebP: it is made the same way each time, from pixels alone.
    digest = models.CharField(max_length=64, unique=True)
    # Where it lies; it stands in no page and no address.
    key = models.CharField(max_length=26, unique=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
    # Set by moderation only. A hidden file stays hidden for whoever sends it again.
    hidden_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"File {self.pk}"

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def large_path(self) -> str:
        return f"i/{self.key[:2]}/{self.key}.webp"

    @property
    def small_path(self) -> str:
        return f"i/{self.key[:2]}/{self.key}-s.webp"

    @property
    def paths(self) -> tuple[str, ...]:
        """Where its sizes lie in the store."""
        has_small = PictureAddress(self.key, self.width, self.height).has_small
        return (self.large_path, self.small_path) if has_small else (self.large_path,)


class Image(models.Model):
    """One picture that one person sent once, under an address that nobody can guess.

    It waits (`original` is kept), is ready (`file` is made), or failed (neither).
    """

    # 128 random bits: the address is the right to see it.
    name = models.CharField(max_length=26, unique=True)
    # Shown to nobody but the owner; null when that person left and a text of others needs it.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="images"
    )
    file = models.ForeignKey(ImageFile, null=True, on_delete=models.PROTECT, related_name="images")
    # Of the large size, known before it is made: texts print it.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # What was sent, until the sizes are made of it: where it lies, and its media type.
    original = models.CharField(max_length=60, blank=True)
    original_type = models.CharField(max_length=20, blank=True)
    added_at = models.DateTimeField()
    # When a text, version or draft was last seen to use it; at first, when it was added.
    used_at = models.DateTimeField()

    objects = ImageQuerySet.as_manager()

    class Meta:
        indexes = [
            # Serves one's own images, newest first.
            models.Index(fields=["owner", "-id"], name="images_of_a_person"),
            # Serves the nightly removal of what no text uses.
            models.Index(fields=["used_at"], name="images_by_use"),
        ]

    def __str__(self) -> str:
        return f"Image {self.pk}"

    def get_absolute_url(self) -> str:
        return self.address.large

    @property
    def address(self) -> PictureAddress:
        return PictureAddress(self.name, self.width, self.height)

    @property
    def is_waiting(self) -> bool:
        return bool(self.original)

    @property
    def is_failed(self) -> bool:
        return not self.original and self.file_id is None

    @property
    def is_hidden(self) -> bool:
        return self.file is not None and self.file.is_hidden

    @property
    def size_bytes(self) -> int:
        return self.file.size_bytes if self.file else 0

    def is_by(self, viewer: Viewer) -> bool:
        return bool(viewer.is_authenticated and self.owner_id == viewer.pk)
