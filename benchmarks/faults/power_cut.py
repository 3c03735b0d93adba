"""Every process is killed while people write; what they were told is saved must be there.

A killed process is not a power cut: the kernel keeps what was written. So this also looks whether
the settings that make a commit wait for the disk are on in the processes that serve.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.faults.load import Act, Load
from benchmarks.faults.seen import Seen, Skipped, last_line
from benchmarks.faults.site import Cast, Site, below, free_port, kill, wait
from benchmarks.faults.visitor import Answer
from benchmarks.faults.workshop import Workshop

PEOPLE = 4
# As many comments as the members may write: thirty an hour each.
WRITES = 1000
WRITES_WITHIN_S = 240.0
DURABILITY = """
import django; django.setup()
from django.db import connection
ask = (["PRAGMA journal_mode", "PRAGMA synchronous"] if connection.vendor == "sqlite"
       else ["SHOW fsync", "SHOW full_page_writes", "SHOW synchronous_commit"])
with connection.cursor() as cursor:
    for question in ask:
        cursor.execute(question)
        print(question.split()[1], cursor.fetchone()[0], end="; ")
"""
COMMENTS = """
import django; django.setup()
from shortscience.discussion.models import Comment
print("\\n".join(Comment.objects.filter(text__startswith="Written").values_list("text", flat=True)))
"""


def look(workshop: Workshop) -> Iterator[Seen]:
    site = workshop.site("power-cut")
    yield from cut(site, site.cast(), workshop, "SQLite", "journal_mode wal; synchronous 2")
    try:
        with cluster(workshop.path("cluster")) as server:
            site = Site(workshop.path("power-cut"), settings={"DATABASE_URL": server.url})
            site.prepare()
            said = "fsync on; full_page_writes on; synchronous_commit on"
            yield from cut(site, site.cast(), workshop, "PostgreSQL", said, server)
    except Skipped as reason:
        yield Seen("PostgreSQL is killed as well", f"NOT TRIED HERE: {reason}", True)


def cut(
    site: Site,
    cast: Cast,
    workshop: Workshop,
    name: str,
    durable: str,
    server: Cluster | None = None,
) -> Iterator[Seen]:
    """Kill site and database among the writes, start them again, compare."""
    said = site.python(DURABILITY).rstrip("; ")
    yield Seen(f"{name}: a commit waits for the disk", said, said == durable)
    wanted = 120 if workshop.quick else WRITES
    acknowledged: set[str] = set()
    numbers = count()
    cuts = 1 if workshop.quick else 3
    for nth in range(1, cuts + 1):
        site.start()
        load = Load()
        load.add("comment", _writer(site, cast, numbers, acknowledged), people=PEOPLE, pause_s=0)
        with load.running():
            enough = partial(_has, acknowledged, wanted * nth // cuts)
            wait(enough, WRITES_WITHIN_S, every_s=0.01)
            if server is not None:
                server.kill()
            site.kill()
        if server is not None:
            server.start()
    stored = site.python(COMMENTS).splitlines()
    lost, twice = acknowledged - set(stored), len(stored) - len(set(stored))
    yield Seen(
        f"{name}: everything killed among writes: none that was acknowledged is lost",
        f"{len(acknowledged):,} acknowledged, {len(lost)} lost, {twice} stored twice",
        not lost and not twice and len(acknowledged) >= wanted,
    )
    check = site.run("check")
    said = last_line(check.stdout)
    yield Seen(f"{name}: every stored number is right", said, check.returncode == 0)


def _has(acknowledged: set[str], goal: int) -> bool:
    return len(acknowledged) >= goal


def _writer(site: Site, cast: Cast, numbers: count[int], acknowledged: set[str]) -> Act:
    def write(_n: int) -> Answer:
        number = next(numbers)
        text = f"Written as number {number}."
        target = cast.summaries[number % len(cast.summaries)]
        answer = site.visitor(cast.cookie(number)).post(f"/s/{target}/comment", text=text)
        if answer.status == 302:
            acknowledged.add(text)
        return answer

    return write


# --- a PostgreSQL of our own ------------------------------------------------------------------


class Cluster:
    """A database server that may be killed."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs, self.port = folder, programs, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        self.folder.mkdir(parents=True)
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
            for above in self.folder.parents:
                if above.stat().st_uid == 0 and not above.stat().st_mode & 0o001:
                    above.chmod(above.stat().st_mode | 0o011)
        done = subprocess.run(
            [
                *(str(self.programs / "initdb"), "-D", f"{self.folder}/data"),
                *("-A", "trust", "-U", "postgres", "-E", "UTF8"),
            ],
            capture_output=True,
            text=True,
            user=self._user,
        )
        if done.returncode:
            raise Skipped(f"initdb: {done.stderr[-200:]}")

    @property
    def _user(self) -> str | None:
        """The database refuses to run as root."""
        return "postgres" if os.getuid() == 0 else None

    def start(self) -> None:
        command = [str(self.programs / "postgres"), "-D", f"{self.folder}/data"]
        command += ["-p", str(self.port), "-k", str(self.folder), "-h", "127.0.0.1"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, user=self._user)
        ready = [
            str(self.programs / "pg_isready"),
            "-q",
            "-U",
            "postgres",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]
        if not wait(lambda: subprocess.run(ready).returncode == 0, 60):
            raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def kill(self) -> None:
        """End all of its processes at once."""
        if self.process is None:
            return
        family = {self.process.pid, *below(self.process.pid)}
        kill(family, signal.SIGSTOP)
        kill(family)
        self.process.wait()
        self.process = None


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a PostgreSQL of our own.

    Raises:
        Skipped: its programs are not on this machine.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise Skipped("no PostgreSQL programs: apt-get install postgresql")
    server = Cluster(folder, found[-1].parent)
    server.make()
    server.start()
    try:
        yield server
    finally:
        server.kill()
