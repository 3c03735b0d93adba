"""A local server that plays the sources from recorded answers, and misbehaves when told to.

The host that is asked is the first part of the path: the client is told that the mirror of
`export.arxiv.org` is `http://127.0.0.1:PORT/export.arxiv.org`.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections import defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.shared import shared

HOSTS = (
    "export.arxiv.org", "oaipmh.arxiv.org", "api.crossref.org", "api.datacite.org", "dblp.org",
    "api2.openreview.net", "api.openreview.net", "api.semanticscholar.org", "api.openalex.org",
    "pub.orcid.org", "aclanthology.org", "proceedings.mlr.press", "www.bibsonomy.org",
    "api.github.com",
)  # fmt: skip

# Host and path, to the recorded answer. The rest is 404, as sources say it.
ROUTES = (
    (r"export\.arxiv\.org/api/query\?.*1601\.00001", "arxiv-atom/id_1601.00001_2020.xml"),
    (r"export\.arxiv\.org/api/query", "arxiv-atom/empty_2025.xml"),
    (r"oaipmh\.arxiv\.org/oai", "arxiv-oai/arXiv_ListRecords_hep-th.xml"),
    (r"api\.crossref\.org/works/10\.1371%2Fjournal\.pone\.0033693", "crossref/work_single.json"),
    (r"api\.crossref\.org/works\?query", "crossref/works_search.json"),
    (r"dblp\.org/rec/journals/ws/JaschkeHSGS08\.bib", "dblp/rec_1.bib"),
    (r"dblp\.org/search/publ/api", "dblp/search_publ_api.json"),
    (r"api\.openreview\.net/notes\?id=6ry6ibTKOx", "openreview/v1_search_shape.json"),
    (r"api\.semanticscholar\.org/graph/v1/paper/search/match", "semanticscholar/search_match.json"),
    (r"api\.semanticscholar\.org/graph/v1/paper/ARXIV", "semanticscholar/paper.json"),
    (r"api\.openalex\.org/works/W2099326003", "openalex/work_0.json"),
    (r"pub\.orcid\.org/v3\.0/[\d-]+X?/works", "orcid/works_first12.json"),
)

Mood = Callable[["_Handler"], None]


class Upstream:
    """The server, what it was asked, and how it feels."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        # What each host does next; its last mood stays.
        self.moods: dict[str, list[Mood]] = defaultdict(list)
        self.over = threading.Event()
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.upstream = self  # type: ignore[attr-defined]
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def mirrors(self) -> dict[str, str]:
        return {host: f"http://127.0.0.1:{self.port}/{host}" for host in HOSTS}

    def feel(self, host: str, *moods: Mood) -> None:
        self.moods[host] = list(moods)

    def count(self, host: str) -> int:
        return sum(path.startswith(f"/{host}/") for path, _headers in self.asked)

    def stop(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args: Any) -> None:
        """Say nothing of clients that hang up: that is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def upstream(self) -> Upstream:
        found: Upstream = self.server.upstream  # type: ignore[attr-defined]
        return found

    def do_GET(self) -> None:
        self.upstream.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        host = self.path.split("/")[1]
        moods = self.upstream.moods[host]
        mood = (moods.pop(0) if len(moods) > 1 else moods[0]) if moods else answers
        try:
            mood(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def send(self, status: int, body: bytes, **headers: Any) -> None:
        self.send_response(status)
        given = {"Content-Length": len(body), **headers}
        for name, value in given.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, body: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


def recorded(path: str) -> bytes | None:
    """Return the recorded answer for "/host/path?query"."""
    for pattern, sample in ROUTES:
        if re.match(f"/{pattern}", path):
            return shared(f"data/samples/{sample}").read_bytes()
    return None


def answers(handler: _Handler) -> None:
    """Answer from the samples, with an ETag that is honoured."""
    body = recorded(handler.path)
    if body is None:
        handler.send(404, b"Resource not found.")
    elif handler.headers.get("If-None-Match") == '"one"':
        handler.send(304, b"")
    else:
        handler.send(200, body, ETag='"one"')


def says(body: bytes, status: int = 200, **headers: Any) -> Mood:
    return lambda handler: handler.send(status, body, **headers)


def fails(status: int, **headers: Any) -> Mood:
    return says(b"sorry", status, **headers)


def redirects(to: str) -> Mood:
    return lambda handler: handler.send(302, b"", Location=to)


# Longer than anybody of ours waits: who is back much earlier did not wait for the answer.
HANGS_FOR_S = 20


def hangs(handler: _Handler) -> None:
    """Accept the question and say nothing until the test is over."""
    handler.upstream.over.wait(HANGS_FOR_S)
    handler.close_connection = True


def drips(handler: _Handler) -> None:
    """Send a byte of the headers now and then, so that each single wait is short."""
    handler.close_connection = True
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000:
        handler.wfile.write(bytes([byte]))
        if handler.upstream.over.wait(0.05):
            return


def drips_body(handler: _Handler) -> None:
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.upstream.over.wait(0.05):
        handler.wfile.write(b" ")


def breaks_off(handler: _Handler) -> None:
    """Promise more than is sent."""
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Length", "10000")
    handler.end_headers()
    handler.wfile.write(b"<feed>")


def sends_50_mb(handler: _Handler) -> None:
    """Send 50 MB without saying so before."""
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _piece in range(50):
        handler.chunk(b" " * 1_000_000)
    handler.wfile.write(b"0\r\n\r\n")


def announces_50_mb(handler: _Handler) -> None:
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Length", "50000000")
    handler.end_headers()


def sends_bomb(handler: _Handler) -> None:
    """Send 200 MB of nothing, packed into 200 KB."""
    handler.send(200, BOMB, Content_Encoding="gzip")


def packs(body: bytes, encoding: str = "gzip") -> Mood:
    return says(gzip.compress(body), Content_Encoding=encoding)


BOMB = gzip.compress(b"\0" * 200_000_000, 1)
