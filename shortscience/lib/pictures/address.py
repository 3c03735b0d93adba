"""How a picture of ours is named: `/i/NAME-1600x900.webp`, and `…-s.webp` for the small one.

The size stands in the address, so that a text becomes HTML with the right width and height
without asking a database; the name is 128 random bits, so that nobody finds a picture who was
not shown a text with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# As wide as the column of text on a desktop, and twice a phone's: most readers load only this.
SMALL_WIDTH = 768

# Letters and digits of base 32: 26 of them hold 128 bits and survive any change of case.
NAME = r"[a-z2-7]{26}"
_ADDRESS = re.compile(rf"/i/({NAME})-([1-9]\d{{0,4}})x([1-9]\d{{0,4}})(-s)?\.webp")


@dataclass(frozen=True, slots=True)
class PictureAddress:
    """The address of one picture; width and height are those of its large size, in pixels."""

    name: str
    width: int
    height: int

    @classmethod
    def read(cls, path: str) -> PictureAddress | None:
        """Return the picture whose large or small file has this address; None for any other."""
        found = _ADDRESS.fullmatch(path)
        return cls(found[1], int(found[2]), int(found[3])) if found else None

    @property
    def has_small(self) -> bool:
        return self.width > SMALL_WIDTH

    @property
    def small_height(self) -> int:
        return max(1, round(self.height * SMALL_WIDTH / self.width))

    @property
    def large(self) -> str:
        return f"/i/{self.name}-{self.width}x{self.height}.webp"

    @property
    def small(self) -> str:
        """The address of the small size, where there is one."""
        return f"/i/{self.name}-{self.width}x{self.height}-s.webp"


def addresses_in(text: str) -> Iterator[PictureAddress]:
    """Yield the pictures that a text names, in order, as often as it names them."""
    for found in _ADDRESS.finditer(text):
        yield PictureAddress(found[1], int(found[2]), int(found[3]))
