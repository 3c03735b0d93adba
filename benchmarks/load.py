"""A reader who asks again as soon as the answer is there, over any number of connections.

One thread and raw sockets, so that the asker costs little beside the server that is measured.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

# Makes the bytes of request number `n` over connection `connection`.
Make = Callable[[int, int], bytes]
Told = Callable[[int, "Answer"], None]

PATIENCE_S = 60.0
BROWSER = b"Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    size: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked: how many a second, and the time of the slowest twentieth in ms."""

    rate: float
    p95_ms: float
    size: int


class _Line:
    """One connection: what it waits for."""

    def __init__(self, number: int, port: int) -> None:
        self.number = number
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""
        self.asked_at = 0.0

    def ask(self, request: bytes) -> None:
        self.got = b""
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> Answer | None:
        """Return the answer when it is whole."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.got += piece
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return None
        if not _is_whole(head.lower(), body):
            return None
        return Answer(int(head[9:12]), len(body), body)


def _is_whole(head: bytes, body: bytes) -> bool:
    if b"transfer-encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return len(body) >= length


def ask(port: int, make: Make, *, requests: int, connections: int, told: Told | None = None) -> Run:
    """Ask `requests` times over `connections` at once.

    Raises:
        AssertionError: an answer was neither 2xx nor a redirect.
    """
    lines = [_Line(number, port) for number in range(connections)]
    times: list[float] = []
    asked = size = 0
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for line in lines[:requests]:
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.ask(make(line.number, asked))
            asked += 1
        while len(times) < requests:
            for key, _ in selector.select(PATIENCE_S) or _stuck():
                line = key.data
                answer = line.read()
                if answer is None:
                    continue
                times.append(time.perf_counter() - line.asked_at)
                if not 200 <= answer.status < 400:
                    raise AssertionError(f"{answer.status}: {answer.body[:300]!r}")
                size = answer.size
                if told is not None:
                    told(line.number, answer)
                if asked < requests:
                    line.ask(make(line.number, asked))
                    asked += 1
    took = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    return Run(requests / took, sorted(times)[int(0.95 * (len(times) - 1))] * 1000, size)


def _stuck() -> list[tuple[selectors.SelectorKey, int]]:
    raise TimeoutError("the server did not answer")


def get(path: str, cookie: str = "", accept: str = "") -> Make:
    """Return a maker of one and the same GET."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    lines += [f"Accept-Encoding: {accept}"] if accept else []
    request = "\r\n".join([*lines, "", ""]).encode()
    return lambda _connection, _n: request


def as_browsers_ask(make: Make) -> Make:
    """Return a maker of the same requests with what a browser says of itself."""
    said = b"Accept-Encoding: gzip, deflate, br, zstd\r\nUser-Agent: %s\r\n\r\n" % BROWSER
    return lambda connection, n: make(connection, n).removesuffix(b"\r\n") + said


def post(path: str, body: str, cookie: str) -> bytes:
    """Return the bytes of a form that is sent."""
    content = body.encode()
    return b"".join(
        (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nReferer: http://127.0.0.1/\r\n".encode(),
            f"Cookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n".encode(),
            f"Content-Length: {len(content)}\r\n\r\n".encode(),
            content,
        )
    )
