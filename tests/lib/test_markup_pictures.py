"""Pictures in notes: ours keep their place, those of others are links until they are copied."""

from __future__ import annotations

import time

import pytest

from shortscience.lib import markup

pytestmark = pytest.mark.pure

PICTURE = "/i/abcdefghijklmnopqrstuvwx23-1600x900.webp"


def test_a_picture_of_ours_keeps_its_place_and_has_two_sizes() -> None:
    html = markup.render(f'![Falling]({PICTURE} "Figure 2")').html

    small = PICTURE.replace(".webp", "-s.webp")
    assert f'<a href="{PICTURE}"><img src="{PICTURE}" width="1600" height="900"' in html
    assert f'srcset="{small} 768w, {PICTURE} 1600w"' in html
    assert 'alt="Falling" loading="lazy"' in html
    assert "<figcaption>Figure 2</figcaption>" in html


def test_a_small_picture_has_one_size() -> None:
    html = markup.render(f"![x]({PICTURE.replace('1600x900', '300x200')})").html

    assert 'width="300" height="200"' in html
    assert "srcset" not in html


@pytest.mark.parametrize(
    "address", ["/i/short-1x1.webp", "/i/../admin", f"{PICTURE}?x", f"https://evil.org{PICTURE}"]
)
def test_what_is_no_picture_of_ours_is_never_loaded(address: str) -> None:
    assert "<img" not in markup.render(f"![x]({address})").html


def test_foreign_pictures_are_found_and_replaced_as_they_were_typed() -> None:
    one, two, three = "https://a.org/x_(1).png", "http://b.org/y", "https://c.org/z.JPG?w=1"
    text = f'See ![a]({one} "t") and ![](<{two}>).\n\n  {three}\n\nAt {three} ends no line.'

    assert markup.foreign_pictures(text) == (one, two, three)
    for address in (one, two, three):
        text = markup.with_copy(text, address, PICTURE)
    assert markup.foreign_pictures(text) == ()
    assert text.count(PICTURE) == 3
    assert f"At {three} ends no line." in text


def test_finding_foreign_pictures_is_quick_for_any_text() -> None:
    began = time.perf_counter()
    for text in ("https://x/" + ".png?" * 12_000 + "<", "![" * 30_000, "![](http://x(" * 5_000):
        markup.foreign_pictures(text)

    assert time.perf_counter() - began < 2
