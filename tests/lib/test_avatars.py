"""Avatars: safe to put into any page, readable, and always the same for one person."""

import re
from itertools import product
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.avatars import PALETTE, anonymous_svg, avatar_svg, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("kaiming", "K"),
        ("Laurens van der Maaten", "LM"),
        ("jean-philippe", "JP"),
        ("李明", "李"),
        ("_x_", "X"),
        ("Élodie Ørsted", "ÉØ"),
        ("ß", "S"),
        ("", "?"),
        ("<>&", "?"),
    ],
)
def test_initials_are_the_first_of_the_first_and_last_word(name, letters):
    assert initials(name) == letters


def test_same_person_has_the_same_avatar_and_another_has_another():
    assert avatar_svg("Ada", "ada") == avatar_svg("Ada", "ada")
    assert len({avatar_svg("Ada", f"ada{number}") for number in range(200)}) > 150


@given(st.text(), st.text())
def test_avatar_of_any_name_is_well_formed_and_carries_nothing_active(name, seed):
    svg = avatar_svg(name, seed.encode("utf-8", "replace").decode())

    root = ElementTree.fromstring(svg)
    attributes = {key for element in root.iter() for key in element.attrib}
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert root.get("viewBox") == "0 0 40 40"
    assert root.get("aria-hidden") == "true"
    assert not any(key == "style" or key.startswith("on") or "href" in key for key in attributes)
    assert tags <= {"svg", "rect", "g", "circle", "path", "text"}


@pytest.mark.parametrize(("ground", "ink"), PALETTE)
@pytest.mark.parametrize("covered", [0.0, 0.12])
def test_initials_stand_out_from_ground_and_pattern(ground, ink, covered):
    mixed = [g + (i - g) * covered for g, i in zip(_rgb(ground), _rgb(ink), strict=True)]
    light, dark = sorted((_luminance(mixed), _luminance(_rgb(ink))), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


def _rgb(colour):
    return [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]


def _luminance(rgb):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_anonymous_writers_share_one_figure_without_letters():
    root = ElementTree.fromstring(anonymous_svg())

    assert not "".join(root.itertext()).strip()
    assert re.search("stroke-dasharray", anonymous_svg())


def test_avatar_is_small():
    sizes = [len(avatar_svg(a, b)) for a, b in product(("Ada L", "x"), map(str, range(99)))]

    assert max(sizes) < 1200
