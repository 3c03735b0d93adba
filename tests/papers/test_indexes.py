"""Indexes that a load left out come back while people read and write."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from shortscience.papers.indexes import build_indexes, drop_indexes, missing_indexes
from shortscience.papers.models import Identifier
from tests.factories import make_paper

pytestmark = pytest.mark.django_db(transaction=True)


def connected() -> psycopg.Connection[Any]:
    given: dict[str, Any] = connection.get_connection_params()
    names = ("dbname", "host", "port", "user", "password")
    return psycopg.connect(**{name: given[name] for name in names if given.get(name)})


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """Somebody else who is connected to the same database."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's one writer builds them as ever")
    with connected() as other:
        other.autocommit = True
        yield other
    build_indexes()


def test_indexes_are_built_beside_the_others_who_are_connected(
    other: psycopg.Connection[Any],
) -> None:
    drop_indexes()
    missing, said = missing_indexes(), []

    def listen(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        said.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        built = build_indexes()

    made = [sql for sql in said if sql.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))]
    assert len(made) == built == len(missing) > 3
    assert all("CONCURRENTLY" in sql for sql in made)
    assert missing_indexes() == []
    paper = make_paper(keys=("10.1000/a",))
    with pytest.raises(psycopg.errors.UniqueViolation):
        other.execute(
            "INSERT INTO papers_identifier (paper_id, scheme, value) VALUES (%s, 'doi', %s)",
            [paper.pk, "10.1000/a"],
        )


def test_an_identifier_that_was_stored_twice_meanwhile_goes(other: psycopg.Connection[Any]) -> None:
    paper = make_paper(keys=("10.1000/a",))
    drop_indexes()
    Identifier.objects.create(paper=paper, scheme="doi", value="10.1000/a")

    build_indexes()

    assert missing_indexes() == []
    assert Identifier.objects.filter(value="10.1000/a").count() == 1


def test_a_build_that_was_interrupted_is_seen_and_goes_on(other: psycopg.Connection[Any]) -> None:
    drop_indexes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (builder,) = cursor.fetchone()

    def interrupt() -> None:
        """Let the build wait for a writer, so that it is in the midst of an index, and end it."""
        waits = (
            "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
            " AND query LIKE 'CREATE INDEX CONCURRENTLY%%'"
        )
        while other.execute(waits, [builder]).fetchone() is None:
            time.sleep(0.05)
        other.execute("SELECT pg_cancel_backend(%s)", [builder])

    with connected() as writer:
        writer.execute("LOCK TABLE papers_paper IN ROW EXCLUSIVE MODE")
        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(OperationalError):
            build_indexes()
        thread.join()
    left = other.execute(
        "SELECT count(*) FROM pg_index WHERE NOT indisvalid AND indrelid = 'papers_paper'::regclass"
    )
    assert left.fetchone() == (1,)
    assert missing_indexes() != []

    build_indexes()

    assert missing_indexes() == []
