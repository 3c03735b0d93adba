"""A picture of another site, fetched once because a writer asks for a copy of it here."""

from __future__ import annotations

from shortscience.images.rules import NotAPicture
from shortscience.lib.pictures import MAX_BYTES, Fault
from shortscience.sources import http
from shortscience.sources.errors import SourceTooBig

ACCEPT = "image/webp,image/png,image/jpeg,image/gif,image/avif;q=0.9"


def fetch_picture(url: str, *, client: http.Client | None = None) -> bytes:
    """Return the bytes at an address; what they are, nobody has looked at yet.

    Raises:
        SourceError: the site is not asked, does not answer, or says no.
        NotAPicture: the file is too large.
    """
    try:
        return (client or http.client()).get(url, accept=ACCEPT, max_bytes=MAX_BYTES).body
    except SourceTooBig as large:
        raise NotAPicture(Fault.TOO_BIG) from large
