"""Stored pages against a bare WSGI hello and constant pages of the same size, in one run.

    python -m benchmarks.page_store [--seconds 4] [--database-url postgresql:///empty]

Every server is granian with one worker and one thread; `wrk` asks (apt-get install wrk). Pages are
of the demo library: how large a site is does not matter to a page that is stored.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import Server, serving

CONNECTIONS = (1, 32)
ENCODING = "gzip"
# A browser's: a reader who is counted.
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@dataclass(frozen=True)
class Figure:
    """What one row cost at one number of connections."""

    rate: float
    cpu_ms: float


def main() -> None:
    options = _options()
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(Path(folder), options.database_url)
        pages = _prepared(environment)
        with (
            serving(environment) as site,
            serving(environment, "benchmarks.bare:application") as bare,
        ):
            _print(_measured(site, bare, pages, options.seconds), environment)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=4, help="of each figure")
    parser.add_argument("--database-url", default="", help="an empty database; default: SQLite")
    return parser.parse_args()


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "VAR_DIR": str(folder),
        "DATABASE_URL": database_url or f"sqlite:///{folder}/site.sqlite3",
        "SITE_URL": "http://127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "shortscience.config.settings",
    }


_PREPARE = """
import django; django.setup()
from shortscience.config.statics import collect_if_changed
from shortscience.summaries.models import Summary
collect_if_changed()
best = Summary.objects.public().under_a_name().order_by("-paper__summary_count", "pk")
best = best.filter(paper__venue__isnull=False).select_related("paper__venue", "author").first()
paper = best.paper
print(paper.get_absolute_url(), paper.venue.get_absolute_url(), best.author.get_absolute_url())
"""


def _prepared(environment: dict[str, str]) -> dict[str, str]:
    """Fill the database; return {row: address}."""
    for command in (["init"], ["demo"]):
        subprocess.run(
            [sys.executable, "-m", "shortscience", *command],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    done = subprocess.run(
        [sys.executable, "-c", _PREPARE],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    paper, venue, person = done.stdout.split()
    return {
        "front page": "/",
        "paper": paper,
        "venue": venue,
        "person": person,
        "feed": "/rss.xml",
    }


Row = tuple[str, int, dict[int, Figure], dict[int, Figure]]


def _measured(site: Server, bare: Server, pages: dict[str, str], seconds: int) -> list[Row]:
    """Return rows of (name, bytes sent, the page's figures, those of a constant of its size)."""
    nothing = _figures(bare, "/", seconds)
    rows: list[Row] = [("bare hello", 5, nothing, nothing)]
    for name, address in pages.items():
        size = _size(site, address)
        rows.append((name, size, *(
            _figures(site, address, seconds), _figures(bare, f"/{size}", seconds)
        )))  # fmt: skip
    return rows


def _figures(server: Server, address: str, seconds: int) -> dict[int, Figure]:
    return {count: _figure(server, address, count, seconds) for count in CONNECTIONS}


def _figure(server: Server, address: str, connections: int, seconds: int) -> Figure:
    url = f"http://127.0.0.1:{server.port}{address}"
    command = ["wrk", "-t1", f"-c{connections}", "-H", f"Accept-Encoding: {ENCODING}"]
    command += ["-H", f"User-Agent: {AGENT}"]
    before = server.cpu_s()
    said = subprocess.run(
        [*command, f"-d{seconds}s", url], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    used_s = server.cpu_s() - before
    assert "Non-2xx" not in said, said
    requests = re.search(r"(\d+) requests in", said)
    rate = re.search(r"Requests/sec:\s*([\d.]+)", said)
    assert requests is not None, said
    assert rate is not None, said
    return Figure(rate=float(rate[1]), cpu_ms=used_s / int(requests[1]) * 1000)


def _size(server: Server, address: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for _ in range(2):
        connection.request("GET", address, headers={"Accept-Encoding": ENCODING})
        answer = connection.getresponse()
        body = answer.read()
    assert answer.getheader("Content-Encoding") == ENCODING, "this page was not stored"
    return len(body)


def _print(rows: list[Row], environment: dict[str, str]) -> None:
    """Print the table. "Of hello" is by CPU: what of its rate a core that does nothing else gives.

    Rates by the clock say the same on a machine that is idle, and little on one that is not.
    """
    kind = environment["DATABASE_URL"].partition(":")[0]
    load = os.getloadavg()[0]
    print(f"{kind}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}")
    one, many = CONNECTIONS
    columns = (
        "", "bytes", f"ms CPU, {one} connection", f"{many} connections", f"constant, {many}",
        f"requests/s, {one}", f"{many}", f"constant, {many}", "of hello", "of constant",
    )  # fmt: skip
    print(f"| {' | '.join(columns)} |")
    print("|---" * len(columns) + "|")
    hello = rows[0][2]
    for name, size, page, same in rows:
        cells = (
            *(name, f"{size:,}"),
            *(f"{page[one].cpu_ms:.3f}", f"{page[many].cpu_ms:.3f}", f"{same[many].cpu_ms:.3f}"),
            *(f"{page[one].rate:,.0f}", f"{page[many].rate:,.0f}", f"{same[many].rate:,.0f}"),
            f"{hello[many].cpu_ms / page[many].cpu_ms:.2f}",
            f"{same[many].cpu_ms / page[many].cpu_ms:.2f}",
        )
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
