"""What a page sends, and what it asks the database for."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def content_of(answer: Any) -> bytes:  # Any: the test client's answers carry no useful type
    """Return the whole content, streamed or not."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


# What keeps order around queries; it reads and writes nothing.
_FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK TO", "BEGIN", "COMMIT", "SET LOCAL")


def asked_by(client: Client, address: str) -> tuple[int, list[str]]:
    """Return the status of the answer, and the queries it took, streamed content included."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        content_of(answer)
    statements = [query["sql"] for query in captured.captured_queries]
    return answer.status_code, [sql for sql in statements if not sql.startswith(_FRAME)]


def queries_of(client: Client, address: str) -> int:
    """Return how many queries the page takes."""
    status, statements = asked_by(client, address)
    assert status == 200, (address, status)
    return len(statements)
