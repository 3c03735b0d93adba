"""The math font made at set-up: small, able to stretch, with its licence beside it."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from shortscience.lib.mathfont import NOTICE_NAME, build

# A page of formulas waits for it; the full font is 1.5 MB.
MOST_BYTES = 250 * 1024


@pytest.fixture(scope="module")
def font_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("fonts"))


def test_the_font_is_small_enough(font_path: Path):
    assert font_path.name == "stix-two-math.woff2"
    assert font_path.stat().st_size <= MOST_BYTES


def test_brackets_roots_and_sums_can_stretch(font_path: Path):
    font = TTFont(font_path)

    stretched = font["MATH"].table.MathVariants.VertGlyphCoverage.glyphs
    names = font.getBestCmap()
    assert {names[ord(sign)] for sign in "([{|√∑∫⟨⌊‖"} <= set(stretched)


@pytest.mark.parametrize("sign", [*"xαΩ∂∇ℝℒ𝔼𝒩→⇒≤≈∈∪⊗∑∏∫√⟨⟩‖…⋯′ℏℓ⪯⟦"])
def test_the_signs_of_papers_are_in_it(font_path: Path, sign: str):
    assert ord(sign) in TTFont(font_path).getBestCmap()


def test_the_licence_is_beside_it(font_path: Path):
    assert "SIL Open Font License" in (font_path.parent / NOTICE_NAME).read_text()
