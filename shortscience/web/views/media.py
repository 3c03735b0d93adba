"""Files that belong to texts: pictures, sound and film, all served by us.

A web server in front may serve the same folder; this is for sites that have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
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


@require_safe
def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    path = _found(name)
    stat = path.stat()
    etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    unchanged = get_conditional_response(request, etag=etag, last_modified=int(stat.st_mtime))
    answer: HttpResponseBase
    if unchanged is not None:
        answer = unchanged
    else:
        answer = _part(request, path, stat.st_size) or FileResponse(path.open("rb"))
        answer["Content-Type"] = TYPES[path.suffix.lower()]
    answer["ETag"] = etag
    answer["Last-Modified"] = http_date(stat.st_mtime)
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = f"public, max-age={KEPT_S}, immutable"
    answer["Content-Security-Policy"] = POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _found(name: str) -> Path:
    """Return the file below MEDIA_ROOT, after links are followed; 404 for anything else."""
    # Nothing hidden, no empty parts, no way up.
    is_odd = any(not part or part.startswith(".") for part in name.split("/"))
    if is_odd or Path(name).suffix.lower() not in TYPES:
        raise Http404
    try:
        root = Path(settings.MEDIA_ROOT).resolve()
        path = Path(safe_join(root, name)).resolve()
        if path.is_relative_to(root) and path.is_file():
            return path
    except (SuspiciousFileOperation, ValueError, OSError):
        # Outside the folder, a NUL byte, or a name longer than file systems know.
        pass
    raise Http404


def _part(request: HttpRequest, path: Path, size: int) -> HttpResponseBase | None:
    """Return the one range that a player asks for, to jump in a film; None for the whole."""
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
    answer = StreamingHttpResponse(_bytes(path, first, last - first + 1), status=206)
    answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Content-Length"] = str(last - first + 1)
    return answer


def _bytes(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (block := file.read(min(BLOCK, length))):
            length -= len(block)
            yield block
