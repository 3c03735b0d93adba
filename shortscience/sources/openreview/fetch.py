"""Ask OpenReview: its second interface, then the first, which keeps what is older than 2023."""

from __future__ import annotations

from shortscience.sources.errors import SourceNotFound, SourceRefused
from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.openreview.parse import parse
from shortscience.sources.parsed import Parsed

NOTES = "https://api2.openreview.net/notes"
OLD_NOTES = "https://api.openreview.net/notes"


def by_id(client: Client, number: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the paper of this forum.

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    try:
        parsed = parse(client.get(NOTES, {"id": number}, within_s=within_s).body)
    except (SourceNotFound, SourceRefused):
        parsed = Parsed()
    if parsed.records:
        return parsed
    return parse(client.get(OLD_NOTES, {"id": number}, within_s=within_s).body)
