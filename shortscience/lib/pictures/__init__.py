"""Pictures from strangers to WebP of ours: what they are, and two sizes without anything else.

`codec` does the work and meets hostile bytes; `sandbox` runs it in a process of its own with
limits, and is what others call. `address` says how a picture is named on pages.
"""

from shortscience.lib.pictures.address import SMALL_WIDTH, PictureAddress, addresses_in
from shortscience.lib.pictures.kinds import MAX_BYTES, MAX_PIXELS, Encoded, Fault, Seen
from shortscience.lib.pictures.sandbox import Interrupted, PictureRefused, encode, look

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "SMALL_WIDTH",
    "Encoded",
    "Fault",
    "Interrupted",
    "PictureAddress",
    "PictureRefused",
    "Seen",
    "addresses_in",
    "encode",
    "look",
]
