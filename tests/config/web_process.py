"""One web process on a database of its own, and a browser without scripts for it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from lxml import html

from shortscience.config.serve import THREADS
from tests.clusters import wait_until
from tests.config.site import environment, free_port, shortscience

START_WITHIN_S = 60.0

# Made by the factories, so that there is something to read and somebody who writes.
_CAST = """
import json
from django.test import Client
from django.conf import settings
from shortscience.config.statics import collect_if_changed
from tests.factories import make_paper, make_user
if not settings.STATIC_ROOT.exists():
    collect_if_changed()
sessions = {}
for handle in ("alice", "bob"):
    browser = Client()
    browser.force_login(make_user(handle))
    sessions[handle] = browser.cookies["session"].value
papers = [make_paper(f"A paper to write about {n}").get_absolute_url() for n in range(6)]
print(json.dumps([sessions, papers]))
"""


class Browser(httpx.Client):
    """Sends forms as they stand on the page; nobody is signed in without a session."""

    def __init__(self, url: str, session: str = "") -> None:
        super().__init__(base_url=url, timeout=30, follow_redirects=True)
        if session:
            self.cookies.set("session", session, domain="127.0.0.1")

    def write(self, path: str, text: str) -> httpx.Response:
        """Send the form of this page with this text."""
        page = self.get(path)
        assert page.status_code == 200, page.text
        return self.send_form(page, text=text)

    def send_form(self, page: httpx.Response, **changed: str) -> httpx.Response:
        """Send the form of a page that holds a text."""
        (form,) = html.fromstring(page.text).xpath("//form[.//textarea[@name='text']]")
        fields = {
            # The line break after the tag is the page's, not the text's.
            name: re.sub(r"\A\r?\n", "", value or "")
            for name, value in form.form_values()
        }
        return self.post(form.get("action") or str(page.url), data=fields | changed)


class WebProcess:
    """The web server with one worker, without the rest of the process tree."""

    def __init__(self, var: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = var / f"web-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1"),
                    *("--blocking-threads", str(THREADS), "--port", str(self.port), "--no-ws"),
                    "shortscience.config.wsgi:application",
                ],
                env=environment(var) | settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def web_process(var: Path, **settings: str) -> Iterator[WebProcess]:
    """Yield a running web process with these settings."""
    web = WebProcess(var, settings)
    try:
        wait_until(lambda: web.answers() or web.process.poll() is not None, START_WITHIN_S)
        assert web.answers(), web.log.read_text()
        yield web
    finally:
        web.end()


def with_cast(var: Path, url: str) -> tuple[dict[str, str], list[str]]:
    """Prepare the database; return sessions of alice and bob, and papers without a summary."""
    # Collecting them takes longer than all else, and gives the same each time.
    collected = Path(os.environ["VAR_DIR"]) / "collected"
    if collected.exists():
        shutil.copytree(collected, var / "static")
    for arguments in (["init"], ["manage", "shell", "-v", "0", "-c", _CAST]):
        done = shortscience(*arguments, var=var, DATABASE_URL=url)
        assert done.returncode == 0, done.stderr
    if not collected.exists():
        shutil.copytree(var / "static", collected)
    sessions, papers = json.loads(done.stdout.splitlines()[-1])
    return sessions, papers
