"""How processes talk to PostgreSQL, against a real server that is stopped and started."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from shortscience.config import postgresql, process
from tests.clusters import Cluster, clusters, wait_until
from tests.config.site import COMMAND, environment, shortscience
from tests.config.web_process import Browser, web_process, with_cast

pytestmark = [pytest.mark.pure, pytest.mark.slow]

numbers = count()
POOL_SIZE = 2
NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with clusters() as named:
        cluster = named("one")
        cluster.create()
        yield cluster


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[Any]:
    """Return a function that gives Django's connection as a process of this kind has it."""
    made: list[Any] = []

    def connected(url: str, kind: str, *, is_replica: bool = False) -> Any:
        monkeypatch.setattr(process, "kind", kind)
        config = postgresql.configured(
            url, pool_size=POOL_SIZE, statement_timeout_s=7.5, is_replica=is_replica
        )
        # Pools are kept by this name.
        alias = f"as-{kind}-{next(numbers)}"
        made.append(ConnectionHandler({"default": {}, alias: config})[alias])
        return made[-1]

    with django_db_blocker.unblock():
        yield connected
        for connection in made:
            connection.close()
            if connection.pool is not None:
                connection.close_pool()


def said(connection: Any, name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def test_a_web_process_has_limits_and_a_name(cluster: Cluster, connected: Any) -> None:
    web = connected(cluster.url, "web")

    assert said(web, "statement_timeout") == "7500ms"
    assert said(web, "lock_timeout") == "5s"
    assert said(web, "idle_in_transaction_session_timeout") == "30s"
    assert said(web, "application_name") == "shortscience web"


@pytest.mark.parametrize(("kind", "lock"), [("import", "0"), ("worker", "0"), ("init", "2s")])
def test_a_command_may_take_hours(cluster: Cluster, connected: Any, kind: str, lock: str) -> None:
    command = connected(cluster.url, kind)

    assert said(command, "statement_timeout") == "0"
    assert said(command, "lock_timeout") == lock
    assert said(command, "application_name") == f"shortscience {kind}"


def test_the_address_wins_over_our_limits(cluster: Cluster, connected: Any) -> None:
    url = f"{cluster.url}?options=-c%20lock_timeout%3D9s&application_name=mine"

    web = connected(url, "web")

    assert (said(web, "lock_timeout"), said(web, "application_name")) == ("9s", "mine")
    assert said(web, "statement_timeout") == "7500ms"


def test_a_replica_is_never_written_to(cluster: Cluster, connected: Any) -> None:
    assert said(connected(cluster.url, "web", is_replica=True), "transaction_read_only") == "on"


def test_of_several_hosts_the_one_that_takes_writes_is_used(
    cluster: Cluster, connected: Any
) -> None:
    several = f"postgresql://postgres@127.0.0.1:1,127.0.0.1:{cluster.port}/site"

    assert said(connected(several, "web"), "port") == str(cluster.port)


def is_idle(stats: dict[str, int]) -> bool:
    """Whether all connections are back. The pool opens and takes them in threads of its own."""
    return stats["pool_available"] == stats["pool_size"] <= POOL_SIZE


def test_a_web_process_gives_its_connection_back_after_each_request(
    cluster: Cluster, connected: Any
) -> None:
    web = connected(cluster.url, "web")
    backends = set()

    for _ in range(6):
        with web.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backends.add(cursor.fetchone()[0])
        web.close()

    assert len(backends) <= POOL_SIZE
    assert wait_until(lambda: is_idle(web.pool.get_stats())), web.pool.get_stats()


def test_only_the_first_request_waits_for_a_database_that_is_away(connected: Any) -> None:
    web = connected(NOBODY, "web")
    sentences = []

    for _ in range(3):
        with pytest.raises(OperationalError) as away:
            web.ensure_connection()
        sentences.append(str(away.value))

    assert "couldn't get a connection" in sentences[0]
    assert sentences[1:] == ["the database did not answer a moment ago"] * 2


def test_a_busy_pool_is_no_database_that_is_away(cluster: Cluster, connected: Any) -> None:
    web = connected(cluster.url, "web")
    web.ensure_connection()
    taken = [web.pool.getconn() for _ in range(POOL_SIZE - 1)]

    others = ConnectionHandler({"default": {}, web.alias: web.settings_dict})
    with pytest.raises(OperationalError, match="couldn't get a connection"):
        others[web.alias].ensure_connection()
    web.pool.putconn(taken.pop())

    others[web.alias].ensure_connection()
    others[web.alias].close()


def test_a_text_survives_a_database_that_is_stopped_and_started(
    cluster: Cluster, tmp_path: Path
) -> None:
    sessions, papers = with_cast(tmp_path, cluster.url)
    text = "An hour's work: $a < b$ & “more”.\n\n<b>Not HTML</b>, and a last line."

    with (
        web_process(tmp_path, DATABASE_URL=cluster.url) as web,
        Browser(web.url, sessions["alice"]) as alice,
        Browser(web.url) as stranger,
    ):
        form = alice.get(f"{papers[0]}/write")
        cluster.stop()
        refused = alice.send_form(form, text=text)
        read = stranger.get(papers[0])
        ready = stranger.get("/readyz")
        cluster.start()
        is_saved = wait_until(lambda: alice.send_form(refused).status_code == 200)

    assert (refused.status_code, read.status_code, ready.status_code) == (503, 503, 503)
    assert int(refused.headers["Retry-After"]) > 0
    assert is_saved
    assert "Traceback" not in web.log.read_text(), "a line for each request is enough"
    assert cluster.ask("SELECT text FROM summaries_summary") == text


def test_init_does_not_hold_up_a_site_and_waits_for_a_table_in_use(
    cluster: Cluster, tmp_path: Path
) -> None:
    assert shortscience("init", var=tmp_path, DATABASE_URL=cluster.url).returncode == 0
    settings = environment(tmp_path) | {"DATABASE_URL": cluster.url}

    with cluster.connect() as reader, reader.transaction():
        reader.execute("LOCK TABLE django_migrations")
        init = subprocess.Popen(
            [*COMMAND, "init"], env=settings, stdout=PIPE, stderr=PIPE, text=True
        )
        assert init.stderr is not None
        said = init.stderr.readline()
        waits = cluster.ask("SELECT count(*) FROM pg_locks WHERE NOT granted")
    rest, _ = init.communicate(timeout=60)

    assert said.startswith("A table that has to change is in use. The site goes on;")
    assert waits == 0, "nobody can be waiting behind it now"
    assert init.returncode == 0
    assert rest.startswith("Ready: ")


def test_what_is_no_address_is_refused_at_the_start(tmp_path: Path) -> None:
    refused = shortscience("init", var=tmp_path, DATABASE_URL="postgresql://host/name?no=such")

    assert refused.returncode == 1
    assert "DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_replicas_need_postgresql(tmp_path: Path) -> None:
    refused = shortscience("init", var=tmp_path, REPLICA_URLS="sqlite:///other.sqlite3")

    assert refused.returncode == 1
    assert "REPLICA_URLS must begin with postgresql://" in refused.stderr
