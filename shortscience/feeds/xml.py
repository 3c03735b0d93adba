"""Writing XML that any reader accepts, whatever people typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

# All that XML 1.0 forbids even when escaped (section 2.2, Char).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A few network packets: small pieces cost a call each on their way to the browser.
CHUNK = 32 * 1024


def text(value: object) -> str:
    """Return the value as the content of an element or attribute."""
    return escape(_FORBIDDEN.sub("", str(value)))


def element(name: str, value: object) -> str:
    return f"<{name}>{text(value)}</{name}>"


def in_chunks(pieces: Iterable[str]) -> Iterator[bytes]:
    """Yield the pieces joined to blocks of about CHUNK bytes, none larger than needed."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting).encode()
