"""Load papers and index them by the command line, and print what it took.

    python -m benchmarks.bulk --papers 1000000
    python -m benchmarks.bulk --papers 10000000 --database sqlite
    python -m benchmarks.bulk --files papers/*.jsonl.gz --kind jsonl

Everything runs as an operator runs it: `shortscience init`, `import`, `reindex`, each in
processes of its own, on a new database. That of PostgreSQL is named by BULK_POSTGRES_URL, by
default `shortscience_bulk`, and dropped first. Times are of the wall; CPU seconds of all
processes stand beside them, since they hold on a machine that has other work, too.
PostgreSQL's own processes are counted by neither. Memory is the largest sum over the processes
of a command of what is theirs alone plus their part of what they share (PSS).
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.records import write

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
POSTGRES = os.environ.get("BULK_POSTGRES_URL", "postgresql:///shortscience_bulk")
# Memory is looked at so often.
EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """What one command took."""

    name: str
    wall_s: float
    cpu_s: float
    memory_mb: float
    told: str


class Watch(threading.Thread):
    """Remembers the most memory that a process and its children have together."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.most_mb = 0.0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(EVERY_S):
            self.most_mb = max(self.most_mb, sum(map(_memory_mb, _family(self.pid))))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _memory_mb(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = [line for line in told.splitlines() if line.startswith("Pss:")]
    return int(found[0].split()[1]) / 1000 if found else 0


def measure(name: str, arguments: Sequence[str], environment: dict[str, str]) -> Measured:
    """Run one command of ours and return what it took.

    Raises:
        RuntimeError: it failed.
    """
    before = os.times()
    started_at = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "-m", "shortscience", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    watch = Watch(running.pid)
    watch.start()
    told = running.communicate()[0]
    watch.ended.set()
    watch.join()
    if running.returncode:
        raise RuntimeError(f"{name} ended with {running.returncode}: {told}")
    after = os.times()
    cpu_s = after.children_user + after.children_system
    cpu_s -= before.children_user + before.children_system
    lines = [line for line in told.splitlines() if line.startswith(("papers:", "time:"))]
    first = lines or told.strip().splitlines()[-1:]
    return Measured(name, time.monotonic() - started_at, cpu_s, watch.most_mb, "; ".join(first))


def run(database: str, kind: str, files: Sequence[Path], work: Path, *, index: bool) -> None:
    """Load into a new database of this kind, index it, and print the table."""
    var = work / database
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir(parents=True)
    url = f"sqlite:///{var}/site.sqlite3" if database == "sqlite" else POSTGRES
    if database != "sqlite":
        _new_postgres()
    environment = {**os.environ, "VAR_DIR": str(var), "DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "shortscience", "init"], env=environment, check=True)
    shown = ["--progress"] if sys.stderr.isatty() else []
    steps = [measure("load", ["import", kind, *map(str, files), *shown], environment)]
    papers = _count(url)
    _print(steps[0], papers)
    if index:
        steps.append(measure("index", ["reindex", *shown], environment))
        _print(steps[1], papers)
        whole = sum(step.wall_s for step in steps)
        print(f"| both | {whole:,.0f} s | {papers / whole:,.0f}/s | | | |")
    print(f"\n{papers:,} papers in {_stored(url, var)}")


def _print(step: Measured, papers: int) -> None:
    rate = papers / step.wall_s
    cpu_us = step.cpu_s / papers * 1e6
    print(
        f"| {step.name} | {step.wall_s:,.0f} s | {rate:,.0f}/s | {step.cpu_s:,.0f} s"
        f" ({cpu_us:,.0f} µs a paper) | {step.memory_mb:,.0f} MB | {step.told} |",
        flush=True,
    )


def _new_postgres() -> None:
    server, _slash, name = POSTGRES.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")


def _count(url: str) -> int:
    return int(_asked(url, "SELECT count(*) FROM papers_paper"))


def _asked(url: str, question: str) -> str:
    if url.startswith("sqlite"):
        import sqlite3

        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            return str(connection.execute(question).fetchone()[0])
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
        return str(row[0] if row else "")


def _stored(url: str, var: Path) -> str:
    """Return the sizes of the database and of the search index, in words."""
    if url.startswith("sqlite"):
        database = sum(file.stat().st_size for file in var.glob("site.sqlite3*"))
    else:
        database = int(_asked(url, "SELECT pg_database_size(current_database())"))
    index = sum(
        file.stat().st_size for file in var.rglob("*")
        if file.is_file() and not file.name.startswith("site.sqlite3")
    )  # fmt: skip
    return f"{database / 1e9:,.2f} GB of database and {index / 1e9:,.2f} GB of search index"


def machine() -> str:
    """Return what this was measured on."""
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return f"{cores} cores, Python {platform.python_version()}, load before {load:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--papers", type=int, default=1_000_000, help="how many to generate")
    parser.add_argument("--kind", choices=("dblp", "jsonl"), default="dblp")
    parser.add_argument("--files", type=Path, nargs="+", help="real files instead")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--index", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--work", type=Path, default=Path("build/bulk"), help="a large folder")
    given = parser.parse_args()
    work = given.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    files = [file.resolve() for file in given.files or []]
    if not files:
        suffix = "xml.gz" if given.kind == "dblp" else "jsonl.gz"
        files = [work / f"{given.kind}-{given.papers}.{suffix}"]
        if not files[0].exists():
            write(given.kind, given.papers, files[0])
    size = sum(file.stat().st_size for file in files)
    print(f"python -m benchmarks.bulk {' '.join(sys.argv[1:])}")
    print(f"{machine()}; {len(files)} file(s), {size / 1e6:,.0f} MB packed")
    for database in ("sqlite", "postgresql") if given.database == "both" else [given.database]:
        print(f"\n{database}\n\n| step | time | rate | CPU | memory | told |")
        print("|---|---|---|---|---|---|", flush=True)
        run(database, given.kind, files, work, index=given.index)


if __name__ == "__main__":
    main()
