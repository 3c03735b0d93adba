"""Files that belong to texts: pictures, sound and film, all served by us.

They lie in a folder, or in a store that several nodes share (`MEDIA_STORAGE_URL`). A web server
in front may serve the same folder; this is for sites that have none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils._os import safe_join
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
}
# A name is given once: other content gets another name.
KEPT_S = 365 * 24 * 3600
# An SVG opened by itself is a document. It may style itself and nothing else.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
BLOCK = 64 * 1024

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Found:
    """A file, wherever it lies."""

    open: Callable[[], IO[bytes]]
    size: int
    changed_at: float
    etag: str


@require_safe
def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    found = _found(name)
    unchanged = get_conditional_response(
        request, etag=found.etag, last_modified=int(found.changed_at)
    )
    answer: HttpResponseBase
    if unchanged is not None:
        answer = unchanged
    else:
        answer = _part(request, found) or _whole(found)
        answer["Content-Type"] = TYPES[Path(name).suffix.lower()]
    answer["ETag"] = found.etag
    answer["Last-Modified"] = http_date(found.changed_at)
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = f"public, max-age={KEPT_S}, immutable"
    answer["Content-Security-Policy"] = POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _found(name: str) -> Found:
    """Return the file of this name; 404 for anything that is not ours to show."""
    # Nothing hidden, no empty parts, no way up.
    is_odd = any(not part or part.startswith(".") for part in name.split("/"))
    if is_odd or Path(name).suffix.lower() not in TYPES:
        raise Http404
    if isinstance(default_storage, FileSystemStorage):
        return _in_folder(name)
    return _in_store(name, default_storage)


def _in_store(name: str, store: Storage) -> Found:
    """Return what a shared store has under this name; its content never changes."""
    try:
        size, changed_at = store.size(name), store.get_modified_time(name).timestamp()
    except (FileNotFoundError, SuspiciousFileOperation, ValueError):
        raise Http404 from None
    return Found(lambda: store.open(name), size, changed_at, f'"{int(changed_at):x}-{size:x}"')


def _in_folder(name: str) -> Found:
    """Return the file below MEDIA_ROOT, after links are followed."""
    try:
        root = Path(settings.MEDIA_ROOT).resolve()
        path = Path(safe_join(root, name)).resolve()
        if path.is_relative_to(root) and path.is_file():
            stat = path.stat()
            etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
            return Found(lambda: path.open("rb"), stat.st_size, stat.st_mtime, etag)
    except (SuspiciousFileOperation, ValueError, OSError):
        # Outside the folder, a NUL byte, or a name longer than file systems know.
        pass
    raise Http404


def _whole(found: Found) -> HttpResponseBase:
    answer = FileResponse(found.open())
    answer["Content-Length"] = str(found.size)
    return answer


def _part(request: HttpRequest, found: Found) -> HttpResponseBase | None:
    """Return the one range that a player asks for, to jump in a film; None for the whole."""
    size = found.size
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or "If-Range" in request.headers or not any(asked.groups()):
        return None
    if asked[1]:
        first, last = int(asked[1]), min(int(asked[2] or size), size - 1)
    else:
        first, last = max(0, size - int(asked[2])), size - 1
    if first > last:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    answer = StreamingHttpResponse(_bytes(found, first, last - first + 1), status=206)
    answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Content-Length"] = str(last - first + 1)
    return answer


def _bytes(found: Found, first: int, length: int) -> Iterator[bytes]:
    with found.open() as file:
        file.seek(first)
        while length > 0 and (block := file.read(min(BLOCK, length))):
            length -= len(block)
            yield block
