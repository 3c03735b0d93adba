"""The two things that are done with a picture's bytes. Call it through `sandbox` only."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageCms, ImageOps

from shortscience.lib.pictures.address import SMALL_WIDTH
from shortscience.lib.pictures.kinds import MAX_BYTES, MAX_PIXELS, Encoded, Fault, Seen

# Twice the column of text, for screens with two pixels to a point.
LARGE_WIDTH = 1600
# Of a very tall one, such as a screenshot of a whole page.
LARGE_HEIGHT = 4000

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
_TYPES = {name: f"image/{name.lower()}" for name in FORMATS}
# Drawings: what they were saved as keeps every pixel, and so do we where that is not much larger.
_LOSSLESS_FORMATS = ("PNG", "GIF")
_LOSSLESS_WORTH = 1.5
_QUALITY = 82
# What WebP can hold of one side.
_LONGEST_SIDE = 16_383

# Image.open warns above this and refuses above twice of it; we refuse ourselves, in words.
Image.MAX_IMAGE_PIXELS = None


class Unreadable(Exception):  # leaves this package as `PictureRefused`
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def look(data: bytes) -> Seen:
    """Tell what the file is. All of its first frame is decoded: a damaged one is found now.

    Raises:
        Unreadable: it is no picture for us.
    """
    image = _opened(data)
    animated = bool(getattr(image, "is_animated", False))
    turned = _is_turned(image)
    width, height = _fitting(*(reversed(image.size) if turned else image.size))
    # Half of its resolution, or less, is enough to see whether it is whole.
    image.draft("RGB", (LARGE_WIDTH, LARGE_WIDTH))
    image.load()
    return Seen(_TYPES[str(image.format)], width, height, animated)


def encode(data: bytes) -> Encoded:
    """Return the first frame in our sizes, upright, in sRGB, with nothing but its pixels.

    Raises:
        Unreadable: it is no picture for us.
    """
    image = _opened(data)
    is_drawing = image.format in _LOSSLESS_FORMATS
    turned = _is_turned(image)
    width, height = _fitting(*(reversed(image.size) if turned else image.size))
    # Of a JPEG of 48 million pixels only as much is decoded as is kept.
    image.draft("RGB", (height, width) if turned else (width, height))
    upright = _plain(ImageOps.exif_transpose(image))
    large = _resized(upright, width, height)
    small = b""
    if width > SMALL_WIDTH:
        small_height = max(1, round(height * SMALL_WIDTH / width))
        small = _webp(_resized(large, SMALL_WIDTH, small_height), is_drawing=is_drawing)
    return Encoded(width, height, _webp(large, is_drawing=is_drawing), small)


def _opened(data: bytes) -> Image.Image:
    if not data:
        raise Unreadable(Fault.EMPTY)
    if len(data) > MAX_BYTES:
        raise Unreadable(Fault.TOO_BIG)
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Exception as unknown:
        # Its readers of headers raise whatever the bytes make them stumble over.
        raise Unreadable(_named(data)) from unknown
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise Unreadable(Fault.TOO_MANY_PIXELS)
    return image


def _named(data: bytes) -> Fault:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_markup = head.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--"))
    is_vector = (is_markup and b"<svg" in head) or head.startswith((b"\x1f\x8b", b"%pdf", b"%!ps"))
    return Fault.VECTOR if is_vector else Fault.UNKNOWN


def _is_turned(image: Image.Image) -> bool:
    """Whether the camera lay on its side: width and height change places."""
    try:
        return image.getexif().get(0x0112) in (5, 6, 7, 8)
    except Exception:
        # Notes that cannot be read say nothing; they are dropped anyway.
        return False


def _fitting(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, LARGE_WIDTH / width, LARGE_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _plain(image: Image.Image) -> Image.Image:
    """Return the pixels in sRGB, 8 bits each, with transparency where there is some."""
    if image.mode.startswith("I"):
        # 16 bits of grey: the upper 8 of them.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    has_alpha = image.has_transparency_data
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _in_srgb(image, profile)
    plain = image.convert("RGBA" if has_alpha else "RGB")
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned: Any = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A profile of another kind of picture, or no profile at all.
        return image
    return image if turned is None else turned


def _resized(image: Image.Image, width: int, height: int) -> Image.Image:
    if image.size == (width, height):
        return image
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _webp(image: Image.Image, *, is_drawing: bool) -> bytes:
    assert max(image.size) <= _LONGEST_SIDE
    lossy = _saved(image, quality=_QUALITY, method=4)
    if is_drawing:
        exact = _saved(image, lossless=True, quality=60, method=3)
        if len(exact) <= _LOSSLESS_WORTH * len(lossy):
            return exact
    return lossy


def _saved(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", exif=b"", icc_profile=b"", xmp=b"", **options)
    return file.getvalue()
