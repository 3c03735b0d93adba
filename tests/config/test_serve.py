"""`shortscience serve`: one process tree that starts, heals, stops, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from tests.config.site import COMMAND, environment, free_port, shortscience

pytestmark = pytest.mark.slow

START_WITHIN_S = 60.0
STOP_WITHIN_S = 10.0


class Running:
    """A site that was started, with the processes below it."""

    def __init__(self, var: Path) -> None:
        self.port = free_port()
        self.log = var / "log"
        command = [*COMMAND, "serve", "--port", str(self.port), "--workers", "1"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment(var), stdout=log, stderr=log)

    def get(self, path: str) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return str(answer.read().decode())

    def answers(self) -> bool:
        try:
            return bool(json.loads(self.get("/healthz"))["status"] == "ok")
        except (URLError, OSError):
            return False

    def family(self) -> set[int]:
        """Return the process and all below it."""
        return {self.process.pid, *_below(self.process.pid)}


def _below(pid: int) -> set[int]:
    found = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child, *_below(child)}
    return found


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait(until: Callable[[], bool], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if until():
            return True
        time.sleep(0.1)
    return until()


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    assert shortscience("init", var=folder).returncode == 0
    return folder


@pytest.fixture
def site(var: Path) -> Iterator[Running]:
    running = Running(var)
    try:
        assert wait(running.answers, START_WITHIN_S), running.log.read_text()
        yield running
    finally:
        family = running.family()
        running.process.terminate()
        running.process.wait(20)
        for pid in filter(_is_alive, family):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_time_and_leaves_no_process(site: Running, how: signal.Signals) -> None:
    family = site.family()
    assert len(family) >= 4, "supervisor, web server, its worker, task worker"

    site.process.send_signal(how)

    assert site.process.wait(STOP_WITHIN_S) == 0
    assert wait(lambda: not any(map(_is_alive, family)), 2)


def test_what_dies_is_started_again_and_a_killed_parent_leaves_nothing(site: Running) -> None:
    before = site.family()
    for pid in before - {site.process.pid}:
        os.kill(pid, signal.SIGKILL)

    assert wait(lambda: len(site.family()) >= 4 and site.answers(), START_WITHIN_S)
    family = site.family()
    assert family & before == {site.process.pid}

    site.process.kill()
    assert wait(lambda: not any(map(_is_alive, family - {site.process.pid})), STOP_WITHIN_S)


def test_a_mail_is_sent_by_the_worker_and_seen_in_the_terminal(site: Running, var: Path) -> None:
    code = (
        "from django.core.mail import send_mail;"
        "send_mail('Your code', 'It is 4711-CODE.', None, ['a@example.org'])"
    )

    assert shortscience("manage", "shell", "-v", "0", "-c", code, var=var).returncode == 0

    assert wait(lambda: "4711-CODE" in site.log.read_text(), 20), site.log.read_text()


def test_links_lead_to_the_port_it_listens_on(site: Running) -> None:
    assert f"http://localhost:{site.port}/rss.xml" in site.get("/rss.xml")


def test_what_strangers_ask_for_in_vain_is_not_in_the_log(site: Running) -> None:
    with pytest.raises(HTTPError):
        site.get("/wp-login.php")

    assert "wp-login" not in site.log.read_text()


def test_a_taken_port_is_refused_with_a_sentence(var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        refused = shortscience("serve", "--port", port, var=var)

    assert refused.returncode == 1
    assert f"port {port}: address already in use" in refused.stderr


def test_a_site_without_database_is_told_to_init(tmp_path: Path) -> None:
    refused = shortscience("serve", "--port", str(free_port()), var=tmp_path)

    assert refused.returncode == 1
    assert "Run `shortscience init` first." in refused.stderr
    assert "Traceback" not in refused.stderr
