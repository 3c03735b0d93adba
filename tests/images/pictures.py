"""Pictures of every kind that people send, and files that only call themselves so."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

RED, BLUE = (200, 30, 30), (30, 30, 200)
# Stands in notes of the camera and of programs; never in what we show.
SECRET = "Alice Liddell, 51.5 N"


def drawing(width: int = 40, height: int = 30, color: Any = RED) -> Image.Image:
    """A picture whose upper left corner is blue: one sees whether it was turned."""
    image = Image.new("RGB", (width, height), color)
    image.paste(BLUE, (0, 0, max(1, width // 4), max(1, height // 4)))
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(width: int = 40, height: int = 30, color: Any = RED) -> bytes:
    return saved(drawing(width, height, color), "PNG")


def png_with_notes() -> bytes:
    notes = PngInfo()
    notes.add_text("Author", SECRET)
    notes.add_itxt("Comment", SECRET)
    return saved(drawing(), "PNG", pnginfo=notes, exif=_exif(1))


def jpeg(width: int = 40, height: int = 30, *, orientation: int = 1) -> bytes:
    return saved(
        drawing(width, height), "JPEG", quality=95, exif=_exif(orientation), comment=SECRET
    )


def cmyk() -> bytes:
    return saved(drawing().convert("CMYK"), "JPEG", quality=95)


def grey16() -> bytes:
    return saved(Image.new("I;16", (20, 20), 40_000), "PNG")


def moving(kind: str) -> bytes:
    """A GIF, APNG or WebP that moves from red to blue."""
    options: dict[str, Any] = {"save_all": True, "duration": 100, "loop": 0}
    return saved(drawing(), kind, append_images=[drawing(color=BLUE)], **options)


def of_size(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has this size: a bomb, if somebody unpacks it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND")


def text_bomb() -> bytes:
    """A PNG with a note that unpacks to 200 MB."""
    note = b"Comment\0\0" + zlib.compress(b"\0" * 200_000_000, 9)
    plain = png()
    return plain[:33] + _chunk(b"zTXt", note) + plain[33:]


def polyglots() -> dict[str, bytes]:
    """Pictures that are programs or pages too, for whoever reads them so."""
    script = b"<script>alert(document.cookie)</script>"
    return {
        "gif-js": b"GIF89a/*" + saved(drawing(), "GIF")[8:] + b"*/=1;alert(1)//",
        "gif-html": saved(drawing(), "GIF") + b"<html>" + script,
        "jpeg-html": saved(drawing(), "JPEG", comment=script) + script,
        "png-html": png() + b"<!doctype html>" + script,
        "webp-zip": saved(drawing(), "WEBP") + b"PK\x03\x04" + script,
    }


SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">
<script>alert(1)</script></svg>"""


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = SECRET
    exif[0x8769] = {0x9003: "2026:11:22 12:00:00"}
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}
    return exif


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
