"""Asks a WSGI application as a server would, and tells what it answered."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.core.handlers.wsgi import WSGIHandler

from shortscience.pagestore.wsgi import Application, PageStore

LIMIT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Counted:
    """Django, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._django = WSGIHandler()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        return self._django(environ, start_response)


def new_store(site: Application | None = None, **options: Any) -> PageStore:
    return PageStore(site or WSGIHandler(), **{"limit_bytes": LIMIT_BYTES, **options})


def environ_of(address: str, method: str = "GET", **environ: str) -> dict[str, Any]:
    path, _, query = address.partition("?")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "testserver",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **environ,
    }


def ask(site: Application, address: str, method: str = "GET", **environ: str) -> Answer:
    """Return what the site answers; HTTP_… name the headers that the reader sends."""
    told: list[Any] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
        told[:] = [status, headers]

    body = site(environ_of(address, method, **environ), start_response)
    try:
        content = b"".join(body)
    finally:
        getattr(body, "close", lambda: None)()
    return Answer(int(told[0].split()[0]), dict(told[1]), content)
