"""Avatars drawn by us from a name, so that no page asks another host for a picture."""

import unicodedata
from collections.abc import Callable
from hashlib import blake2b
from html import escape
from itertools import islice

SIZE = 40

# Ground and ink, each at least 4.5:1 apart (WCAG 2.2, 1.4.3); the pattern is ink at 12 %,
# which leaves the initials readable where they cross it.
PALETTE = (
    ("#e8eef7", "#1f3f6e"),
    ("#e4f0ea", "#1d5138"),
    ("#f6ebdc", "#6b3d0c"),
    ("#f5e6e8", "#7a2335"),
    ("#ece8f6", "#46307a"),
    ("#e1f0f2", "#12505a"),
    ("#f1efd9", "#514a0c"),
    ("#f3e6f1", "#6d2263"),
    ("#1f3f6e", "#e8eef7"),
    ("#1d5138", "#e4f0ea"),
    ("#6b3d0c", "#f6ebdc"),
    ("#46307a", "#ece8f6"),
)

_OPEN = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" '
    'aria-hidden="true" focusable="false">'
)


def avatar_svg(name: str, seed: str) -> str:
    """Return a square SVG with the initials of `name`, its pattern and colours from `seed`.

    The same seed always gives the same colours: use what never changes, as the handle.
    Presentation attributes only, so that the page's policy can forbid inline styles.
    """
    digest = blake2b(seed.encode("utf-8", "replace"), digest_size=8).digest()
    ground, ink = PALETTE[digest[0] % len(PALETTE)]
    draw = _PATTERNS[digest[1] % len(_PATTERNS)]
    letters = initials(name)
    size = 18 if len(letters) == 1 else 15
    return (
        f'{_OPEN}<rect width="{SIZE}" height="{SIZE}" fill="{ground}"/>'
        f'<g fill="none" stroke="{ink}" stroke-opacity="0.12" stroke-width="3">'
        f"{draw(digest)}</g>"
        f'<text x="20" y="20" dy="0.35em" text-anchor="middle" fill="{ink}" '
        f'font-family="system-ui, sans-serif" font-size="{size}" font-weight="600">'
        f"{escape(letters)}</text></svg>"
    )


def anonymous_svg() -> str:
    """Return the one figure of all anonymous writers: a dashed pencil outline."""
    return (
        f'{_OPEN}<rect width="{SIZE}" height="{SIZE}" fill="#f1f1ee"/>'
        '<g fill="none" stroke="#5b5b55" stroke-width="1.5" stroke-linecap="round" '
        'stroke-dasharray="3 2.5"><circle cx="20" cy="15.5" r="6.5"/>'
        '<path d="M7.5 36c1.2-7.4 6-11 12.5-11s11.3 3.6 12.5 11"/></g></svg>'
    )


def initials(name: str) -> str:
    """Return one or two letters: the first of the first and of the last word; "?" for none."""
    words = (
        next((character for character in word if character.isalnum()), "")
        for word in unicodedata.normalize("NFC", name).replace("_", " ").replace("-", " ").split()
    )
    letters = [letter for letter in words if letter]
    if not letters:
        return "?"
    chosen = letters[:1] if len(letters) == 1 else [letters[0], letters[-1]]
    # "ß" has two capitals: take one.
    return "".join("".join(islice(letter.upper(), 1)) for letter in chosen)


def _rings(digest: bytes) -> str:
    x, y = digest[2] % SIZE, digest[3] % SIZE
    return "".join(f'<circle cx="{x}" cy="{y}" r="{radius}"/>' for radius in (7, 15, 23, 31))


def _stripes(digest: bytes) -> str:
    slope = digest[2] % 40 - 20
    lines = (f"M{x} -2L{x + slope} 42" for x in range(-12 - digest[3] % 8, 60, 9))
    return f'<path d="{"".join(lines)}"/>'


def _waves(digest: bytes) -> str:
    height = 3 + digest[2] % 5
    rows = (f"M-4 {y}q6 -{height} 12 0t12 0t12 0t12 0" for y in range(4 + digest[3] % 6, 44, 9))
    return f'<path d="{"".join(rows)}"/>'


def _blocks(digest: bytes) -> str:
    """A small grid, mirrored left to right as faces are."""
    cells = []
    for index in range(15):
        if digest[2 + index // 8] >> index % 8 & 1:
            row, column = divmod(index, 3)
            cells += [(column, row), (4 - column, row)]
    path = "".join(f"M{8 * column} {8 * row}h8v8h-8z" for column, row in dict.fromkeys(cells))
    return f'<path d="{path}"/>'


_PATTERNS: tuple[Callable[[bytes], str], ...] = (_rings, _stripes, _waves, _blocks)
