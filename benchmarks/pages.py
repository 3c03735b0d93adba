"""CPU per request of the pages that matter, on a small and on a large site, in one run.

    python -m benchmarks.pages [--papers 5000000] [--summaries 160000] [--requests 300]

Small is 1,600 summaries of 50,000 papers. The claim to check: a page costs the same on both,
within 1.5x. Databases are made once under --folder and used again.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

TOKEN = "a" * 32
FORM = "application/x-www-form-urlencoded"


def main() -> None:
    options = _options()
    sizes = {"S": (50_000, 1_600), "L": (options.papers, options.summaries)}
    table: dict[str, dict[str, tuple[float, int]]] = {}
    for name, (papers, summaries) in sizes.items():
        folder = options.folder / f"{papers}-{summaries}"
        for row, figure in _measure(folder, papers, summaries, options.requests).items():
            table.setdefault(row, {})[name] = figure
    _print(table, sizes, options.requests)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--papers", type=int, default=5_000_000, help="papers of the large site")
    parser.add_argument("--summaries", type=int, default=160_000, help="its summaries")
    parser.add_argument("--requests", type=int, default=300, help="requests a figure")
    parser.add_argument("--folder", type=Path, default=Path("var/bench"), help="for the databases")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(
    folder: Path, papers: int, summaries: int, requests: int
) -> dict[str, tuple[float, int]]:
    """Run one size in a process of its own: Django reads its settings once."""
    import json
    import subprocess

    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "VAR_DIR": str(folder.resolve()),
        "DATABASE_URL": f"sqlite:///{folder.resolve()}/site.sqlite3",
        "SITE_URL": "http://127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "shortscience.config.settings",
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.pages",
            "--child",
            str(papers),
            str(summaries),
            str(requests),
        ],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return {
        row: (cpu, size) for row, (cpu, size) in json.loads(done.stdout.splitlines()[-1]).items()
    }


def _child(papers: int, summaries: int, requests: int) -> None:
    import json

    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks import dataset
    from benchmarks.server import cpu_per_request, serving
    from shortscience.accounts.models import User
    from shortscience.summaries.models import Summary

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not Summary.objects.exists():
        started = time.monotonic()
        dataset.build(papers=papers, summaries=summaries)
        print(f"made {papers:,} papers in {time.monotonic() - started:.0f} s", file=sys.stderr)
    voters = list(User.objects.order_by("pk")[1000:1200])
    cookies = [_signed_in(user) for user in voters]
    writer = Summary.objects.filter(pk=11).select_related("author", "paper").get()
    assert writer.author is not None
    own_cookie = _signed_in(writer.author)
    crowded = Summary.objects.get(pk=1).paper
    text = (Summary.objects.get(pk=3).text + "\n\n") * 3

    def get(
        path: str, cookie: str = ""
    ) -> Callable[[http.client.HTTPConnection, int], tuple[int, int]]:
        def ask(connection: http.client.HTTPConnection, _: int) -> tuple[int, int]:
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            answer = connection.getresponse()
            return answer.status, len(answer.read())

        return ask

    def vote(connection: http.client.HTTPConnection, n: int) -> tuple[int, int]:
        body = urlencode({"value": 1 if n % 2 else -1, "csrfmiddlewaretoken": TOKEN})
        target = 100 + n % 50
        return _post(connection, f"/s/{target}/vote", body, cookies[n % len(cookies)])

    def save(connection: http.client.HTTPConnection, n: int) -> tuple[int, int]:
        version = Summary.objects.values_list("version", flat=True).get(pk=writer.pk)
        body = urlencode(
            {"text": f"{text[:6000]}\n\n{n}", "base_version": version, "csrfmiddlewaretoken": TOKEN}
        )
        return _post(connection, f"/s/{writer.pk}/edit", body, own_cookie)

    figures = {}
    with serving(dict(os.environ)) as server:
        for row, ask, count in (
            ("front page", get("/"), requests),
            ("front page, page 100", get("/?page=100"), requests),
            ("paper page, 10 summaries", get(crowded.get_absolute_url()), requests),
            ("paper page, signed in", get(crowded.get_absolute_url(), own_cookie), requests),
            ("vote", vote, requests),
            ("save 6 KB", save, requests // 2),
        ):
            figures[row] = cpu_per_request(server, ask, requests=count)
    print(json.dumps(figures))


def _signed_in(user: object) -> str:
    """Return the cookies of a browser in which this person is signed in."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")  # type: ignore[arg-type]
    return f"session={client.cookies['session'].value}; csrf={TOKEN}"


def _post(
    connection: http.client.HTTPConnection, path: str, body: str, cookie: str
) -> tuple[int, int]:
    headers = {"Content-Type": FORM, "Cookie": cookie, "Referer": "http://127.0.0.1/"}
    connection.request("POST", path, body=body, headers=headers)
    answer = connection.getresponse()
    return answer.status, len(answer.read())


def _print(
    table: dict[str, dict[str, tuple[float, int]]], sizes: dict[str, tuple[int, int]], requests: int
) -> None:
    print(f"command   python -m benchmarks.pages {' '.join(sys.argv[1:])}".rstrip())
    print(
        f"machine   {os.cpu_count()} cores, {platform.machine()},"
        f" Python {platform.python_version()}"
    )
    print(
        f"load      {os.getloadavg()[0]:.1f} at the end; one connection, {requests} requests a row"
    )
    for name, (papers, summaries) in sizes.items():
        print(f"{name}         {summaries:,} summaries, {papers:,} papers, SQLite")
    print(f"\n{'CPU ms a request':28} {'S':>7} {'L':>7} {'L/S':>6} {'KB':>6}")
    for row, figures in table.items():
        small, large = figures["S"][0], figures["L"][0]
        ratio = large / small if small else float("nan")
        print(f"{row:28} {small:7.2f} {large:7.2f} {ratio:6.2f} {figures['L'][1] / 1024:6.1f}")


if __name__ == "__main__":
    arguments = _options()
    if arguments.child:
        _child(*map(int, arguments.child))
    else:
        main()
