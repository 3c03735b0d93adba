"""What can be said of a picture, for those who never open one: this loads no decoder."""

from __future__ import annotations

from enum import StrEnum

import msgspec

# A photo of a good phone has 6 MB, a screenshot 1.
MAX_BYTES = 10 * 1024 * 1024
# The largest pictures that phones make have 48.8 million; 4 bytes each while they are open.
MAX_PIXELS = 50_000_000


class Fault(StrEnum):
    """Why a file is no picture for us."""

    EMPTY = "empty"
    TOO_BIG = "too big"
    VECTOR = "vector"
    UNKNOWN = "unknown"
    TOO_MANY_PIXELS = "too many pixels"
    DAMAGED = "damaged"


class Seen(msgspec.Struct, frozen=True):
    """What a file is: its media type, and the size in pixels that it will have with us."""

    type: str
    width: int
    height: int
    # It moves; only its first frame will be kept.
    is_animated: bool


class Encoded(msgspec.Struct, frozen=True):
    """A picture as WebP. `small` is empty where the large one is small already."""

    width: int
    height: int
    large: bytes
    small: bytes
