"""A site of its own: a folder, a database, real processes that can be watched and killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from benchmarks.faults.visitor import TOKEN, Visitor

# A start takes seconds; on a machine with much else to do, minutes.
START_WITHIN_S = 240.0
# What a machine that runs other things needs to stop a site; the site itself promises ten.
STOP_WITHIN_S = 30.0
MEMBERS = 60
PASSWORD = "a-long-password-for-faults"

# Prints the cast: a session for each member, and what there is to read, vote on and comment.
CAST = """
import json, sys
import django; django.setup()
from allauth.account.models import EmailAddress
from django.test import Client
from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
sessions = []
for n in range(int(sys.argv[1])):
    name = f"watcher-{n}"
    user = User.objects.filter(username=name).first()
    if user is None:
        # One can sign in with the password; the others only have sessions.
        password = sys.argv[2] if n == 0 else None
        user = User.objects.create_user(name, email=f"{name}@example.org", password=password)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    client = Client()
    client.force_login(user)
    sessions.append(client.cookies["session"].value)
print(json.dumps({
    "sessions": sessions,
    "summaries": list(Summary.objects.public().order_by("pk").values_list("pk", flat=True)),
    "papers": [paper.get_absolute_url() for paper in Paper.objects.order_by("pk")],
}))
"""

# What `serve` does first. Copies of the folder have it done.
COLLECT = """
import django; django.setup()
from shortscience.config.statics import collect_if_changed
collect_if_changed()
"""


@dataclass
class Cast:
    """Who is there, and what they find."""

    sessions: list[str]
    summaries: list[int]
    papers: list[str]

    def cookie(self, n: int) -> str:
        return f"session={self.sessions[n % len(self.sessions)]}; csrf={TOKEN}"


@dataclass
class Site:
    """One node: `shortscience serve` in its own folder."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    workers: int = 1
    port: int = field(default_factory=lambda: free_port())
    # What comes before the command, such as a program that fakes the clock.
    wrapper: list[str] = field(default_factory=list)
    logs: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Outside the folder, which may be full."""
        return (self.logs or self.folder.parent) / f"{self.folder.name}.log"

    @property
    def environment(self) -> dict[str, str]:
        ours = {"TASKS_BACKEND", "DATABASE_URL", "REDIS_URL", "SITE_URL", "VAR_DIR", "PORT"}
        inherited = {name: value for name, value in os.environ.items() if name not in ours}
        return {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "shortscience.config.settings",
            "VAR_DIR": str(self.folder),
            "EMAIL_URL": "file:",
            "SOURCES_ONLINE": "false",
            **self.settings,
        }

    def run(self, *arguments: str, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
        """Run a command of the site to its end."""
        return subprocess.run(
            [sys.executable, "-m", "shortscience", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )

    def python(self, program: str, *arguments: str) -> str:
        """Run a program that sees the site's models; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            raise RuntimeError(f"a program on the site failed:\n{done.stderr[-2000:]}")
        return done.stdout.strip()

    def prepare(self) -> None:
        """Make the tables, load the demo library, collect the files that browsers load."""
        for command in ("init", "demo"):
            done = self.run(command)
            if done.returncode:
                raise RuntimeError(f"`{command}` failed: {done.stderr[-2000:]}")
        self.python(COLLECT)

    def cast(self, members: int = MEMBERS) -> Cast:
        return Cast(**json.loads(self.python(CAST, str(members), PASSWORD)))

    def visitor(self, cookie: str = "") -> Visitor:
        return Visitor(self.address, cookie)

    # --- the processes ------------------------------------------------------------------------

    def start(self) -> None:
        """Serve, and return when it answers."""
        self.launch()
        if not wait(self.answers, START_WITHIN_S):
            raise RuntimeError(f"the site did not start:\n{self.log.read_text()[-3000:]}")

    def launch(self) -> None:
        """Serve, without waiting for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [*self.wrapper, sys.executable, "-m", "shortscience", "serve"]
        options = ["--port", str(self.port), "--workers", str(self.workers)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options], env=self.environment, stdout=log, stderr=log
            )

    def answers(self) -> bool:
        return self.visitor().get("/readyz").status == 200

    def family(self) -> set[int]:
        """Return the ids of all processes of this site."""
        return set() if self.process is None else {self.process.pid, *below(self.process.pid)}

    def processes(self, kind: str) -> list[int]:
        """Return the ids of its web processes ("granian"), its "worker" or its "indexer"."""
        return sorted(pid for pid in self.family() if kind in command_of(pid))

    def stop(self) -> None:
        """Ask it to stop and wait until it has."""
        if self.process is None:
            return
        family = self.family()
        self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            kill(family)
        kill({pid for pid in family if is_alive(pid)})
        self.process.wait()
        self.process = None

    def kill(self) -> None:
        """End all of its processes at once, as a power cut does."""
        if self.process is None:
            return
        # Stopped first, so that none of them sees another die and acts on it.
        family = self.family()
        kill(family, signal.SIGSTOP)
        kill(family | self.family())
        self.process.wait()
        self.process = None

    @contextmanager
    def served(self) -> Iterator[Site]:
        try:
            self.start()
            yield self
        finally:
            self.stop()


def copied(prepared: Site, folder: Path, **settings: str) -> Site:
    """Return a site that begins as the prepared one, on SQLite; it must not be running."""
    shutil.copytree(prepared.folder, folder, dirs_exist_ok=True)
    return Site(folder, settings=settings)


# --- processes --------------------------------------------------------------------------------


def below(pid: int) -> set[int]:
    """Return the ids of all descendants."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                found |= {child, *below(child)}
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def kill(pids: set[int], how: signal.Signals = signal.SIGKILL) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, how)


def resident_mb(pids: list[int]) -> float:
    """Return the memory that these processes hold, what they share counted once."""
    return _memory_mb(pids, "Pss")


def anonymous_mb(pids: list[int]) -> float:
    """Return the part of it that is no mapped file: what only the processes can give back."""
    return _memory_mb(pids, "Pss_Anon")


def _memory_mb(pids: list[int], which: str) -> float:
    total = 0
    for pid in pids:
        with suppress(OSError, IndexError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(text.split(f"\n{which}:")[1].split()[0])
    return total / 1024


def wait(until: Callable[[], bool], within_s: float, every_s: float = 0.2) -> bool:
    """Tell whether it becomes true in time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if until():
            return True
        time.sleep(every_s)
    return until()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(
    command: list[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    how: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run another server beside the site, and end it afterwards."""
    with log.open("ab") as output:
        process = _popen(command, output, environment)
        try:
            yield process
        finally:
            process.send_signal(how)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _popen(
    command: list[str], output: IO[bytes], environment: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=output, stderr=output, env=environment)
