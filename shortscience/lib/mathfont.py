"""The font for formulas, made at set-up from the one a package of ours carries.

Without a font that has a MATH table, brackets and roots do not stretch. The package `ziamath`
brings STIX Two Math (SIL Open Font License); readers get a subset of it from us, as woff2, so that
no page loads a font from another host.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

# Only who makes the font loads what makes fonts: it is a tenth of a web process.
if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FILE_NAME = "stix-two-math.woff2"
NOTICE_NAME = "stix-two-math-license.txt"

# What MathML from TeX can show. Text inside formulas in other scripts uses the reader's fonts.
_RANGES = (
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x00FF),  # Latin-1: ±, ×, ·, ¬ and accented letters in names
    (0x0131, 0x0131),  # ı
    (0x0237, 0x0237),  # ȷ
    (0x02C6, 0x02DD),  # accents that stand alone
    (0x0300, 0x0338),  # combining accents
    (0x0370, 0x03FF),  # Greek
    (0x2000, 0x206F),  # spaces, dashes, primes, invisible operators
    (0x20D0, 0x20F0),  # combining arrows
    (0x2100, 0x214F),  # letterlike: ℝ, ℏ, ℓ
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # operators
    (0x2300, 0x23FF),  # fences, their pieces, over- and underbraces
    (0x25A0, 0x25FF),  # shapes
    (0x2605, 0x2606),  # stars
    (0x2660, 0x266F),  # suits, ♭, ♮, ♯
    (0x2713, 0x2717),  # ticks and crosses
    (0x2720, 0x2720),  # ✠
    (0x27C0, 0x27EF),  # more symbols, ⟨⟩, ⟦⟧
    (0x27F0, 0x27FF),  # long arrows
    (0x2980, 0x29FF),  # more brackets
    (0x2A00, 0x2AFF),  # more operators: ⩽, ⨁, ⨂
    (0xFE00, 0xFE01),  # variants: chancery and roundhand letters
    (0x1D400, 0x1D7FF),  # mathematical alphanumerics
)

# Sizes and pieces of stretched signs come through the MATH table. Of OpenType features only those
# that browsers apply to formulas: smaller scripts, dotless letters, flat accents, script variants.
_FEATURES = ["ssty", "dtls", "flac", "ccmp", "mark", "mkmk"]

_COPYRIGHT, _LICENSE, _LICENSE_ADDRESS = 0, 13, 14


def build(destination: Path) -> Path:
    """Write the font and its licence notice into the folder and return the font's path.

    Raises:
        FileNotFoundError: the package that carries the font is missing.
    """
    from fontTools.ttLib import TTFont

    destination.mkdir(parents=True, exist_ok=True)
    with TTFont(_source()) as font:
        _reduce(font)
        written = destination / FILE_NAME
        font.flavor = "woff2"
        font.save(written)
        (destination / NOTICE_NAME).write_text(_notice(font), encoding="utf-8")
    return written


def _source() -> Path:
    """Return the package's font file. The package itself is never imported: it is not needed."""
    package = find_spec("ziamath")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("the package ziamath, which carries the font, is not installed")
    return Path(package.submodule_search_locations[0]) / "fonts" / "STIXTwoMath-Regular.ttf"


def _reduce(font: TTFont) -> None:
    from fontTools import subset

    options = subset.Options()
    options.layout_features = _FEATURES
    options.name_IDs = ["*"]
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.drop_tables += ["DSIG"]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=[code for low, high in _RANGES for code in range(low, high + 1)])
    worker.subset(font)


def _notice(font: TTFont) -> str:
    """Return what the licence asks to keep beside the font, in the font's own words."""
    names = (font["name"].getDebugName(number) for number in (_COPYRIGHT, _LICENSE))
    address = font["name"].getDebugName(_LICENSE_ADDRESS)
    words = [name for name in names if name]
    return "\n".join(["STIX Two Math, reduced to the signs of formulas.", *words, f"{address}\n"])
