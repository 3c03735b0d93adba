"""What the same web server gives without a site: one word, or a constant page of N bytes at /N."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

Start = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    body = _page(environ["PATH_INFO"])
    length = ("Content-Length", str(len(body)))
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), length])
    return [body]


@cache
def _page(path: str) -> bytes:
    wanted = path.strip("/")
    return b"x" * int(wanted) if wanted.isdigit() else b"Hello"
