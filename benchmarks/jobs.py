"""Later work: jobs a second of one worker, on SQLite and PostgreSQL, and what an idle worker costs.

    python -m benchmarks.jobs [--jobs 3000] [--postgres postgresql:///test]

`bare` is a loop of the same transactions by the database's driver: end one row, choose the next,
begin it, commit; as durable as the worker's. The ratio is that of CPU: on a busy machine the rates
of two loops that ran one after the other say little. Each database is made for the run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

# Time for a worker to settle, and to be watched doing nothing.
SETTLES_S = 3.0
IDLE_S = 15.0
LATENCIES = 20


def main() -> None:
    options = _options()
    if options.child:
        print(json.dumps(_measure(options.jobs)))
        return
    print(f"command   python -m benchmarks.jobs --jobs {options.jobs}")
    cores, python = os.cpu_count(), platform.python_version()
    print(f"machine   {cores} cores, {platform.machine()}, Python {python}")
    print(f"load      {os.getloadavg()[0]:.1f} at the start")
    columns = (
        *("jobs/s", "ms CPU", "bare/s", "ms CPU", "ratio"),
        *("enqueued/s", "idle % CPU", "starts in s"),
    )
    print(f"{'':12}" + "".join(f"{name:>12}" for name in columns))
    with tempfile.TemporaryDirectory() as folder:
        _row("SQLite", f"sqlite:///{folder}/jobs.sqlite3", Path(folder), options.jobs)
        if options.postgres:
            _on_postgres(options.postgres, Path(folder), options.jobs)
    print(f"load      {os.getloadavg()[0]:.1f} at the end")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--jobs", type=int, default=3000, help="jobs of each kind of loop")
    parser.add_argument("--postgres", default="postgresql:///test", help='"" leaves it out')
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _on_postgres(server: str, folder: Path, jobs: int) -> None:
    import psycopg

    name = f"bench_jobs_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            _row("PostgreSQL", f"{server.rpartition('/')[0]}/{name}", folder, jobs)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _row(name: str, url: str, folder: Path, jobs: int) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "VAR_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    environment |= {"TASKS_BACKEND": "database", "SOURCES_ONLINE": "false"}
    us = [sys.executable, "-m", "shortscience"]
    subprocess.run([*us, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    child = [sys.executable, "-m", "benchmarks.jobs", "--child", "--jobs", str(jobs)]
    found = json.loads(
        subprocess.run(child, env=environment, check=True, stdout=subprocess.PIPE).stdout
    )
    figures = (
        f"{found['worker']:,.0f}",
        f"{found['cpu_ms']:.2f}",
        f"{found['bare']:,.0f}",
        f"{found['bare_cpu_ms']:.2f}",
        f"{found['bare_cpu_ms'] / found['cpu_ms']:.2f}",
        f"{found['enqueued']:,.0f}",
        f"{found['idle']:.2f}",
        f"{found['median']:.2f}, at most {found['most']:.2f}",
    )
    print(f"{name:12}" + "".join(f"{figure:>12}" for figure in figures[:-1]) + f"  {figures[-1]}")


def _measure(jobs: int) -> dict[str, float]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortscience.config.settings")
    django.setup()
    from benchmarks.job_kinds import nothing
    from shortscience.jobs.models import Job
    from shortscience.jobs.worker import Worker

    enqueued, _ = _rate(lambda: [nothing.enqueue(number) for number in range(jobs)], jobs)
    worker, cpu_ms = _rate(Worker("bench").run_due, jobs)
    assert Job.objects.filter(state="done").count() == jobs
    bare, bare_cpu_ms = _rate(_bare(jobs), jobs)
    return {
        "enqueued": enqueued,
        "worker": worker,
        "cpu_ms": cpu_ms,
        "bare": bare,
        "bare_cpu_ms": bare_cpu_ms,
        **_with_a_worker(),
    }


def _rate(act: Callable[[], object], number: int) -> tuple[float, float]:
    """Return how many a second, and the CPU of each in milliseconds."""
    start, cpu = time.perf_counter(), time.process_time()
    act()
    took, used = time.perf_counter() - start, time.process_time() - cpu
    return number / took, 1000 * used / number


def _bare(jobs: int) -> Callable[[], None]:
    """Return a loop of the same transactions, by the driver alone."""
    from django.db import connection

    is_sqlite = connection.vendor == "sqlite"
    mark, now = ("?", "datetime('now')") if is_sqlite else ("%s", "now()")
    lock = "" if is_sqlite else " FOR UPDATE SKIP LOCKED"
    begin = "BEGIN IMMEDIATE" if is_sqlite else "BEGIN; SET LOCAL synchronous_commit TO OFF"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare (id INTEGER PRIMARY KEY, state TEXT, due TEXT, filler TEXT)"
        )
        cursor.execute("CREATE INDEX bare_next ON bare (due, id) WHERE state = 'waiting'")
        cursor.executemany(
            "INSERT INTO bare VALUES (%s, %s, %s, %s)",
            [(number, "waiting", "2026", "x" * 200) for number in range(jobs)],
        )
    raw: Any = connection.connection  # the driver's own, whichever that is
    if is_sqlite:
        raw.execute("PRAGMA synchronous=NORMAL")
    choose = f"SELECT id FROM bare WHERE state = 'waiting' ORDER BY due, id LIMIT 1{lock}"
    become = f"UPDATE bare SET state = {mark}, due = {now} WHERE id = {mark}"

    def loop() -> None:
        last = None
        for _ in range(jobs):
            raw.execute(begin)
            if last is not None:
                raw.execute(become, ["done", last])
            (last,) = raw.execute(choose).fetchone()
            raw.execute(become, ["running", last])
            raw.execute("COMMIT")

    return loop


def _with_a_worker() -> dict[str, float]:
    """Start a worker as the site does; return its CPU when idle, and how soon it begins a job."""
    from benchmarks.job_kinds import moment
    from shortscience.jobs.models import Job

    worker = subprocess.Popen([sys.executable, "-m", "shortscience", "worker", "--id", "bench"])
    try:
        # What is scheduled runs first.
        while not Job.objects.filter(state="done", task__contains="housekeeping").exists():
            time.sleep(0.2)
        while Job.objects.due().exists() or Job.objects.running().exists():
            time.sleep(0.2)
        time.sleep(SETTLES_S)
        before = _cpu_s(worker.pid)
        time.sleep(IDLE_S)
        idle = 100 * (_cpu_s(worker.pid) - before) / IDLE_S
        waited = []
        for number in range(LATENCIES):
            time.sleep(0.1 + number / LATENCIES)
            asked, result = time.time(), moment.enqueue()
            while not result.is_finished:
                time.sleep(0.02)
                result.refresh()
            assert result.return_value is not None
            waited.append(result.return_value - asked)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)
    return {"idle": idle, "median": statistics.median(waited), "most": max(waited)}


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
