"""Somebody at a browser: asks for pages, sends forms, and says plainly what came back."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

TOKEN = "a" * 32
FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    """What the site said. Status 0: it said nothing; the body is then what went wrong."""

    status: int
    body: str
    headers: Mapping[str, str]

    @property
    def is_fine(self) -> bool:
        return 200 <= self.status < 400


@dataclass
class Visitor:
    """One person, with a connection of its own for every request."""

    address: str
    cookie: str = ""
    timeout_s: float = 60.0
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, **fields: object) -> Answer:
        body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN}).encode()
        return self.ask("POST", path, body, {"Content-Type": FORM})

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = self.connect()
        sent = {"Referer": f"{self.address}/", **self.headers, **(headers or {})}
        if self.cookie:
            sent["Cookie"] = self.cookie
        try:
            connection.request(method, path, body=body or None, headers=sent)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            return Answer(answer.status, text, {k.lower(): v for k, v in answer.getheaders()})
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, f"{type(error).__name__}: {error}", {})
        finally:
            connection.close()

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection that is not open yet."""
        parts = urlsplit(self.address)
        host, port = parts.hostname or "127.0.0.1", parts.port
        if parts.scheme == "https":
            # A certificate made for this run, by nobody that anyone trusts.
            trusting = ssl._create_unverified_context()
            return http.client.HTTPSConnection(host, port, timeout=self.timeout_s, context=trusting)
        return http.client.HTTPConnection(host, port, timeout=self.timeout_s)
