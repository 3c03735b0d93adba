"""What each page and each write costs, on a small and on a large site, in one run and one table.

    python -m benchmarks.pages [--papers 5000000] [--summaries 160000] [--database both]

CPU per request is that of the web process alone. Each row also stands beside a constant page of
the same size and beside a bare "Hello", from the same web server in the same minute: on a machine
that others use as well, only such ratios can be compared. Small is 1,600 summaries of 50,000
papers. Databases are made once under --folder and used again; five million papers with their index
take some ten minutes on a quiet machine, and 15 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks import load
from benchmarks.server import BARE, Server, serving

if TYPE_CHECKING:
    from shortscience.accounts.models import User

TOKEN = "a" * 32
CONNECTIONS = 32
ROUNDS = 5
# Enough voters and writers that nobody meets the limits on how much one person may write.
MEMBERS = 300
# Texts that are saved in turn. Each save leaves a message that nobody reads: few for each writer,
# or what is measured is the session that holds them.
TEXTS = 256
SMALL = (50_000, 1_600)


@dataclass(frozen=True)
class Cost:
    """One row at one size of the site; CPU in milliseconds a request, rates a second."""

    kb: float
    cpu_ms: float
    rate_1: float
    rate_32: float
    p95_ms: float
    constant_cpu_ms: float
    constant_rate_32: float
    hello_rate_32: float
    stored_cpu_ms: float | None = None
    stored_rate_32: float | None = None
    # Of Hello, in turn with the stored page.
    stored_hello_32: float | None = None


Table = dict[str, Cost]


def main() -> None:
    options = _options()
    sizes = {"S": SMALL, "L": (options.papers, options.summaries)}
    databases = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    _print_head(options, sizes)
    for database in databases:
        tables = {}
        for name in options.sizes:
            tables[name], memory = _measured(database, sizes[name], options)
            print(f"\n{database}, {name}: afterwards the web worker {memory}")
            _print(tables[name])
        if len(tables) == 2:
            _print_growth(tables["S"], tables["L"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--papers", type=int, default=5_000_000, help="papers of the large site")
    parser.add_argument("--summaries", type=int, default=160_000, help="its summaries")
    parser.add_argument("--sizes", default="SL", choices=("S", "L", "SL"), help="which sites")
    parser.add_argument(
        "--database", default="sqlite", choices=("sqlite", "postgresql", "both"), help="on what"
    )
    parser.add_argument(
        "--postgres", default="postgresql:///postgres", help="where databases may be created"
    )
    parser.add_argument("--requests", type=int, default=300, help="requests a figure")
    parser.add_argument("--rows", default="", help="only rows whose names have this in them")
    parser.add_argument("--folder", type=Path, default=Path("var/bench"), help="for the databases")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(
    database: str, size: tuple[int, int], options: argparse.Namespace
) -> tuple[Table, str]:
    """Measure one site in a process of its own: Django reads its settings once."""
    papers, summaries = size
    name = f"bench_{papers}_{summaries}"
    folder = options.folder.resolve() / f"{database}-{papers}-{summaries}"
    folder.mkdir(parents=True, exist_ok=True)
    if database == "sqlite":
        url = f"sqlite:///{folder}/site.sqlite3"
    else:
        url = _created(options.postgres, name)
    environment = {
        **os.environ,
        "VAR_DIR": str(folder),
        "DATABASE_URL": url,
        "SITE_URL": "http://127.0.0.1",
        "EMAIL_URL": "file:",
        "SOURCES_ONLINE": "0",
        "DJANGO_SETTINGS_MODULE": "shortscience.config.settings",
    }
    command = [sys.executable, "-m", "benchmarks.pages", "--requests", str(options.requests)]
    command += ["--rows", options.rows]
    done = subprocess.run(
        [*command, "--child", str(papers), str(summaries), str(folder / "made")],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    return {row: Cost(**cost) for row, cost in answer["rows"].items()}, answer["memory"]


def _created(server: str, name: str) -> str:
    """Make sure that the database exists; return its address."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server.rpartition('/')[0]}/{name}"


# --- one site -------------------------------------------------------------------------------------
def _child(papers: int, summaries: int, made: Path, requests: int, only: str) -> None:
    import django

    django.setup()
    _prepare(papers, summaries, made)
    asked = _Asked()
    rows: Table = {}
    with _served(PAGE_STORE_MB="0") as site, serving(os.environ, BARE) as bare:
        for row, question in asked.questions().items():
            if only in row:
                rows[row] = _cost(site, bare, question, requests)
        memory = site.memory()
    with _served() as site, serving(os.environ, BARE) as bare:
        for row in filter(rows.__contains__, asked.stored):
            stored = _stored(site, bare, asked.questions()[row].make, requests)
            rows[row] = Cost(**{**asdict(rows[row]), **stored})
    print(json.dumps({"rows": {row: asdict(c) for row, c in rows.items()}, "memory": memory}))


def _prepare(papers: int, summaries: int, made: Path) -> None:
    from django.core.management import call_command

    from benchmarks import dataset
    from shortscience.voting.actions import refresh_standing

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    recipe = str(dataset.RECIPE)
    if not made.exists():
        started = time.monotonic()
        dataset.build(papers=papers, summaries=summaries)
        made.write_text(recipe)
        print(f"made {papers:,} papers in {time.monotonic() - started:.0f} s", file=sys.stderr)
    elif made.read_text() != recipe:
        raise SystemExit(f"{made.parent} is of another recipe: remove it and its database.")
    refresh_standing()  # as the hourly job does


@contextmanager
def _served(**settings: str) -> Iterator[Server]:
    with serving({**os.environ, **settings}) as server:
        yield server


def _cost(site: Server, bare: Server, asked: _Question, requests: int) -> Cost:
    load.ask(site.port, asked.make, requests=20, connections=1, told=asked.told)
    cpu_ms, one = _rounds(site, asked, requests)
    many = load.ask(
        site.port, asked.make, requests=requests, connections=CONNECTIONS, told=asked.told
    )
    constant = load.get(f"/{one.size}")
    load.ask(bare.port, constant, requests=50, connections=1)
    constant_cpu_ms = _cpu_ms(bare, constant, 5 * requests)
    hello = load.ask(bare.port, load.get("/"), requests=5 * requests, connections=CONNECTIONS)
    constant_many = load.ask(bare.port, constant, requests=5 * requests, connections=CONNECTIONS)
    return Cost(
        kb=one.size / 1024,
        cpu_ms=cpu_ms,
        rate_1=one.rate,
        rate_32=many.rate,
        p95_ms=one.p95_ms,
        constant_cpu_ms=constant_cpu_ms,
        constant_rate_32=constant_many.rate,
        hello_rate_32=hello.rate,
    )


def _stored(site: Server, bare: Server, make: load.Make, requests: int) -> dict[str, float]:
    """Return what a stored page costs, asked as browsers ask, in turn with a bare Hello."""
    make = load.as_browsers_ask(make)
    load.ask(site.port, make, requests=50, connections=1)
    cpu_ms = _cpu_ms(site, make, 10 * requests)
    rate = hello = 0.0
    for _ in range(ROUNDS):
        for server, question in ((site, make), (bare, load.get("/"))):
            found = load.ask(server.port, question, requests=2 * requests, connections=CONNECTIONS)
            rate, hello = (
                (max(rate, found.rate), hello) if server is site else (rate, max(hello, found.rate))
            )
    return {"stored_cpu_ms": cpu_ms, "stored_rate_32": rate, "stored_hello_32": hello}


def _rounds(server: Server, asked: _Question, requests: int) -> tuple[float, load.Run]:
    """Return the CPU of the cheapest of some rounds, in ms a request, and its run.

    What else the machine does makes a round dearer and never cheaper.
    """
    found: list[tuple[float, load.Run]] = []
    for _ in range(ROUNDS):
        before = server.cpu_s()
        run = load.ask(
            server.port, asked.make, requests=requests // ROUNDS, connections=1, told=asked.told
        )
        cpu_ms = (server.cpu_s() - before) / (requests // ROUNDS) * 1000
        found.append((cpu_ms, run))
    return min(found, key=lambda one: one[0])


def _cpu_ms(server: Server, make: load.Make, requests: int) -> float:
    return _rounds(server, _Question(make), requests)[0]


# --- what is asked --------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Question:
    make: load.Make
    told: load.Told | None = None


class _Asked:
    """The rows of the table: addresses, and forms that are sent by many members."""

    # Rows that the page store keeps.
    stored = ("front page", "paper, 10 summaries", "venue", "person", "feed")

    def __init__(self) -> None:
        from benchmarks import dataset
        from shortscience.accounts.models import User
        from shortscience.papers.models import Paper
        from shortscience.summaries.models import Summary

        paper = Paper.objects.get(pk=dataset.FULL)
        self.paper = paper.get_absolute_url()
        self.words = urlencode({"q": " ".join(paper.title.split()[:3])})
        first = dataset.MEMBERS // 2
        members = User.objects.order_by("pk")[first : first + MEMBERS]
        self.members = [_cookie_of(member) for member in members]
        # Many more than connections, which so never wait for the same row.
        own = Summary.objects.select_related("author").filter(pk__gt=20, author__isnull=False)
        self.own = list(own.order_by("pk")[:TEXTS])
        self.writers = [_cookie_of(summary.author) for summary in self.own if summary.author]
        self.text = (Summary.objects.values_list("text", flat=True).get(pk=3) + "\n\n") * 3

    def questions(self) -> dict[str, _Question]:
        member = self.members[0]
        return {
            "front page": _Question(load.get("/")),
            "front page, page 100": _Question(load.get("/?page=100")),
            "paper, 10 summaries": _Question(load.get(self.paper)),
            "venue": _Question(load.get("/v/venue-0")),
            "person": _Question(load.get("/@reader0")),
            "search": _Question(load.get(f"/search?{self.words}")),
            "feed": _Question(load.get("/rss.xml")),
            "sign-in page": _Question(load.get("/account/sign-in")),
            "front page, signed in": _Question(load.get("/", member)),
            "paper, signed in": _Question(load.get(self.paper, member)),
            "vote": _Question(self._vote),
            "comment": _Question(self._comment),
            "save 6 KB": self._saving(),
        }

    def _vote(self, _connection: int, n: int) -> bytes:
        body = urlencode({"value": 1 if n % 2 else -1, "csrfmiddlewaretoken": TOKEN})
        return load.post(f"/s/{200 + n % 50}/vote", body, self.members[n % MEMBERS])

    def _comment(self, _connection: int, n: int) -> bytes:
        body = urlencode({"text": f"One thing to add: {n}.", "csrfmiddlewaretoken": TOKEN})
        return load.post(f"/s/{300 + n % 50}/comment", body, self.members[n % MEMBERS])

    def _saving(self) -> _Question:
        from shortscience.summaries.models import Summary, SummaryRevision

        # Those of an earlier run would count for the day's limit.
        SummaryRevision.objects.all().delete()
        versions = Summary.objects.in_bulk([summary.pk for summary in self.own])
        version = [versions[summary.pk].version for summary in self.own]
        asked = [0] * CONNECTIONS

        def make(connection: int, n: int) -> bytes:
            one = asked[connection] = n % len(self.own)
            fields = {"text": f"{self.text[:6000]}\n\n{n}", "base_version": version[one]}
            body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN})
            return load.post(f"/s/{self.own[one].pk}/edit", body, self.writers[one])

        def told(connection: int, _answer: load.Answer) -> None:
            version[asked[connection]] += 1

        return _Question(make, told)


def _cookie_of(person: User) -> str:
    """Return the cookies of a browser in which this person is signed in."""
    from django.test import Client

    client = Client()
    client.force_login(person)
    return f"session={client.cookies['session'].value}; csrf={TOKEN}"


# --- the table ------------------------------------------------------------------------------------
def _print_head(options: argparse.Namespace, sizes: dict[str, tuple[int, int]]) -> None:
    print(f"command   python -m benchmarks.pages {' '.join(sys.argv[1:])}".rstrip())
    print(
        f"machine   {os.cpu_count()} cores, {platform.machine()},"
        f" Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start"
    )
    for name in options.sizes:
        papers, summaries = sizes[name]
        print(f"{name}         {summaries:,} summaries, {papers:,} papers")
    print(f"figures   {options.requests} requests each, one web worker; CPU in ms a request")


def _print(table: Table) -> None:
    columns: list[tuple[str, Callable[[Cost], float | None], str]] = [
        ("KB", lambda c: c.kb, ".1f"),
        ("CPU ms", lambda c: c.cpu_ms, ".2f"),
        ("x const", lambda c: c.cpu_ms / max(c.constant_cpu_ms, 0.01), ".0f"),
        ("p95 ms", lambda c: c.p95_ms, ".1f"),
        ("/s at 1", lambda c: c.rate_1, ".0f"),
        ("at 32", lambda c: c.rate_32, ".0f"),
        ("of const", lambda c: c.rate_32 / c.constant_rate_32, ".3f"),
        ("of hello", lambda c: c.rate_32 / c.hello_rate_32, ".3f"),
        ("stored: ms", lambda c: c.stored_cpu_ms, ".3f"),
        ("at 32", lambda c: c.stored_rate_32, ".0f"),
        (
            "of hello",
            lambda c: c.stored_rate_32 and c.stored_rate_32 / (c.stored_hello_32 or 1),
            ".2f",
        ),
    ]
    print(f"{'':24}" + "".join(f"{name:>{max(9, len(name) + 2)}}" for name, *_ in columns))
    for row, cost in table.items():
        cells = []
        for name, read, form in columns:
            value = read(cost)
            text = "" if value is None else format(value, form)
            cells.append(f"{text:>{max(9, len(name) + 2)}}")
        print(f"{row:24}" + "".join(cells), flush=True)


def _print_growth(small: Table, large: Table) -> None:
    print(f"\n{'CPU of L / CPU of S':24}")
    for row, cost in large.items():
        print(f"{row:24}{cost.cpu_ms / max(small[row].cpu_ms, 0.01):9.2f}")


if __name__ == "__main__":
    arguments = _options()
    if arguments.child:
        papers, summaries, made = arguments.child
        _child(int(papers), int(summaries), Path(made), arguments.requests, arguments.rows)
    else:
        main()
