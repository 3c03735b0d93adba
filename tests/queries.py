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


def queries_of(client: Client, address: str) -> int:
    """Return how many queries the page takes, its streamed content included."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        content_of(answer)
    assert answer.status_code == 200, (address, answer.status_code)
    return sum(not query["sql"].startswith(_FRAME) for query in captured.captured_queries)
