"""One process tree: this supervisor, the web server with its workers, task worker and indexer."""

from __future__ import annotations

import ctypes
import hashlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.db import connections

from shortscience.config import metrics, telemetry
from shortscience.config.database import require_ready
from shortscience.config.logs import of_the_web_server
from shortscience.config.statics import collect_if_changed
from shortscience.config.terminal import Stop, say
from shortscience.operations import running

log = logging.getLogger(__name__)

# Threads of a web process: a request that waits for SQLite's one writer must not stop readers.
THREADS = 4
# Connections that a web process holds, most of them of readers who look at a page. Quiet ones
# cost some kilobytes; with granian's own 512 a few browsers more would keep all others out.
CONNECTIONS = 8192
# A child that lived this long was well; its next death starts counting anew.
WELL_AFTER_S = 60.0
LONGEST_PAUSE_S = 30.0
LOOK_EVERY_S = 0.2
# Beyond the time for what is under way: the web server ends its own processes first.
MARGIN_S = 1.0

_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A process that should always run, and what we know of how it fares."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    deaths: int = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        # Its own session: Ctrl-C reaches only us, and what it leaves behind has one group.
        self.process = subprocess.Popen(  # noqa: S603  # our own command line
            self.command, start_new_session=True, preexec_fn=_die_with_parent
        )

    def note_death(self, code: int) -> None:
        now = time.monotonic()
        self.deaths = 1 if now - self.started_at > WELL_AFTER_S else self.deaths + 1
        pause = min(LONGEST_PAUSE_S, 2.0 ** (self.deaths - 1))
        self.due_at = now + pause
        self._signal_group(signal.SIGKILL)
        self.process = None
        log.warning("The %s ended with %s; starting it again in %.0f s.", self.name, code, pause)

    def stop(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)

    def end_group(self) -> None:
        """Make sure that nothing of this child is left."""
        self._signal_group(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def _signal_group(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, how)
        except ProcessLookupError:
            return


def serve(*, host: str, port: int, workers: int, web_only: bool = False) -> int:
    """Run the site until a signal says stop; return the exit code.

    Args:
        host, port: where to listen.
        workers: how many web processes.
        web_only: leave the worker and the indexer to whoever runs them apart.

    Raises:
        Stop: it cannot start; the sentence says why and what to do.
    """
    require_ready()
    require_free(host, port)
    telemetry.require()
    collect_if_changed()
    connections.close_all()
    _prepare_folder(port)
    children = [Child("web server", web_command(host, port, workers))]
    if not web_only:
        children += [
            Child("worker", [*_US, "worker", "--id", worker_id()]),
            Child("indexer", [*_US, "indexer"]),
        ]
    shown = f"[{host}]" if ":" in host else host
    say(f"{settings.SITE_NAME} is at http://{shown}:{port}/ (Ctrl-C stops it).")
    return Supervisor(children, running.stopping_file(port)).run()


def _prepare_folder(port: int) -> None:
    """Make the folder that our processes share, without what an earlier start left in it."""
    shutil.rmtree(running.folder(port), ignore_errors=True)
    running.folder(port).mkdir(parents=True)
    counts = _counts_folder(port)
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(parents=True, mode=0o700)
    os.environ[metrics.SHARED_FOLDER] = str(counts)
    os.environ[metrics.SUPERVISOR] = str(os.getpid())
    server_logs(port).write_text(json.dumps(of_the_web_server(settings.LOG_FORMAT)))


def _counts_folder(port: int) -> Path:
    """Return where our processes count together: in memory, where the system has such a place.

    They map these files, and a write to a mapped file on a full disk kills the process.
    """
    memory = Path("/dev/shm")  # noqa: S108  # a folder of mode 0700 in it
    if not os.access(memory, os.W_OK | os.X_OK):
        return running.folder(port) / "metrics"
    mark = hashlib.blake2b(str(running.folder(port)).encode(), digest_size=8).hexdigest()
    return memory / f"shortscience-{os.getuid()}-{mark}"


def server_logs(port: int) -> Path:
    """Return the file that tells the web server how to write its lines."""
    return running.folder(port) / "logs.json"


class Supervisor:
    """Keeps the children running until a signal comes, then stops them all.

    Told to stop, it first lets `/readyz` say so for a while: balancers send nobody here any more
    when we refuse connections. Then requests under way are finished.
    """

    def __init__(self, children: list[Child], stopping_file: Path) -> None:
        self.children = children
        self.stopping_file = stopping_file
        self.asked_to_stop = threading.Event()
        self.is_in_hurry = False

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for child in self.children:
            child.start()
        while not self.asked_to_stop.wait(LOOK_EVERY_S):
            for child in self.children:
                self._look_after(child)
        self._drain()
        self._stop_all()
        shutil.rmtree(self.stopping_file.parent, ignore_errors=True)
        shutil.rmtree(os.environ[metrics.SHARED_FOLDER], ignore_errors=True)
        return 0

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # Ctrl-C is somebody at a terminal, and so is a second signal: no balancer looks.
        self.is_in_hurry = number == signal.SIGINT or self.asked_to_stop.is_set()
        self.asked_to_stop.set()

    def _drain(self) -> None:
        """Say at `/readyz` that it ends, and serve on until that was heard."""
        try:
            self.stopping_file.touch()
        except OSError:
            return  # A full disk: nobody can be told.
        until = time.monotonic() + settings.DRAIN_SECONDS
        while time.monotonic() < until and not self.is_in_hurry:
            time.sleep(min(LOOK_EVERY_S, max(0.0, until - time.monotonic())))

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.due_at:
                child.start()
        elif (code := child.process.poll()) is not None:
            child.note_death(code)

    def _stop_all(self) -> None:
        for child in self.children:
            child.stop(signal.SIGTERM)
        deadline = time.monotonic() + settings.FINISH_SECONDS + MARGIN_S
        for child in self.children:
            if child.process is not None:
                try:
                    child.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    log.warning("The %s did not stop in time and was ended.", child.name)
        for child in self.children:
            child.end_group()


_US = [sys.executable, "-m", "shortscience"]


def web_command(host: str, port: int, workers: int) -> list[str]:
    """Return the command line of the web server."""
    options = {
        "--interface": "wsgi",
        "--http": "1",
        "--host": host,
        "--port": str(port),
        "--workers": str(workers),
        "--blocking-threads": str(THREADS),
        "--backlog": str(CONNECTIONS),
        "--backpressure": str(CONNECTIONS),
        "--workers-kill-timeout": str(settings.FINISH_SECONDS),
        "--log-level": "warning",
        "--log-config": str(server_logs(port)),
    }
    flat = [word for pair in options.items() for word in pair]
    switches = ["--no-ws", "--no-access-log", "--respawn-failed-workers"]
    return [
        *(sys.executable, "-m", "granian"),
        *(*flat, *switches),
        "shortscience.config.wsgi:application",
    ]


def worker_id() -> str:
    """Return a name of this machine and data folder, the same after every start."""
    place = f"{socket.gethostname()}:{settings.VAR_DIR}"
    return f"worker-{hashlib.blake2b(place.encode(), digest_size=8).hexdigest()}"


def require_free(host: str, port: int) -> None:
    """Return if we can listen there.

    The web server shares ports with its own kind, so two sites would quietly split requests.

    Raises:
        Stop: somebody listens there already, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise Stop(
                f"Cannot listen on {host} port {port}: {_reason(error)}."
                " Choose another with --host and --port."
            ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)


def _bind_to_parent() -> Callable[[], None]:
    """Return what a child runs first so that it ends when we are killed (Linux only)."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


# Made here, not in the child: after a fork nothing may be loaded.
_die_with_parent = _bind_to_parent()
