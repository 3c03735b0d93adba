"""Bodies of answers, unpacked within a limit."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from shortscience.sources.errors import SourceTooBig, SourceUnreadable

if TYPE_CHECKING:
    import httpx


def unpacked(response: httpx.Response, limit: int, host: str) -> bytes:
    """Return the unpacked body. It is unpacked piece by piece, so that no bomb goes off.

    Raises:
        SourceTooBig: it has more than `limit` bytes.
        SourceUnreadable: it is packed in a way that we did not ask for, or broken.
    """
    too_big = SourceTooBig(_("The answer of %s is too large.") % host)
    length = response.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 18 or int(length) > limit):
        raise too_big
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    unpack = zlib.decompressobj(47) if packing in {"gzip", "x-gzip", "deflate"} else None
    if unpack is None and packing not in {"identity", ""}:
        raise SourceUnreadable(_("The answer of %s is packed in an unknown way.") % host)
    body = bytearray()
    try:
        for piece in response.iter_raw():
            body += unpack.decompress(piece, limit - len(body) + 1) if unpack else piece
            if len(body) > limit:
                raise too_big
    except zlib.error as broken:
        raise SourceUnreadable(_("The answer of %s is broken.") % host) from broken
    if unpack and not unpack.eof:
        raise SourceUnreadable(_("The answer of %s is broken.") % host)
    return bytes(body)
