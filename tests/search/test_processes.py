"""Real processes: the indexer is killed in the middle, files are damaged, two nodes share one
database; nothing is lost, and nobody waits for an index.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.config.site import COMMAND, environment
from tests.search.conftest import put

pytestmark = [pytest.mark.slow, pytest.mark.pure]

WRITER = """
import sys
from shortscience.papers.intake import take_in
from shortscience.papers.records import PaperRecord
for n in range(int(sys.argv[1]), int(sys.argv[2])):
    take_in([PaperRecord(title=f"Streamed okapi paper{n}", authors=("Ann Onym",), year=2020)])
"""
DIFFERING = """
from shortscience.papers.models import Paper
from shortscience.search import audit, engine
try:
    wrong = len(list(audit.differing()))
except engine.Unavailable as reason:
    wrong = f"none: {reason}"
print(Paper.objects.count(), wrong)
"""
FIND = """
import sys
from django.contrib.auth.models import AnonymousUser
from shortscience.search.results import find
found = find(sys.argv[1], AnonymousUser())
print(found.total, "plain" if found.is_plain else "index")
"""


class Node:
    """A node of a site: its data folder and its database."""

    def __init__(self, var: Path, database: str = "") -> None:
        self.var = var
        var.mkdir(parents=True, exist_ok=True)
        self.environment = {
            **environment(var),
            "DJANGO_SETTINGS_MODULE": "shortscience.config.settings",
        }
        if database:
            self.environment["DATABASE_URL"] = database

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *arguments], env=self.environment, stderr=subprocess.DEVNULL, text=True
        )

    def write(self, first: int, last: int) -> subprocess.Popen[str]:
        return self._python(WRITER, str(first), str(last), shown=subprocess.DEVNULL)

    def ask(self, program: str, *arguments: str) -> str:
        return self._python(program, *arguments).communicate(timeout=60)[0].strip()

    def _python(
        self, program: str, *arguments: str, shown: int = subprocess.PIPE
    ) -> subprocess.Popen[str]:
        program = f"import django; django.setup()\n{program}"
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            env=self.environment,
            stdout=shown,
            text=True,
        )

    def is_equal(self, papers: int) -> bool:
        return self.ask(DIFFERING) == f"{papers} 0"


def wait(until: Callable[[], bool], within_s: float = 30) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if until():
            return True
        time.sleep(0.2)
    return False


@contextmanager
def running(node: Node) -> Iterator[subprocess.Popen[str]]:
    process = node.start("indexer")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = Node(tmp_path)
    assert made.start("init").wait(60) == 0
    return made


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of an empty database on the server of the tests."""
    server = os.environ.get("POSTGRES_URL") or "postgresql:///postgres"
    name = f"shortscience_search_{os.getpid()}"
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL answers")
    with connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    yield f"{server.rpartition('/')[0]}/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_killing_the_indexer_during_commits_loses_nothing(node: Node) -> None:
    papers = 250
    writer = node.write(0, papers)
    for pause_s in (0.8, 1.2, 0.5, 1.0, 0.7):
        with running(node):
            time.sleep(pause_s)
    assert writer.wait(60) == 0

    with running(node):
        assert wait(lambda: node.is_equal(papers)), node.ask(DIFFERING)


def test_a_damaged_index_is_built_anew_while_the_plain_search_answers(node: Node) -> None:
    assert node.write(0, 5).wait(60) == 0
    with running(node):
        assert wait(lambda: node.is_equal(5))
        folder = next((node.var / "index").glob("g-*/papers"))
        for path in folder.glob("*.*"):
            put(path, b"nonsense")

        assert node.ask(FIND, "okapi") == "5 plain"
        assert wait(lambda: node.ask(FIND, "okapi") == "5 index")


def test_a_second_indexer_of_a_node_refuses(node: Node) -> None:
    with running(node):
        assert wait((node.var / "index" / "current").exists)

        assert node.start("indexer").wait(30) == 1


def test_reindex_replaces_the_index_under_a_running_indexer(node: Node) -> None:
    assert node.write(0, 5).wait(60) == 0
    with running(node):
        assert wait(lambda: node.is_equal(5))
        before = (node.var / "index" / "current").read_text()

        assert node.start("reindex", "--progress").wait(60) == 0
        assert (node.var / "index" / "current").read_text() != before
        assert node.write(5, 10).wait(60) == 0
        assert wait(lambda: node.is_equal(10))
        assert len(list((node.var / "index").glob("g-*"))) == 1


def test_a_stopped_indexer_ends_at_once_and_goes_on_where_it_was(node: Node) -> None:
    with running(node) as process:
        assert wait((node.var / "index" / "current").exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    before = (node.var / "index" / "current").read_text()
    assert node.write(0, 3).wait(60) == 0

    with running(node):
        assert wait(lambda: node.is_equal(3))
    assert (node.var / "index" / "current").read_text() == before


def test_two_nodes_over_one_postgresql_stay_equal(tmp_path: Path, postgresql: str) -> None:
    one, two = Node(tmp_path / "one", postgresql), Node(tmp_path / "two", postgresql)
    assert one.start("init").wait(60) == 0
    with running(one):
        # Two writers at a time: their transactions end in any order.
        writers = [one.write(0, 80), two.write(1000, 1080)]
        with running(two):
            time.sleep(1.5)
        with running(two):
            assert [writer.wait(90) for writer in writers] == [0, 0]
            assert wait(lambda: one.is_equal(160)), one.ask(DIFFERING)
            assert wait(lambda: two.is_equal(160)), two.ask(DIFFERING)
    assert one.ask(FIND, "paper1079") == two.ask(FIND, "paper1079") == "1 index"
