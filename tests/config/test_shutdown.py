"""A real `serve` that is asked to stop, closed, and counted."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.config.site import COMMAND, environment, free_port, shortscience
from tests.config.test_serve import START_WITHIN_S, Running, _is_alive, wait

pytestmark = pytest.mark.slow

BODY = b"theme=dark&next=" + b"x" * 400
REQUEST = (
    b"POST /theme HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY)
)


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    assert shortscience("init", var=folder).returncode == 0
    return folder


class Started(Running):
    """A site with two web processes that writes JSON."""

    def __init__(self, var: Path, **settings: str) -> None:
        self.port = free_port()
        self.log = var / "log"
        command = [*COMMAND, "serve", "--port", str(self.port), "--workers", "2"]
        given = environment(var) | {"LOG_FORMAT": "json", "LOG_REQUESTS": "true"} | settings
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=given, stdout=log, stderr=log)

    def status(self, path: str, data: bytes | None = None) -> int:
        try:
            request = Request(f"http://127.0.0.1:{self.port}{path}", data)
            with urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code

    def begin_request(self) -> socket.socket:
        """Send half of a form: the request is under way until we send the rest."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(REQUEST + BODY[:100])
        return connection

    def refuses(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except ConnectionRefusedError:
            return True
        return False


def started(var: Path, **settings: str) -> Iterator[Started]:
    running = Started(var, **settings)
    try:
        assert wait(running.answers, START_WITHIN_S), running.log.read_text()
        yield running
    finally:
        family = running.family()
        running.process.terminate()
        running.process.wait(30)
        for pid in filter(_is_alive, family):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def site(var: Path) -> Iterator[Started]:
    yield from started(var, DRAIN_SECONDS="2", FINISH_SECONDS="20")


@pytest.fixture
def impatient(var: Path) -> Iterator[Started]:
    yield from started(var, DRAIN_SECONDS="0", FINISH_SECONDS="1")


def test_it_says_that_it_ends_then_refuses_and_finishes_what_is_under_way(site: Started) -> None:
    assert wait(lambda: site.status("/readyz") == 200, 10), site.get("/readyz")
    family = site.family()
    under_way = site.begin_request()

    site.process.send_signal(signal.SIGTERM)

    assert wait(lambda: site.status("/readyz") == 503, 10), "balancers hear of it first"
    assert site.status("/about") == 200, "whoever comes is served meanwhile"
    assert wait(site.refuses, 10)
    assert site.process.poll() is None, "it waits for the request"
    under_way.sendall(BODY[100:])
    with under_way, under_way.makefile("rb") as answer:
        assert answer.readline().startswith(b"HTTP/1.1 "), "it was answered"
    assert site.process.wait(20) == 0
    assert wait(lambda: not any(map(_is_alive, family)), 2)


def test_a_request_that_never_ends_holds_nobody_up(impatient: Started) -> None:
    family = impatient.family()
    with impatient.begin_request():
        impatient.process.send_signal(signal.SIGTERM)

        assert impatient.process.wait(10) == 0

    assert wait(lambda: not any(map(_is_alive, family)), 2)


def counts(site: Started) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name.removeprefix("shortscience_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(site.get("/metrics"))
        for sample in family.samples
    }


def test_all_processes_are_counted_closed_and_named_in_the_log(site: Started, var: Path) -> None:
    for _ in range(40):
        assert site.status("/guide") == 200
    assert site.status("/no/such/page") == 404

    found = counts(site)
    made = sum(
        number
        for (name, labels), number in found.items()
        if name == "requests_total" and ("route", "guide") in labels
    )
    assert 1 <= made <= 40
    for process, number in (("web", 3), ("worker", 1), ("indexer", 1), ("serve", 1)):
        assert found["processes", frozenset({("process", process)})] == number
        assert found["resident_bytes", frozenset({("process", process)})] > 10_000_000
    # Each process writes down once a second what its store did.
    hits = "page_store", frozenset({("what", "hits")})
    assert wait(lambda: site.status("/guide") == 200 and counts(site)[hits] >= 40 - made, 10)

    assert shortscience("maintenance", "on", "--say", "We mend it.", var=var).returncode == 0
    assert wait(lambda: site.status("/guide") == 503, 10)
    assert [site.status("/guide") for _ in range(10)] == [503] * 10, "no stored page"
    assert site.status("/healthz") == 200
    assert shortscience("maintenance", "off", var=var).returncode == 0
    assert shortscience("readonly", "on", var=var).returncode == 0
    assert wait(lambda: site.status("/theme", b"theme=dark") != 503, 10)
    assert wait(lambda: site.status("/account/sign-in", b"login=a&password=b") == 503, 10)
    assert site.status("/guide") == 200
    mail = (
        "from django.core.mail import send_mail; send_mail('Code', '4711', None, ['a@b.example'])"
    )
    assert shortscience("manage", "shell", "-v", "0", "-c", mail, var=var).returncode == 0
    waiting = "jobs", frozenset({("state", "due")})
    assert not wait(lambda: counts(site)[waiting] == 0, 2), "no job is begun"
    assert shortscience("readonly", "off", var=var).returncode == 0
    assert wait(lambda: counts(site)[waiting] == 0, 20)

    logged = [
        json.loads(line) for line in site.log.read_text().splitlines() if line.startswith("{")
    ]
    routes = [line.get("route") for line in logged]
    assert routes.count("guide") + routes.count("stored") >= 41
    assert "stored" in routes
    assert "none" in routes
    assert "/no/such/page" not in site.log.read_text()
