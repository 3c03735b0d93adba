"""Traces: sent by the real library to a receiver of ours, without anybody in them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from shortscience.config import telemetry
from shortscience.config.terminal import Stop
from tests.config.site import made

JOURNEY = """
from django.conf import settings
from django.test import Client
from shortscience.config import telemetry
telemetry.start("web")
settings.ALLOWED_HOSTS = ["*"]
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
client = Client(raise_request_exception=False)
client.get("/readyz?why=unspeakable+illness")
client.get("/@zebediah-quill")
telemetry.flush()
"""


@pytest.fixture
def received() -> Iterator[tuple[int, list[bytes]]]:
    """Listen as a collector does; the port, and what was sent."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(
                self.path.encode() + b" " + self.rfile.read(int(self.headers["Content-Length"]))
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, bodies
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.slow
def test_a_request_and_its_queries_are_traced_and_nobody_is_in_them(
    received: tuple[int, list[bytes]], tmp_path: Path
) -> None:
    pytest.importorskip("opentelemetry.sdk", reason="the extra `telemetry` is not installed")
    port, bodies = received
    with made("sqlite", tmp_path) as site:
        done = site.python(JOURNEY, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}")

    assert done.returncode == 0, done.stderr
    sent = b"".join(bodies)
    assert sent.startswith(b"/v1/traces ")
    for word in (
        b"shortscience-web",
        b"readyz",
        b"person",
        b"SELECT 1",
        b"shortscience.request_id",
    ):
        assert word in sent, word
    for word in (b"unspeakable", b"illness", b"zebediah"):
        assert word not in sent, word


def test_without_the_library_it_says_what_to_install(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = "http://localhost:4318"
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    with pytest.raises(Stop, match=r"pip install 'shortscience\[telemetry\]'"):
        telemetry.start("web")


def test_it_is_off_unless_asked_for(settings: Any) -> None:
    telemetry.start("web")

    assert telemetry._tracer is None
