"""Strangers' files become WebP of ours, or a fault in words; nothing else comes out of them."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from shortscience.lib import pictures
from shortscience.lib.pictures import (
    Fault,
    PictureAddress,
    PictureRefused,
    addresses_in,
    codec,
    sandbox,
)
from tests.images import pictures as made

pytestmark = pytest.mark.pure

# Else the signal ends it before it can say why.
IGNORE = "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
NAME = "abcdefghijklmnopqrstuvwx23"


def opened(webp: bytes) -> Image.Image:
    return Image.open(io.BytesIO(webp), formats=["WEBP"]).convert("RGB")


def is_near(image: Image.Image, at: tuple[int, int], color: tuple[int, int, int]) -> bool:
    found = image.getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 40 for a, b in zip(found, color, strict=True))


def chunks(webp: bytes) -> set[bytes]:
    """Return the kinds of parts that a WebP file holds."""
    kinds, at = set(), 12
    while at + 8 <= len(webp):
        kinds.add(webp[at : at + 4])
        size = int.from_bytes(webp[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return kinds


@pytest.mark.parametrize(
    "data",
    [
        made.png_with_notes(),
        made.jpeg(),
        made.saved(made.drawing(), "WEBP", exif=made._exif(1), xmp=b"<x>Alice</x>"),
        made.saved(made.drawing(), "AVIF", exif=made._exif(1)),
        made.saved(made.drawing(), "GIF", comment=made.SECRET.encode()),
    ],
    ids=["png", "jpeg", "webp", "avif", "gif"],
)
def test_only_pixels_come_out(data: bytes) -> None:
    done = codec.encode(data)

    assert chunks(done.large) <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
    assert b"Alice" not in done.large
    assert is_near(opened(done.large), (30, 20), made.RED)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_whichever_way_the_camera_lay(orientation: int) -> None:
    upright = made.drawing(60, 40)
    inverse = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = upright if inverse is None else upright.transpose(Image.Transpose(inverse))
    data = made.saved(stored, "JPEG", quality=95, exif=made._exif(orientation))

    seen, done = codec.look(data), codec.encode(data)

    assert (seen.width, seen.height) == (done.width, done.height) == (60, 40)
    assert is_near(opened(done.large), (5, 4), made.BLUE)


@pytest.mark.parametrize(
    ("size", "large", "small"),
    [
        ((700, 400), (700, 400), None),
        ((1000, 500), (1000, 500), (768, 384)),
        ((3200, 1000), (1600, 500), (768, 240)),
        ((1000, 8000), (500, 4000), None),
        ((20_000, 2), (1600, 1), (768, 1)),
    ],
)
def test_there_are_two_sizes_and_the_address_knows_them(
    size: tuple[int, int], large: tuple[int, int], small: tuple[int, int] | None
) -> None:
    data = made.png(*size)

    seen, done = codec.look(data), codec.encode(data)

    address = PictureAddress(NAME, seen.width, seen.height)
    assert (seen.width, seen.height) == opened(done.large).size == large
    assert address.has_small == bool(done.small) == bool(small)
    if small:
        assert opened(done.small).size == small == (768, address.small_height)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_stays(kind: str) -> None:
    data = made.moving(kind)

    seen, done = codec.look(data), codec.encode(data)

    assert seen.is_animated
    assert not getattr(Image.open(io.BytesIO(done.large)), "is_animated", False)
    assert is_near(opened(done.large), (30, 20), made.RED)


def test_colours_of_print_and_of_16_bits_become_those_of_a_screen() -> None:
    printed, deep = codec.encode(made.cmyk()), codec.encode(made.grey16())

    assert is_near(opened(printed.large), (30, 20), made.RED)
    assert is_near(opened(deep.large), (10, 10), (156, 156, 156))


def test_what_was_transparent_stays_so() -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    indexed = Image.new("P", (20, 20), 0)

    done = codec.encode(made.saved(image, "PNG"))
    gif = codec.encode(made.saved(indexed, "GIF", transparency=0))

    for webp in (done.large, gif.large):
        assert Image.open(io.BytesIO(webp)).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("name", made.polyglots())
def test_what_is_a_program_too_comes_out_as_a_picture_only(name: str) -> None:
    data = made.polyglots()[name]

    try:
        done = codec.encode(data)
    except codec.Unreadable:
        return

    assert b"script" not in done.large
    assert b"alert" not in done.large
    assert opened(done.large).size[0] > 0


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"\0" * (pictures.MAX_BYTES + 1), Fault.TOO_BIG),
        (made.SVG, Fault.VECTOR),
        (b"\xef\xbb\xbf <svg>", Fault.VECTOR),
        (b"%PDF-1.7", Fault.VECTOR),
        (b"Hello", Fault.UNKNOWN),
        (b"BM" + b"\0" * 60, Fault.UNKNOWN),
        (b"\xff\xd8\xff" + b"\0" * 100, Fault.UNKNOWN),
        (made.of_size(60_000, 60_000), Fault.TOO_MANY_PIXELS),
        (made.of_size(7_000, 7_000), Fault.DAMAGED),
        (made.png()[:-40], Fault.DAMAGED),
        (made.jpeg(400, 300)[:2000], Fault.DAMAGED),
    ],
    ids=str,
)
def test_what_is_no_picture_is_told_why(data: bytes, fault: Fault) -> None:
    with pytest.raises(PictureRefused) as looked:
        pictures.look(data)

    assert looked.value.fault is fault


def test_a_note_that_unpacks_to_much_harms_nobody() -> None:
    data = made.text_bomb()

    try:
        done = pictures.encode(data)
    except PictureRefused:
        return

    assert len(done.large) < 10_000


def test_a_picture_of_as_many_pixels_as_we_take_fits_into_the_limits() -> None:
    data = made.saved(Image.new("RGBA", (10_000, 5_000), (9, 9, 9, 200)), "PNG")

    done = pictures.encode(data)

    assert (done.width, done.height) == (1600, 800)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ("open(sys.argv[1], 'w').write('x' * 100_000)", "File too large"),
        ("bytearray(3_000_000_000)", "MemoryError"),
    ],
)
def test_who_opens_files_can_do_little_harm(tmp_path: Path, act: str, says: str) -> None:
    program = f"import signal, sys; from shortscience.lib.pictures import child; {IGNORE}"
    program += f"child.limit(); {act}"

    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x")], capture_output=True, text=True
    )

    assert says in ended.stderr
    # Our own environment holds the keys of the site.
    assert set(sandbox.ENVIRONMENT) == {
        "PYTHONPATH",
        "PYTHONDONTWRITEBYTECODE",
        "MALLOC_ARENA_MAX",
    }


PIECES = [made.png(9, 9), made.jpeg(9, 9), made.moving("GIF"), made.moving("WEBP"), made.SVG]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    base=st.sampled_from(PIECES),
    cut=st.integers(0, 900),
    edits=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=8),
    tail=st.binary(max_size=60),
)
def test_damaged_files_are_pictures_or_refused(
    base: bytes, cut: int, edits: list[tuple[int, int]], tail: bytes
) -> None:
    data = bytearray(base[: len(base) - cut % len(base)])
    for at, value in edits:
        data[at % len(data)] = value
    try:
        done = codec.encode(bytes(data) + tail)
    except codec.Unreadable:
        return
    except Exception as error:
        # The child says "damaged" for whatever a decoder raises; what may not happen is a crash.
        assert not isinstance(error, AssertionError)  # noqa: PT017
        return

    assert done.large.startswith(b"RIFF")


@given(st.text(max_size=80))
def test_no_text_is_taken_for_an_address_by_mistake(text: str) -> None:
    found = PictureAddress.read(text)

    assert found is None or text in (found.large, found.small)


def test_addresses_are_found_in_texts() -> None:
    one, two = PictureAddress(NAME, 1600, 900), PictureAddress(NAME[::-1], 30, 20)
    text = f'![a]({one.large} "b") and [{two.large}]({one.small}) /i/{NAME}.webp'

    assert list(addresses_in(text)) == [one, two, one]
    assert PictureAddress.read(f"/i/{NAME.upper()}-1x1.webp") is None
    assert PictureAddress.read(f"/i/{NAME}-0x1.webp") is None
